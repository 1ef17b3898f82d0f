"""Address sources as users write them: their values, and how their texts are read."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import decimal
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_address, parse_cidr, parse_ipv6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias, TypeGuard

    from dns_update.transport import Server
    from dns_update.wire.name import Name

# The octets of an address are a source that gives just these: an address that the user wrote is used as it is.
Source: TypeAlias = "bytes | Interface | Prefix | Resolver | Web | Command"

_FAMILIES = {"/ipv4": IPV4_OCTETS, "/ipv6": IPV6_OCTETS}
_THERE_ARE = "there are interface:, prefix:, dns:, http:, https: and command:"
_PREFIX_FORM = "e.g. prefix:br0+::5, or prefix:br0+::5/56 for a host part after 56 bits"
_RESOLVER_FORM = "e.g. dns:, dns:/ipv4, or dns:NAME@SERVER for a server of your own"
_WEB_FORM = "e.g. https://www.example.com/my-address"
_DEFAULT_PREFIX_BITS = 64  # RFC 4862, section 5.5.3: what a link's prefix has
_LARGEST_PREFIX_BITS = 127
_INTERFACE_OCTETS = 15  # linux/if.h: IFNAMSIZ is 16, with a NUL at the end
_MOST_LISTED = 8  # a machine can have thousands of interfaces and addresses; a message is one line
_PORTS = {"http": 80, "https": 443}


class Interface(Value):
    """The address of a network interface; `octets` is 4 or 16 for one family only, None for both."""

    name: str
    octets: int | None = None

    def __str__(self) -> str:
        return f"interface {self.name}"


class Prefix(Value):
    """The first `length` bits of an interface's IPv6 address; the other bits are those of `host`, 16 octets."""

    name: str
    host: bytes
    length: int = _DEFAULT_PREFIX_BITS

    def __str__(self) -> str:
        return f"the prefix of {self.name}"


class Resolver(Value):
    """The address from which a question reaches a name server, which answers with it.

    `name` is queried at `server`; both are None for the built-in well-known servers. `is_text` says that
    the answer is a TXT record. `octets` is 4 or 16 for one family only, None for both.
    """

    name: Name | None = None
    server: Server | None = None
    _: KW_ONLY
    is_text: bool = False
    octets: int | None = None

    def __str__(self) -> str:
        return "dns:" if self.name is None else f"dns:{self.name}@{self.server}"


class Web(Value):
    """The address from which a request reaches a web service, which answers with it.

    `target` is path and query; `credentials` are user and password, with a colon between, or empty. `octets` is 4 or 16
    for one family only, None for both. Its texts show only scheme, host and port: the rest may be secret.
    """

    scheme: str
    host: str
    port: int
    target: str = "/"
    _: KW_ONLY
    credentials: bytes = b""
    octets: int | None = None

    @classmethod
    def from_text(cls, text: str) -> Web:
        """Read a URL (RFC 3986), whose fragment may be `#ipv4` or `#ipv6`, for one family only.

        The fragment is the only part of a URL that is not sent (RFC 9110, section 7.1), so the server does not see it.
        Raises InvalidText, whose text shows only the scheme of the URL.
        """
        from urllib.parse import unquote_to_bytes, urlsplit  # it imports re, not needed for other sources

        scheme = text.partition(":")[0].lower()
        if scheme not in _PORTS:
            raise _not_web(scheme, "cannot be asked")
        if not text.isascii() or not text.isprintable() or " " in text:
            raise _not_web(scheme, "has a character that a URL cannot have", "write it as %XX")
        try:
            parts = urlsplit(text)
            port = parts.port if parts.port is not None else _PORTS[scheme]
        except ValueError:
            port = 0
        if not port:
            raise _not_web(scheme, "has a wrong host or port")
        host = _web_host(scheme, parts.hostname or "")
        octets = _own_octets(host)
        if parts.fragment:
            wanted = _FAMILIES.get(f"/{parts.fragment}")
            if wanted is None or octets not in (None, wanted):
                raise _not_web(scheme, "has a fragment that it cannot have", "#ipv4 or #ipv6, if the host has such")
            octets = wanted
        user = parts.netloc.rpartition("@")[0]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(scheme, host, port, target, credentials=unquote_to_bytes(user), octets=octets)

    @property
    def authority(self) -> str:
        """Host and port, as a URL has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def __repr__(self) -> str:
        return f"Web({self if hasattr(self, 'scheme') else ''})"


class Command(Value):
    """The first line that a program prints: `line` as the user wrote it, `words` as a shell splits it.

    Its texts do not show the arguments: they may contain a secret. Raises InvalidText if the line has no program.
    """

    line: str
    words: tuple[str, ...]

    def __init__(self, line: str) -> None:
        import shlex  # it imports re, not needed for other sources

        example = "e.g. command:/usr/local/bin/my-address"
        if "\0" in line:
            raise InvalidText("command: it contains a NUL", hint=example)
        try:
            words = tuple(shlex.split(line))
        except ValueError as error:
            raise InvalidText(
                f"command: {error}", hint="quotes and backslashes have the same meaning as in sh"
            ) from error
        if not words or not words[0]:
            raise InvalidText("command: names no program", hint=example)
        self._store(line=line, words=words)

    def __str__(self) -> str:
        name, equals, _value = self.words[0].partition("=")  # TOKEN=secret before a program, as for a shell
        return repr(f"{name}=..." if equals else name)

    def __repr__(self) -> str:
        return f"Command({self if hasattr(self, 'words') else ''})"


def are_literal(sources: Sequence[object]) -> TypeGuard[tuple[bytes, ...]]:
    """Return whether these are literal addresses, in a tuple, so that nothing must be asked."""
    return isinstance(sources, tuple) and all(isinstance(source, bytes) for source in sources)


def sources_from_text(text: str) -> tuple[Source, ...]:
    """Read one or several address sources, separated by commas; everything after `command:` belongs to the command.

    A comma within a URL is written `%2C`. Raises InvalidText.
    """
    elements = _elements(text)
    if len(elements) > 1 and "" in elements:
        place = elements.index("") + 1
        raise InvalidText(f"an address is empty, number {place} of the list", hint="a comma separates two addresses")
    return tuple(map(_source_from_text, elements))


def spelled(source: Source) -> str:
    """Return a source as users write it, without what may be secret: a URL's path, a program's arguments."""
    if isinstance(source, bytes):
        return format_address(source)
    if isinstance(source, Interface):
        return f"interface:{source.name}{_family(source.octets)}"
    if isinstance(source, Prefix):
        length = "" if source.length == _DEFAULT_PREFIX_BITS else f"/{source.length}"
        return f"prefix:{source.name}+{format_address(source.host)}{length}"
    if isinstance(source, Resolver):
        own = None if source.server is None else _own_octets(source.server.host)
        text = f"{source}/txt" if source.is_text else str(source)
        return text + _family(source.octets if own is None else None)
    if isinstance(source, Web):
        family = _family(source.octets if _own_octets(source.host) is None else None)
        return f"{source}{family.replace('/', '#')}"
    name, equals, _value = source.words[0].partition("=")
    return f"command:{name}{equals and '=...'}"


def _family(octets: int | None) -> str:
    return next((suffix for suffix, number in _FAMILIES.items() if number == octets), "")


def some_of(texts: Sequence[str]) -> str:
    """Return the texts, separated by commas; if there are many, a few of them and how many more there are."""
    if len(texts) <= _MOST_LISTED:
        return ", ".join(texts)
    return f"{', '.join(texts[:_MOST_LISTED])} and {len(texts) - _MOST_LISTED} more"


def _elements(text: str) -> list[str]:
    elements = []
    comma, rest = ",", text
    while comma:
        if rest.strip().startswith("command:"):
            element, comma, rest = rest, "", ""
        else:
            element, comma, rest = rest.partition(",")
        elements.append(element.strip())
    return elements


def _source_from_text(text: str) -> Source:
    kind, colon, rest = text.partition(":")
    if colon and kind == "interface":
        return _interface_from_text(rest)
    if colon and kind == "prefix":
        return _prefix_from_text(rest)
    if colon and kind == "dns":
        return _resolver_from_text(rest)
    if colon and kind in _PORTS:
        if not rest.startswith("//"):  # what follows may hold a password
            raise InvalidText(f"the address source {kind}: is a URL", hint=_WEB_FORM)
        return Web.from_text(text)
    if colon and kind == "command":
        return Command(rest.strip())
    if colon and _is_word(kind):
        raise InvalidText(f"there is no address source {quoted(kind + colon)}", hint=_THERE_ARE)
    return _literal(text)


def _literal(text: str) -> bytes:
    if not text:
        raise InvalidText("an address is empty", hint="e.g. 203.0.113.45, 2001:db8::1 or interface:ppp0")
    if ":" in text and "%" in text:  # RFC 4007, section 11
        zone = quoted("%" + text.partition("%")[2])
        raise InvalidText(
            f"{quoted(text)} is not an IPv6 address for DNS, which has no zones", hint=f"leave {zone} out"
        )
    if _is_like_interface(text):
        raise InvalidText(f"{quoted(text)} is not an address", hint=f"if it is an interface: interface:{text}")
    return parse_cidr(text)


def _is_like_interface(text: str) -> bool:
    """Return whether a text can be the name of an interface, perhaps with a family, and is not a mistyped address."""
    name = _without_family(text)[0]
    device, dot, vlan = name.partition(".")
    is_word = device.replace("-", "").replace("_", "").isalnum() and (not dot or vlan.isdecimal())
    return name[:1].isalpha() and name.isascii() and is_word and len(name) <= _INTERFACE_OCTETS


def _is_word(kind: str) -> bool:
    """Return whether it is more likely the name of a source than the first group of an IPv6 address."""
    return len(kind) > 1 and kind.isalpha() and not all(letter in "abcdefABCDEF" for letter in kind)


def _interface_from_text(text: str) -> Interface:
    name, octets = _without_family(text)
    _check_interface(name, f"interface:{text}", "e.g. interface:ppp0, interface:ppp0/ipv4, interface:ppp0/ipv6")
    return Interface(name, octets)


def _prefix_from_text(text: str) -> Prefix:
    name, plus, rest = text.rpartition("+")  # an interface's name may have a plus, an address cannot
    whole = quoted(f"prefix:{text}")
    if not plus:
        raise InvalidText(f"{whole} has no host part", hint=_PREFIX_FORM)
    _check_interface(name, f"prefix:{text}", _PREFIX_FORM)
    host_text, slash, bits = rest.partition("/")
    length = decimal(bits, _LARGEST_PREFIX_BITS) if slash else _DEFAULT_PREFIX_BITS
    if not length:
        raise InvalidText(f"{whole} has a wrong prefix length", hint=f"1 to {_LARGEST_PREFIX_BITS}; 64 if left out")
    host = parse_ipv6(host_text)
    if not any(host):  # RFC 4291, section 2.6.1: this address means any router
        raise InvalidText(f"{whole} has an empty host part", hint=_PREFIX_FORM)
    if int.from_bytes(host) >> (IPV6_OCTETS * 8 - length):
        raise InvalidText(
            f"the host part of {whole} has bits in the first {length}, which are the prefix", hint=_PREFIX_FORM
        )
    return Prefix(name, host, length)


def _resolver_from_text(text: str) -> Resolver:
    from dns_update.transport import Server  # one of six kinds needs it
    from dns_update.wire.name import Name  # the same

    rest, octets = _without_family(text)
    if not rest:
        return Resolver(octets=octets)
    whole = quoted(f"dns:{text}")
    name, at, where = rest.rpartition("@")
    host, slash, rrtype = where.partition("/")
    if not at or not name or not host:
        raise InvalidText(f"{whole} does not say which name to ask which server for", hint=_RESOLVER_FORM)
    if slash and rrtype != "txt":
        raise InvalidText(f"{whole} has {quoted('/' + rrtype)}", hint="only /txt, /ipv4 and /ipv6 are possible there")
    server = Server.from_text(host)
    own = _own_octets(server.host)
    if own is not None and octets not in (None, own):
        raise InvalidText(f"{whole} asks for an address that {server} cannot see", hint="it sees those of its family")
    return Resolver(Name.from_text(name), server, is_text=bool(slash), octets=own or octets)


def _without_family(text: str) -> tuple[str, int | None]:
    """Return a text without its `/ipv4` or `/ipv6`, and the octets of that family, None if it has neither."""
    for suffix, octets in _FAMILIES.items():
        if text.endswith(suffix):
            return text.removesuffix(suffix), octets
    return text, None


def _own_octets(host: str) -> int | None:
    """Return 4 or 16 if the host is an IP address, which can be asked only over its family; None if it is a name."""
    try:
        return len(parse_address(host.partition("%")[0]))
    except InvalidText:
        return None


def _web_host(scheme: str, host: str) -> str:
    from dns_update.transport import Server  # it checks the host

    if not host:
        raise _not_web(scheme, "names no host")
    try:
        return Server.from_text(f"[{host}]" if ":" in host else host).host
    except InvalidText:
        raise _not_web(scheme, "has a wrong host or port") from None


def _not_web(scheme: str, why: str, hint: str = _WEB_FORM) -> InvalidText:
    return InvalidText(f"the {quoted(scheme)} URL {why}", hint=hint)


def _check_interface(name: str, text: str, hint: str) -> None:
    reason = _no_interface_because(name)
    if reason is not None:
        raise InvalidText(f"{quoted(text)} names no interface{reason}", hint=hint)


def _no_interface_because(name: str) -> str | None:
    """Return why no interface can have the name (Linux's dev_valid_name); None if one can."""
    octets = len(name.encode(errors="replace"))
    reasons = {
        "": not name,
        ": it has a blank": any(map(str.isspace, name)),
        ": it has a character that cannot be printed": not name.isprintable(),
        ": it has a slash": "/" in name,
        ": it has a colon": ":" in name,
        ": the kernel allows no such name": name in (".", ".."),
        f": it has {octets} octets, and at most {_INTERFACE_OCTETS} are possible": octets > _INTERFACE_OCTETS,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)

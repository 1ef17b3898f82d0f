"""Origins of addresses, in the agent's own words: literals, interfaces, web services, commands."""

from __future__ import annotations

import re
import shlex

from dns_update.address.sources import sources_from_text
from dns_update.errors import InvalidText
from dns_update.migration.plan import IPV4, IPV6, AddressOrigin
from dns_update.wire.inet import IPV6_OCTETS, format_address, parse_address

_PLAIN_COMMAND = re.compile(r"[\w@%+=:,./ -]+", re.ASCII)  # without anything that only a shell understands
_ASSIGNMENT = re.compile(r"\w*=")

_INTERFACE_OF = (
    re.compile(
        r"\bip\b[^|;&]*?\ba(?:ddr(?:ess)?)?\s+(?:show|list|sh|s|ls|l)\s+(?:(?:dev|scope\s+global)\s+)*([\w.@-]+)"
    ),
    re.compile(r"\bifconfig\s+([\w.-]+)"),
    re.compile(r"\bget_ip(?:v[46])?\s+([\w.-]+)"),
)
_NOT_OF_INTERFACES = re.compile(r"[^\w.@:-]+", re.ASCII)
_LONGEST_NAME = 15  # linux/if.h: IFNAMSIZ is 16, with a NUL at the end
_NOT_AN_INTERFACE = {"up", "to", "dev", "scope", "label", "primary", "permanent", "dynamic"}
_RESOLVERS = re.compile(r"\b(?:myip\.opendns\.com|o-o\.myaddr\.l\.google\.com|whoami\.\w+|myip\.\w+\.\w+)\b")
_FETCHES = re.compile(r"(?:\S*/)?(?:curl|wget|fetch|uclient-fetch|lynx|GET)\s")
_URL = re.compile(r"""https?://[^\s"'|;&<>()`]+""")
_BARE_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:/[^\s\"'|;&<>()`]*)?", re.IGNORECASE)
_OPTIONS_WITH_VALUES = re.compile(r"\s(?:-[mTtO]|--max-time|--connect-timeout|--timeout|--tries|-o|-A|-H)\s*=?\s*\S+")


def literal(address: str) -> AddressOrigin:
    """Return the origin that is an address itself; raises InvalidText."""
    octets = parse_address(address)
    family = IPV6 if len(octets) == IPV6_OCTETS else IPV4
    return AddressOrigin("literal", detail=format_address(octets), family=family)


def possible_name(name: str) -> str:
    """Return the name of an interface, changed if no interface of this machine can have it."""
    kept = _NOT_OF_INTERFACES.sub("-", name)
    return name if kept == name and len(name) <= _LONGEST_NAME else kept[:_LONGEST_NAME].strip("-.") or "wan"


def interface(name: str, family: int) -> AddressOrigin:
    """Return the origin that is an interface of this machine; raises InvalidText for what cannot be its name."""
    _check(f"interface:{name}")
    return AddressOrigin("interface", interface=name, family=family)


def web(url: str, family: int) -> AddressOrigin:
    """Return the origin that is a web service; a URL without a scheme gets https. Raises InvalidText."""
    whole = url if "://" in url else f"https://{url}"
    source = f"{whole.partition('#')[0].replace(',', '%2C')}#ipv{family}"
    try:
        _check(source)
    except InvalidText:  # a host that is an address has one family only
        source = source.partition("#")[0]
        _check(source)
    return AddressOrigin("service", detail=source, family=family)


def command(line: str, family: int) -> AddressOrigin:
    """Return the origin that is a program; one that needs a shell gets one. Raises InvalidText."""
    words = " ".join(line.split()) if _PLAIN_COMMAND.fullmatch(line.strip()) else ""
    if not words or _ASSIGNMENT.match(words):
        words = f"sh -c {shlex.quote(line.strip())}"
    _check(f"command:{words}")
    return AddressOrigin("service", detail=f"command:{words}", family=family)


def of_command(line: str, family: int) -> AddressOrigin:
    """Return the origin that a script's command means: what it asks for, or the command itself. Raises InvalidText.

    A command that lists an interface's addresses is the interface; one that asks a resolver for one's own address is a
    public address; one that fetches a page with the address is the page.
    """
    for pattern in _INTERFACE_OF:
        found = pattern.search(line)
        if found and found[1] not in _NOT_AN_INTERFACE and not found[1].startswith("-"):
            return interface(found[1].partition("@")[0], family)
    if _RESOLVERS.search(line):
        return public(family)
    url = _fetched(line)
    return web(url, family) if url else command(line, family)


def public(family: int) -> AddressOrigin:
    """Return the origin that is the public address, from where the user chooses."""
    return AddressOrigin("public-address", family=family)


def _fetched(line: str) -> str:
    """Return the URL that a command fetches; "" if it does anything else."""
    first = line.strip()
    if not _FETCHES.match(first):
        return ""
    found = _URL.search(first)
    if found:
        return found[0]
    bare = _BARE_HOST.search(_OPTIONS_WITH_VALUES.sub("", first.partition("|")[0]).partition(" ")[2])
    return bare[0] if bare else ""


def _check(source: str) -> None:
    if not source.isprintable():
        hint = "a command of several lines belongs in a script of its own"
        raise InvalidText("the source has a character that cannot be printed", hint=hint)
    if len(sources_from_text(source)) != 1:
        raise InvalidText("one source is expected", hint="a comma separates two")

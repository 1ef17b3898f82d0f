"""The questions of a set-up in their order, how the text of each answer is read, and what is offered.

Each question is a property of `init`, and its answers are read as that property's values are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.sources import Web, sources_from_text
from dns_update.address.special_purpose import unreachable_because
from dns_update.client.locate import Target
from dns_update.commandline.properties import Options, row_of
from dns_update.errors import UsageError
from dns_update.value import Value
from dns_update.wire.inet import format_address
from dns_update.wire.name import Name

_SEEN = "the address that the Internet sees, asked from well-known name servers"
_MOST_ADDRESSES = 3  # of one interface: a line is one line

COMMAND = "init"
MAKE = "make"
"""The answer that means a new key instead of the file of one."""


class SetupQuestion(Value):
    """A question: the property that it asks for, and its text."""

    name: str
    text: str


SERVER = SetupQuestion("dns-server", "the zone's server, its address or host name")
NAME = SetupQuestion("name", "the name to keep right, in full")
ZONE = SetupQuestion("zone", "the zone that holds it")
ADDRESS = SetupQuestion("address", "where its address comes from")
KEY = SetupQuestion("key-file", f"the key: the path of its file, or {MAKE} for a new one")
SERVER_TYPE = SetupQuestion("server-type", "the program of the server: bind, knot or powerdns")
QUESTIONS = (SERVER, NAME, ZONE, ADDRESS, KEY, SERVER_TYPE)
_KEY_GIVEN = "key-file= (or make-key=yes)"


def read(question: SetupQuestion, text: str) -> object:
    """Return what an answer means, as its property's value is read; raises InvalidText."""
    row = row_of(question.name, COMMAND)
    if row is None:
        raise AssertionError(question.name)  # pragma: no cover - each question has a row
    return row.read(text)


def owners_in(names: Iterable[str], zone: Name | None) -> tuple[Name, ...]:
    """Return names in full, each once; raises UsageError for one that is not, or that is not in the zone."""
    return tuple(dict.fromkeys(Target(name, zone).owner for name in names))


def check_zone(owners: Iterable[Name], zone: Name) -> None:
    """Raise UsageError if the zone does not hold all names."""
    for owner in owners:
        if not owner.is_within(zone):
            raise UsageError(f"{owner} is not in {zone}", hint="give the zone that holds the name")


def check_sources(sources: Iterable[str]) -> None:
    """Raise UsageError for a URL with a password: what is written is shown, and others may read the configuration."""
    for text in sources:
        for source in sources_from_text(text):
            if isinstance(source, Web) and source.credentials:
                raise UsageError(
                    f"address=: the URL of {source.host} has a password, which init would show",
                    hint="leave it out, and add it to the configuration afterwards",
                )


def check_server_type(text: str) -> None:
    """Raise UsageError if a key cannot be made without knowing the server's program."""
    if not text:
        raise UsageError("server-type= is missing: the server does not show what it is", hint="bind, knot or powerdns")


def missing(options: Options) -> tuple[str, ...]:
    """Return the properties that must be given where nobody can be asked, as users write them."""
    found = {
        "dns-server=": bool(options.dns_server),
        "name=": options.kept_names is not None,
        "zone=": options.zone is not None,
        "address=": bool(options.kept_sources),
        _KEY_GIVEN: options.key_file is not None or options.make_key,
    }
    return tuple(name for name, is_given in found.items() if not is_given)


def check_line(options: Options) -> None:
    """Raise UsageError for properties that contradict each other, before anything is asked."""
    if options.key_file is not None and options.make_key:
        raise UsageError("key-file= and make-key= are both given", hint="one of them is enough")
    if options.server_kind is not None and options.key_file is not None:
        raise UsageError("server-type= is given with key-file=", hint="it is for a key that is made: make-key=yes")
    if options.kept_ttl == 0:
        raise UsageError("ttl=: the TTL is 0, which deletes", hint="1 or more")
    if options.kept_names is not None and options.zone is not None:
        owners_in(options.kept_names, options.zone)
    check_sources(options.kept_sources)


def check_complete(options: Options, given: Collection[str]) -> None:
    """Raise UsageError that names all properties in `given`, which are missing; return if there are none."""
    if given:
        *others, last = given
        names = f"{', '.join(others)} and {last}" if others else last
        verb = "is" if len(given) == 1 else "are"
        raise UsageError(
            f"{names} {verb} missing, and there is no terminal to ask on",
            hint=f"e.g. {_EXAMPLE}" if options.kept_names is None else "dns-update init --help",
        )


_EXAMPLE = (
    "dns-update init dns-server=192.0.2.1 zone=example.com name=home address=interface:ppp0 make-key=yes "
    "server-type=bind"
)


# What is offered as the source of addresses: interfaces with a public address, then what others see.


class Offer(Value):
    """A source that can be chosen, as a user writes it, and what is known of it."""

    source: str
    about: str


def address_offers(interfaces: Interfaces | None) -> tuple[Offer, ...]:
    """Return the sources to offer, the best first; there is always one. None: the interfaces are not known."""
    found = () if interfaces is None else tuple(_public(interfaces))
    return (*found, Offer("dns:", _SEEN))


def _public(interfaces: Interfaces) -> Iterator[Offer]:
    for name in interfaces.names:
        usable = [entry.address for entry in interfaces.usable(name)]
        public = [format_address(address) for address in usable if unreachable_because(address) is None]
        if public:
            yield Offer(f"interface:{name}", ", ".join(public[:_MOST_ADDRESSES]))

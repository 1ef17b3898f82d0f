"""Which program a server is, by its version and by how it answers; so that advice speaks its language.

A version can be hidden or changed, so what the server does counts first. In answers to updates, PowerDNS sets the AA
bit, and no other does. For a zone that it serves, Knot answers NOTAUTH to an update that its acl does not permit, and
BIND REFUSED.
"""

from __future__ import annotations

from dns_update.exchange import UDP
from dns_update.message import Message
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.doctor.questions import Answer, Questions
    from dns_update.exchange import TransportName

BIND = "BIND"
KNOT = "Knot DNS"
POWERDNS = "PowerDNS"
NSD = "NSD"
WINDOWS = "Microsoft DNS"
UNBOUND = "Unbound"
DNSMASQ = "dnsmasq"
RECURSOR = "PowerDNS Recursor"
OTHER = ""

RESOLVERS = (UNBOUND, DNSMASQ, RECURSOR)
"""Programs that take no updates, and answer from the data of other servers."""

SIGNING = (BIND, KNOT, POWERDNS)
"""Programs that sign their answers to signed updates, whatever they answer."""

_NEVER_PRIMARY = (*RESOLVERS, NSD, WINDOWS)  # what they answer to a probe may look like the others' answers

_VERSION = Name.from_text("version.bind")  # RFC 4892, section 2
_WORDS = (
    ("PowerDNS Recursor", RECURSOR),
    ("PowerDNS", POWERDNS),
    ("Knot DNS", KNOT),
    ("NSD", NSD),
    ("unbound", UNBOUND),
    ("dnsmasq", DNSMASQ),
    ("Microsoft DNS", WINDOWS),
    ("BIND", BIND),
)
_MAX_VERSION = 80  # octets of it that are read


class ServerKind(Value):
    """A program, one of this module's constants, and the version that it reports, empty if none."""

    program: str
    version: str = ""

    def __str__(self) -> str:
        """Return how advice calls the server."""
        return f"{self.program} {self.version}".strip() or "the server"


async def recognise(questions: Questions, zone: Name, *, by_update: bool) -> ServerKind:
    """Return which program a server is, as far as it shows; `zone` is one that it may serve.

    How it answers an update tells more than its version, but whoever only reads should send none.
    """
    if not by_update:
        return kind_of(await version_of(questions))
    probe, soa = await questions.probe(zone, None), await questions.soa(zone)
    return kind_of(await version_of(questions), probe, is_served=soa.is_authoritative and soa.rcode == Rcode.NOERROR)


async def version_of(questions: Questions, *, transport: TransportName = UDP) -> bytes:
    """Return the rdata of version.bind, empty if there is none; unsigned, for Knot signs nothing in class CHAOS."""
    answer = await questions.ask(Message.query(_VERSION, RRType.TXT, RRClass.CH), transport=transport)
    return next((record.rdata for record in answer.records(RRType.TXT)), b"")


def kind_of(version: bytes, probe: Answer | None = None, *, is_served: bool = False) -> ServerKind:
    """Return the program that reports this version (rdata of a TXT record), and answers an unsigned probe like this.

    `is_served` says that it has the zone of the probe.
    """
    reported = _shown(version)
    by_version = program_of(reported)
    by_answers = OTHER if probe is None else _program_by(probe, is_served=is_served)
    program = by_version if by_answers == OTHER or by_version in _NEVER_PRIMARY else by_answers
    return ServerKind(program, number_in(reported) if program == by_version else "")


def _shown(rdata: bytes) -> str:
    """Return the first text of a TXT record, shortened and without control characters: a stranger wrote it."""
    text = rdata[1 : 1 + min(rdata[0], _MAX_VERSION)] if rdata else b""
    return "".join(c for c in text.decode("utf-8", "replace") if c.isprintable())


def program_of(version: str) -> str:
    """Return the program that reports such a version, or OTHER: BIND's is a bare number, of 9.x in any case."""
    found = next((program for word, program in _WORDS if word.lower() in version.lower()), OTHER)
    is_number = version.startswith("9.") and version[2:3].isdigit()
    return BIND if found == OTHER and is_number else found


def number_in(version: str) -> str:
    """Return the number of a reported version: 9.18.49 of "9.18.49-1~deb12u3-Debian"; empty if it has none."""
    words = version.replace("-", " ").split()
    number = next((word for word in words if word[:1].isdigit()), "")
    return "".join(c for c in number if c.isdigit() or c == ".").strip(".")


def _program_by(probe: Answer, *, is_served: bool) -> str:
    """Return the program that answers an unsigned probe like this, or OTHER."""
    if probe.is_authoritative:
        return POWERDNS
    if not is_served or probe.offers_recursion or probe.rcode is None:
        return OTHER
    return {Rcode.REFUSED: BIND, Rcode.NOTAUTH: KNOT}.get(probe.rcode, OTHER)

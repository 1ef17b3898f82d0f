"""What this machine's resolver sees of a zone: others see the same, and perhaps not what its server has.

So a zone shows itself that is delegated to other servers, to none, or that a server shows to others from another view.
"""

from __future__ import annotations

from dns_update.client.discovery import system_resolvers
from dns_update.doctor.diagnoses.zone import is_loopback
from dns_update.doctor.questions import Questions
from dns_update.errors import UsageError
from dns_update.rr.embedded_names import soa_mname
from dns_update.rr.record import Record, is_after, soa_serial
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.codes import Flag, Rcode
from dns_update.wire.name import Name

_DONE = (Rcode.NOERROR, Rcode.NXDOMAIN)


class ResolverView(Value):
    """What a resolver sees of a zone, if it differs: the primary in the SOA record, and the serial.

    Both are None if it finds no such zone.
    """

    resolver: Endpoint
    primary: Name | None = None
    serial: int | None = None


async def other_view(questions: Questions, zone: Name, soa: Record) -> ResolverView | None:
    """Return what this machine's first resolver sees of a zone, if it is not what the server with `soa` has.

    An older serial may only be kept in its cache. A server at a loopback address is one for this machine alone. Raises
    OutOfTime.
    """
    resolver = _resolver()
    own = questions.endpoint.address
    if resolver is None or resolver.address == own or is_loopback(own):
        return None
    answer = await questions.soa(zone, endpoint=resolver, flags=Flag.RD)
    if answer.rcode not in _DONE or not answer.offers_recursion:
        return None
    seen = answer.soa_above(zone)
    if seen is None:
        return None
    if seen.name != zone:
        return ResolverView(resolver)
    primary, serial = soa_mname(seen.rdata), soa_serial(seen.rdata)
    is_same = primary == soa_mname(soa.rdata) and not is_after(serial, soa_serial(soa.rdata))
    return None if is_same else ResolverView(resolver, primary, serial)


def _resolver() -> Endpoint | None:
    try:
        found = system_resolvers()[0]
    except UsageError:
        return None
    return Endpoint(found.host, found.port)

"""All links and addresses, listed by two dumps in turn; without a kernel, since the order of events matters."""

import socket
from struct import pack

import pytest

from dns_update.address.kernel.dump import Dump
from dns_update.address.kernel.netlink import (
    NLMSG_DONE,
    NLMSG_ERROR,
    RTM_DELADDR,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_GETROUTE,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    DefaultRoute,
)

PORT = 4711
MULTI, INTERRUPTED = 0x02, 0x12
LINK = pack("=BxHiII", 0, 1, 1, 0x41, 0) + pack("=HH4s", 8, 3, b"lan\0")
IPV4 = socket.AF_INET
DEFAULT_ROUTE = pack("=BBBBBBBBI", IPV4, 0, 0, 0, 254, 3, 0, 1, 0)


def address(last: int) -> bytes:
    return pack("=BBBBI", IPV4, 24, 0, 0, 1) + pack("=HH4s", 8, 2, bytes([1, 2, 3, last]))


class Told:
    """A dump, and a kernel that sends it what a test says."""

    def __init__(self, most_interruptions: int = 5, *, has_routes: bool = False) -> None:
        self.dump = Dump(PORT, most_interruptions=most_interruptions, has_routes=has_routes)

    def asked(self) -> int | None:
        """Return the kind of the request to send now; what comes then answers it."""
        request = self.dump.request()
        if request is None:
            return None
        self.sequence = int.from_bytes(request[8:12], "little")
        return int.from_bytes(request[4:6], "little")

    def answer(self, *bodies: tuple[int, bytes], flags: int = MULTI, last: bool = True) -> None:
        parts = [self._message(kind, body, flags, PORT) for kind, body in bodies]
        parts += [self._message(NLMSG_DONE, bytes(4), flags, PORT)] if last else []
        self.dump.receive(b"".join(parts), now=0)

    def event(self, kind: int, body: bytes) -> None:
        self.dump.receive(self._message(kind, body, 0, 99), now=0)

    def _message(self, kind: int, body: bytes, flags: int, port: int) -> bytes:
        return pack("=IHHII", 16 + len(body), kind, flags, self.sequence, port) + body

    def usable(self) -> list[int] | None:
        interfaces = self.dump.interfaces
        return None if interfaces is None else [entry.address[3] for entry in interfaces.usable("lan")]


@pytest.fixture
def told() -> Told:
    return Told()


def test_links_then_addresses_make_a_table(told: Told) -> None:
    assert told.asked() == RTM_GETLINK
    assert told.asked() is None
    told.answer((RTM_NEWLINK, LINK))
    assert told.usable() is None
    assert told.asked() == RTM_GETADDR
    told.answer((RTM_NEWADDR, address(1)), last=False)
    assert (told.asked(), told.usable()) == (None, None)
    told.answer((RTM_NEWADDR, address(2)))
    assert (told.asked(), told.usable(), told.dump.is_doubtful) == (None, [1, 2], False)


@pytest.mark.parametrize("interrupted", ["links", "addresses"])
def test_an_interrupted_dump_begins_all_anew(told: Told, interrupted: str) -> None:
    told.asked()
    told.answer((RTM_NEWLINK, LINK), flags=INTERRUPTED if interrupted == "links" else MULTI)
    if interrupted == "addresses":
        assert told.asked() == RTM_GETADDR
        told.answer((RTM_NEWADDR, address(9)), flags=INTERRUPTED)
    assert told.usable() is None
    assert told.asked() == RTM_GETLINK
    told.answer((RTM_NEWLINK, LINK))
    assert told.asked() == RTM_GETADDR
    told.answer((RTM_NEWADDR, address(1)))
    assert (told.usable(), told.dump.interruptions) == ([1], 1)


def test_an_address_that_goes_while_it_is_listed_does_not_stay(told: Told) -> None:
    """The kernel has put it into the dump, then reports that it is gone, and only then sends the dump."""
    told.asked()
    told.answer((RTM_NEWLINK, LINK))
    told.asked()
    told.event(RTM_DELADDR, address(1))
    told.answer((RTM_NEWADDR, address(1)))
    assert told.usable() is None
    assert told.asked() == RTM_GETLINK
    told.answer((RTM_NEWLINK, LINK))
    told.asked()
    told.answer()
    assert told.usable() == []


def test_a_route_that_changes_meanwhile_does_not_matter(told: Told) -> None:
    told.asked()
    told.event(RTM_NEWROUTE, DEFAULT_ROUTE)
    told.answer((RTM_NEWLINK, LINK))
    assert told.asked() == RTM_GETADDR


def test_after_too_many_interruptions_it_is_taken_as_it_is() -> None:
    told = Told(most_interruptions=2)
    for _ in range(3):
        assert told.asked() == RTM_GETLINK
        told.answer((RTM_NEWLINK, LINK), flags=INTERRUPTED)
    assert told.asked() == RTM_GETADDR
    told.answer((RTM_NEWADDR, address(1)))
    assert (told.usable(), told.dump.is_doubtful, told.dump.interruptions) == ([1], True, 2)


def test_what_comes_for_an_earlier_dump_is_not_listed(told: Told) -> None:
    told.asked()
    told.answer((RTM_NEWLINK, LINK))
    earlier = told.sequence
    told.asked()
    current, told.sequence = told.sequence, earlier
    told.answer((RTM_NEWADDR, address(9)), flags=INTERRUPTED)
    told.sequence = current
    told.answer((RTM_NEWADDR, address(1)))
    assert 9 not in (told.usable() or [])


def test_a_refusal_is_an_error(told: Told) -> None:
    told.asked()
    with pytest.raises(PermissionError):
        told.answer((NLMSG_ERROR, pack("=i", -1)), flags=0, last=False)


ROUTE = DefaultRoute(4, (0, 254, 0))
DISTURBANCES = ("nothing", "a mark", "an address", "a refusal")


@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_default_routes_are_listed_if_they_are_wanted_and_none_is_known_if_that_was_disturbed(disturbance: str) -> None:
    told = Told(has_routes=True)
    for answer in ((RTM_NEWLINK, LINK), (RTM_NEWADDR, address(1))):
        told.asked()
        told.answer(answer)
    assert (told.usable(), told.asked()) == (None, RTM_GETROUTE)
    if disturbance == "an address":
        told.event(RTM_DELADDR, address(1))
    if disturbance == "a refusal":
        told.answer((NLMSG_ERROR, pack("=i", -95)), flags=0, last=False)
    else:
        told.answer((RTM_NEWROUTE, DEFAULT_ROUTE), flags=INTERRUPTED if disturbance == "a mark" else MULTI)
    assert told.dump.interfaces is not None
    assert told.dump.interfaces.has_route(ROUTE) == (disturbance == "nothing")
    assert told.usable() == ([] if disturbance == "an address" else [1])
    assert (told.dump.is_doubtful, told.dump.interruptions) == (False, 0)

"""What the kernel really sends, read by us and by pyroute2: both must see the same."""

import ipaddress
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pyroute2.netlink import NLM_F_REPLACE  # type: ignore[import-untyped]
from pyroute2.netlink.rtnl.marshal import MarshalRtnl  # type: ignore[import-untyped]

from dns_update.address.kernel.netlink import (
    EVENT_GROUPS,
    AddressEntry,
    DefaultRoute,
    Event,
    LinkEntry,
    address_dump_request,
    decode,
    link_dump_request,
    route_dump_request,
)
from lab import Namespace
from tests.address.conftest import add_pair
from tests.address.inside import inside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux's")

LARGEST = 1 << 16
SEQUENCE = 7
OCTETS = {socket.AF_INET: 4, socket.AF_INET6: 16}
COMMANDS = (
    "address add 1.2.3.4/24 dev lan",
    "address add 1.2.3.5/24 dev lan",  # secondary
    "address add 10.0.0.1 peer 10.0.0.2 dev lan",
    "address add 2600:1::1/64 dev lan",
    "address add 2600:2::1 peer 2600:2::2 dev lan",
    "address change 2600:1::1/64 dev lan preferred_lft 1000 valid_lft 2000",
    "address change 2600:1::1/64 dev lan preferred_lft 0",
    "route add default via 1.2.3.9",
    "-6 route add default via 2600:1::9",
    "-6 route replace default via 2600:1::9 metric 1024 expires 1800",
    "route replace default via 1.2.3.8",
    "route replace default via 1.2.3.9",
    "route add default via 1.2.3.9 table 4711 metric 70000",
    "route add 9.9.9.0/24 via 1.2.3.9",
    "route add unreachable default metric 99",
    "route del default via 1.2.3.9",
    "address del 1.2.3.5/24 dev lan",
    "link set lan down",
    "link set lan name wan",
    "link property add dev wan altname uplink altname enp3s0",
    "link set wan up",
    "link add bridge type bridge",
    "link set wan master bridge",
    "link set wan nomaster",
    "link delete wan",
    "-6 route add default dev lo metric 1024",
)


@pytest.fixture(scope="module")
def captured(has_namespaces: None) -> Iterator[tuple[list[bytes], int]]:  # noqa: ARG001 - it skips
    """Return every datagram that a namespace's kernel sends, and the port of the socket."""
    with Namespace() as namespace:
        add_pair(namespace, "lan", "peer")
        with inside(namespace, lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)) as kernel:
            kernel.bind((0, EVENT_GROUPS))
            for command in COMMANDS:
                namespace.ip(*command.split())
            kernel.settimeout(0)
            yield [*_until_there_is_none(kernel), *_dumps(kernel)], kernel.getsockname()[0]


def _until_there_is_none(kernel: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield kernel.recv(LARGEST)
        except BlockingIOError:
            return


def _dumps(kernel: socket.socket) -> Iterator[bytes]:
    kernel.settimeout(10)
    for request in (link_dump_request, address_dump_request, route_dump_request):
        kernel.send(request(SEQUENCE))
        is_last = False
        while not is_last:
            octets = kernel.recv(LARGEST)
            is_last = decode(octets, sequence=SEQUENCE, port=kernel.getsockname()[0]).is_last
            yield octets


def _theirs(message: Mapping[str, Any]) -> Event | None:
    """Return what pyroute2 has read in our form."""
    kind = message["event"]
    subject: AddressEntry | LinkEntry | DefaultRoute | None = None
    attributes = dict(message.get("attrs", ()))
    if kind.endswith("ADDR"):
        subject = _their_address(message, attributes)
    elif kind.endswith("LINK") and message["family"] == socket.AF_UNSPEC:
        properties = attributes.get("IFLA_PROP_LIST")
        others = [name for _kind, name in properties["attrs"]] if properties else []
        subject = LinkEntry(message["index"], (attributes["IFLA_IFNAME"], *others), message["flags"])
    elif kind.endswith("ROUTE") and message["dst_len"] == 0 and message["type"] == 1:
        subject = _their_route(message, attributes)
    is_replacing = kind == "RTM_NEWROUTE" and bool(message["header"]["flags"] & NLM_F_REPLACE)
    return None if subject is None else Event(subject, is_gone=kind.startswith("RTM_DEL"), is_replacing=is_replacing)


def _their_route(message: Mapping[str, Any], attributes: Mapping[str, Any]) -> DefaultRoute:
    slot = message["tos"], attributes["RTA_TABLE"], attributes.get("RTA_PRIORITY", 0)
    gateway = ipaddress.ip_address(attributes["RTA_GATEWAY"]).packed if "RTA_GATEWAY" in attributes else b""
    return DefaultRoute(OCTETS[message["family"]], slot, attributes["RTA_OIF"], gateway)


def _their_address(message: Mapping[str, Any], attributes: Mapping[str, Any]) -> AddressEntry:
    peer = attributes["IFA_ADDRESS"]
    address = attributes.get("IFA_LOCAL", peer)
    times = attributes["IFA_CACHEINFO"]
    return AddressEntry(
        message["index"],
        ipaddress.ip_address(address).packed,
        prefix_length=message["prefixlen"],
        peer=b"" if peer == address else ipaddress.ip_address(peer).packed,
        flags=attributes["IFA_FLAGS"],
        scope=message["scope"],
        preferred=times["ifa_preferred"],
        created=times["cstamp"],
        updated=times["tstamp"],
    )


def test_we_read_what_pyroute2_reads(captured: tuple[list[bytes], int]) -> None:
    datagrams, port = captured
    for octets in datagrams:
        ours = decode(octets, sequence=SEQUENCE, port=port)
        messages = [_theirs(message) for message in MarshalRtnl().parse(octets) if message["event"] != "NLMSG_DONE"]
        theirs = tuple(event for event in messages if event is not None)
        assert (*map(Event, ours.listed), *ours.events) == theirs


def test_all_that_was_done_was_told(captured: tuple[list[bytes], int]) -> None:
    # If it were not captured, the test above would prove nothing.
    datagrams, port = captured
    read = [decode(octets, sequence=SEQUENCE, port=port) for octets in datagrams]
    events = [event for datagram in read for event in datagram.events]
    told = [(type(event.subject).__name__, event.is_gone) for event in events]
    assert {(name, gone) for name in ("AddressEntry", "LinkEntry", "DefaultRoute") for gone in (False, True)} <= set(
        told
    )
    routes = [event.subject for event in events if isinstance(event.subject, DefaultRoute)]
    assert {(route.octets, route.slot[1:]) for route in routes} == {
        (4, (254, 0)),
        (4, (4711, 70000)),
        (16, (254, 1024)),
    }
    assert len([event for event in events if event.is_replacing]) == 3
    assert any(isinstance(subject, DefaultRoute) for datagram in read for subject in datagram.listed)
    links = [event.subject for event in events if isinstance(event.subject, LinkEntry)]
    assert {link.names for link in links} >= {("lan",), ("wan",), ("wan", "uplink", "enp3s0"), ("bridge",)}
    assert {link.is_up for link in links} == {True, False}
    assert [datagram.is_last for datagram in read].count(True) == 3
    assert any(isinstance(subject, AddressEntry) for datagram in read for subject in datagram.listed)

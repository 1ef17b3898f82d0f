"""Several servers, several addresses of one host: which is asked next, and which failure is reported."""

import pytest

from dns_update.client import Client
from dns_update.errors import DnsUpdateError, NameExists, NoResponse, PermissionDenied, ServerFailure
from dns_update.message import Message
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.wire.codes import Rcode
from tests.client.replies import ADDRESS, ZONE, reply

HOSTS = {"ns": ("192.0.2.1", "192.0.2.2", "192.0.2.3"), "other": ("192.0.2.9",), "many": tuple(
    f"192.0.2.{number}" for number in range(10, 20))}  # fmt: skip
GOOD = "192.0.2.99"


class Net:
    """What each address does: it answers with an rcode, is silent (None), or is unreachable (a text)."""

    def __init__(self, **behaviours: int | str | None) -> None:
        self.asked: list[str] = []
        self._behaviours = {f"192.0.2.{name.removeprefix('_')}": behaviour for name, behaviour in behaviours.items()}
        self.transport = MemoryTransport(self._answer, hosts=HOSTS)
        self.log: list[str] = []

    def client(self, *servers: str) -> Client:
        return Client(*servers, transport=self.transport, log=self.log.append)

    def _answer(self, sent: SentMessage) -> tuple[bytes, ...] | str:
        if sent.endpoint.address not in self.asked:
            self.asked.append(sent.endpoint.address)
        behaviour = self._behaviours.get(sent.endpoint.address, Rcode.NOERROR)
        if isinstance(behaviour, str):
            return behaviour
        return () if behaviour is None else (reply(Message.decode(sent.octets), behaviour),)


def set_home(client: Client) -> None:
    client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent", verify=False)


def failure(client: Client) -> DnsUpdateError:
    with pytest.raises(DnsUpdateError) as caught:
        set_home(client)
    return caught.value


@pytest.mark.parametrize("silence", [None, "port unreachable"])
def test_no_answer_goes_on_to_the_hosts_next_address(silence: str | None) -> None:
    net = Net(_1=silence, _2=silence)
    set_home(net.client("ns"))
    assert net.asked == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]


@pytest.mark.parametrize("rcode", [Rcode.REFUSED, Rcode.SERVFAIL, Rcode.NOTAUTH, Rcode.NOTIMP])
def test_a_rejection_at_one_address_ends_the_tries_at_the_hosts_others_and_goes_to_the_next_server(rcode: int) -> None:
    net = Net(_1=rcode)
    set_home(net.client("ns", "other"))
    assert net.asked == ["192.0.2.1", "192.0.2.9"]


@pytest.mark.parametrize("rcode", [Rcode.NXDOMAIN, Rcode.NXRRSET, Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NOTZONE])
def test_what_the_zone_holds_is_the_same_everywhere_and_ends_all_tries(rcode: int) -> None:
    net = Net(_1=rcode)
    assert isinstance(failure(net.client("192.0.2.1", "other")), DnsUpdateError)
    assert net.asked == ["192.0.2.1"]


def test_no_more_than_four_addresses_of_a_host_are_tried() -> None:
    net = Net(**{f"_{number}": "unreachable" for number in range(10, 20)})
    assert isinstance(failure(net.client("many")), NoResponse)
    assert net.asked == ["192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"]


def test_a_host_without_an_address_goes_on_to_the_next_server() -> None:
    net = Net()
    set_home(net.client("nowhere", GOOD))
    assert net.asked == [GOOD]
    assert "No answer from nowhere:" in net.log[-1]


@pytest.mark.parametrize("order", [["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.1"]])
def test_a_server_that_answered_tells_more_than_one_that_did_not(order: list[str]) -> None:
    error = failure(Net(_1=Rcode.REFUSED, _2="unreachable").client(*order))
    assert isinstance(error, PermissionDenied)
    assert [type(other) for other in error.failures] == [NoResponse]


def test_of_several_that_answered_the_last_is_told_and_the_others_are_kept() -> None:
    error = failure(Net(_1=Rcode.REFUSED, _2=Rcode.SERVFAIL).client("192.0.2.1", "192.0.2.2"))
    assert isinstance(error, ServerFailure)
    assert [type(other) for other in error.failures] == [PermissionDenied]


def test_of_several_silent_ones_all_are_kept() -> None:
    error = failure(Net(_1="unreachable", _2=None, _3=None).client("ns"))
    assert isinstance(error, NoResponse)
    assert [error.server, *(other.server for other in error.failures)] == ["192.0.2.3", "192.0.2.1", "192.0.2.2"]


def test_a_refusal_that_ends_all_tries_keeps_the_failures_before_it() -> None:
    error = failure(Net(_1="unreachable", _2=Rcode.YXDOMAIN).client("192.0.2.1", "192.0.2.2"))
    assert isinstance(error, NameExists)
    assert [other.server for other in error.failures] == ["192.0.2.1"]


def test_an_outcome_names_the_server_that_did_it_and_the_failures_before() -> None:
    net = Net(_1="unreachable", _2=Rcode.REFUSED)
    outcome = net.client("192.0.2.1", "192.0.2.2", GOOD).set("home", ADDRESS, zone=ZONE, ttl=60, verify=False)
    assert str(outcome.server) == GOOD
    kinds: list[type[DnsUpdateError]] = [NoResponse, PermissionDenied]
    assert [type(other) for other in outcome.failures] == kinds


def test_the_log_blames_the_right_server() -> None:
    net = Net(_1="unreachable", _2=Rcode.REFUSED)
    set_home(net.client("192.0.2.1", "192.0.2.2", GOOD))
    assert net.log[0] == "updating zone: example.com: updating RR set for home"
    assert net.log[1].startswith("No answer from 192.0.2.1: unreachable")
    assert net.log[1].endswith("trying 192.0.2.2")
    assert net.log[2].startswith("Permission denied: 192.0.2.2 ")
    assert net.log[2].endswith(f"trying {GOOD}")


def test_a_request_does_not_remember_the_failures_of_the_one_before() -> None:
    net = Net(_1="unreachable")
    client = net.client("192.0.2.1", GOOD)
    for _ in range(2):
        outcome = client.delete("home", zone=ZONE, verify=False)
        assert len(outcome.failures) == 1

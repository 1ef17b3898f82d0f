"""`Client.send`: updates that the command line would not make, at real servers."""

import pytest

from dns_update.errors import NameExists, NameNotFound, NameNotInZone, Refusal, ServerFailure
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.rr.record import Record
from dns_update.update import Update
from dns_update.wire.codes import Rcode, RRClass, RRType
from dns_update.wire.name import Name
from lab import NameServer, dig
from tests.client.servers import client_of

SERVERS = ["bind", "knot", "powerdns"]
OUTSIDE = Name.from_text("home.example.org")


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("section", ["prerequisites", "changes"])
def test_notzone_is_name_not_in_zone(server: NameServer, section: str) -> None:
    update = Update("example.com")
    if section == "prerequisites":
        update = update.require_present(OUTSIDE).add("home", 60, "A", "192.0.2.1")
    else:
        update = update.add(OUTSIDE, 60, "A", "192.0.2.1")
    with pytest.raises(NameNotInZone) as caught:
        client_of(server).send(update)
    assert str(caught.value) == "Name not in zone: home.example.org is not in example.com"
    assert caught.value.exit_status == 8
    assert caught.value.rcode == Rcode.NOTZONE
    assert caught.value.server == f"{server.host}:{server.port}"
    assert "zone" in caught.value.hint


_FAILING = [
    (Update("example.com").require_present("nobody"), NameNotFound, Rcode.NXDOMAIN, "nobody.example.com does not"),
    (Update("example.com").require_rrset("ns", "MX"), NameNotFound, Rcode.NXRRSET, "ns.example.com MX does not exist"),
    (
        Update("example.com").require_rrset_equal("ns", "A", "192.0.2.99"),
        NameNotFound,
        Rcode.NXRRSET,
        "ns.example.com A with these values does not exist",
    ),
    (Update("example.com").require_absent("ns"), NameExists, Rcode.YXDOMAIN, "ns.example.com exists"),
    (Update("example.com").require_no_rrset("ns", "A"), NameExists, Rcode.YXRRSET, "ns.example.com A exists"),
]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(("update", "kind", "rcode", "text"), _FAILING, ids=["YN", "YR", "YE", "NN", "NR"])
def test_a_prerequisite_that_does_not_hold_is_told_by_its_rcode(  # noqa: PLR0913, PLR0917 - columns of the table
    server: NameServer, update: Update, kind: type[Refusal], rcode: int, text: str, unique_name: str
) -> None:
    with pytest.raises(kind) as caught:
        client_of(server).send(update.add(unique_name, 60, "A", "192.0.2.1"))
    assert caught.value.rcode == rcode
    assert text in str(caught.value)
    assert caught.value.server == f"{server.host}:{server.port}"
    assert dig(server, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_prerequisites_that_hold_let_the_changes_through(server: NameServer, unique_name: str) -> None:
    update = Update("example.com").require_present("ns").require_rrset("ns", "A").require_absent(unique_name)
    update = update.require_no_rrset(unique_name, "A").require_rrset_equal("ns", "A", "127.0.0.1")
    outcome = client_of(server).send(update.add(unique_name, 60, "A", "192.0.2.1", "192.0.2.2"))
    assert outcome.rcode == Rcode.NOERROR
    assert not outcome.verified
    assert len(dig(server, f"{unique_name}.example.com", "A")) == 2


@pytest.mark.parametrize("server", ["bind", "powerdns"], indirect=True)
def test_formerr_is_a_server_failure(server: NameServer) -> None:
    # "Name is in use" must have the TTL 0 (RFC 2136, section 2.4.4).
    wrong = Record(Name.from_text("ns.example.com"), RRType.ANY, RRClass.ANY, 60, b"")
    with pytest.raises(ServerFailure) as caught:
        client_of(server).send(Update("example.com", prerequisites=(wrong,)))
    assert caught.value.rcode == Rcode.FORMERR
    assert caught.value.exit_status == 9
    assert "--debug" in rendered(caught.value.hint, COMMAND_LINE)
    assert "--" not in caught.value.hint


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_update_is_all_or_nothing(server: NameServer, unique_name: str) -> None:
    update = Update("example.com").add(unique_name, 60, "A", "192.0.2.1").add(OUTSIDE, 60, "A", "192.0.2.1")
    with pytest.raises(NameNotInZone):
        client_of(server).send(update)
    assert dig(server, f"{unique_name}.example.com", "A") == []


def test_sending_does_not_alter_the_update(bind: NameServer, unique_name: str) -> None:
    update = Update("example.com").replace(unique_name, 60, "A", "192.0.2.1")
    copy = Update("example.com").replace(unique_name, 60, "A", "192.0.2.1")
    client_of(bind).send(update)
    client_of(bind).send(update)
    assert update == copy

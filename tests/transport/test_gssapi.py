"""Kerberos' C library against a real KDC: the causes of its errors are numbers, however often they come."""

import time

import pytest

from dns_update import GssSettings
from dns_update.errors import KerberosError, causes
from dns_update.transport.gssapi import Credentials
from tests.support.kerberos import PASSWORD, Realm

WRONG = "wrong"


def cause(settings: GssSettings, host: str = "ns.example.test") -> str:
    with pytest.raises(KerberosError) as caught:
        Credentials(settings).context_with(host).step(b"")
    return caught.value.cause


def test_a_cause_is_the_same_at_each_time_and_by_each_way(realm: Realm) -> None:
    """The library gives another number to an error that two of its mechanisms have."""
    ccache, keytab = str(realm.ccache), str(realm.keytab())
    for _time in range(3):
        assert cause(GssSettings()) == causes.NO_TICKET
        assert cause(GssSettings(ccache=ccache, principal="other")) == causes.NOT_IN_CACHE
        assert cause(GssSettings(keytab=keytab, principal="other")) == causes.NOT_IN_KEYTAB
        assert cause(GssSettings(principal="pw", password=WRONG)) == causes.WRONG_PASSWORD
        assert cause(GssSettings(principal="nobody", password=WRONG)) == causes.PRINCIPAL_UNKNOWN
        assert cause(GssSettings(ccache=ccache), "ns.foreign.invalid") == causes.SERVICE_UNKNOWN
        assert cause(GssSettings(ccache=ccache, realm="ELSEWHERE.INVALID")) == causes.REALM_UNKNOWN
        assert cause(GssSettings(ccache="MEMORY:nothing")) == causes.NO_TICKET


def test_a_file_that_is_something_else_gives_no_ticket(realm: Realm) -> None:
    assert cause(GssSettings(ccache=str(realm.keytab()))) == causes.NO_TICKET
    assert cause(GssSettings(keytab=str(realm.ccache))) == causes.NOT_IN_KEYTAB


@pytest.mark.usefixtures("realm")
def test_a_context_is_for_one_server_and_begins_with_a_token() -> None:
    context = Credentials(GssSettings(principal="pw", password=PASSWORD)).context_with("ns.example.test")
    assert (context.principal, context.target) == ("pw@EXAMPLE.TEST", "DNS/ns.example.test@EXAMPLE.TEST")
    assert len(context.step(b"")) > 400
    assert not context.is_complete
    with pytest.raises(KerberosError):
        context.step(b"nonsense")


def test_a_context_that_is_not_complete_signs_and_verifies_nothing(realm: Realm) -> None:
    context = Credentials(GssSettings(ccache=str(realm.ccache))).context_with("ns.example.test")
    context.step(b"")
    with pytest.raises(KerberosError):
        context.mic(b"octets")
    assert not context.is_mic(b"octets", b"mic")


def test_with_a_keytab_another_ticket_is_got_when_the_first_ends(realm: Realm) -> None:
    keytab = realm.keytab("brief")
    by_cache = Credentials(GssSettings(ccache=str(realm.kdc.ticket("brief", "brief", keytab))))
    by_keytab = Credentials(GssSettings(keytab=str(keytab)))
    for credentials in (by_cache, by_keytab):
        context = credentials.context_with("ns.example.test")
        assert context.step(b"")
        assert context.lifetime <= 1
    time.sleep(1.1)  # that is how tickets end
    with pytest.raises(KerberosError) as caught:
        by_cache.context_with("ns.example.test").step(b"")
    assert caught.value.cause == causes.TICKET_EXPIRED
    assert by_keytab.context_with("ns.example.test").step(b"")


def test_a_wrong_password_is_tried_once(realm: Realm) -> None:
    log = realm.kdc.log
    cause(GssSettings(principal="locks", password=WRONG))
    assert realm.kdc.log.removeprefix(log).count("PREAUTH_FAILED") == 1

"""Kerberos credentials in the place of a key: what they accept, and what of them is shown."""

import hashlib
import pickle
from pathlib import Path

import pytest

from dns_update import GssKey, GssSettings
from dns_update.auth.gss import ContextKey
from dns_update.auth.tsig import sign, verify
from dns_update.errors import InvalidText, ReplyNotTrusted, UsageError, causes
from dns_update.message import Message
from dns_update.wire.name import Name

NAME = Name.from_text("0123.tkey")
NOW = 1_800_000_000
PASSWORD = "a secret"


class Mirror:
    """A context whose two sides sign alike, so that a test can make the other side's signature."""

    principal = "user@EXAMPLE.TEST"

    @staticmethod
    def mic(octets: bytes) -> bytes:
        return hashlib.sha256(octets).digest()[:28]

    @classmethod
    def is_mic(cls, octets: bytes, mic: bytes) -> bool:
        return mic == cls.mic(octets)


def test_a_principal_without_a_realm_is_in_that_of_the_servers() -> None:
    assert GssSettings(principal="user", realm="EXAMPLE.TEST").principal == "user@EXAMPLE.TEST"
    assert GssSettings(principal="user@OTHER.TEST", realm="EXAMPLE.TEST").principal == "user@OTHER.TEST"
    assert GssSettings(principal=r"user\@mail.test@OTHER.TEST").principal == r"user\@mail.test@OTHER.TEST"


def test_a_cache_may_be_another_thing_than_a_file(tmp_path: Path) -> None:
    assert GssSettings(ccache="KEYRING:persistent:0").ccache == "KEYRING:persistent:0"
    assert GssSettings(ccache=str(tmp_path / "later")).ccache == f"FILE:{tmp_path}/later"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"realm": ""}, InvalidText),
        ({"realm": "A B"}, InvalidText),
        ({"principal": ""}, InvalidText),
        ({"principal": "user@"}, InvalidText),
        ({"principal": "a b"}, InvalidText),
        ({"principal": "user", "password": ""}, UsageError),
        ({"password": "x"}, UsageError),
        ({"keytab": ""}, UsageError),
        ({"keytab": "/nowhere\0"}, UsageError),
        ({"ccache": ""}, UsageError),
        ({"keytab": "/a", "ccache": "/b"}, UsageError),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, str], kind: type[UsageError]) -> None:
    with pytest.raises(kind):
        GssSettings(**given)


def test_only_settings_make_a_key() -> None:
    with pytest.raises(UsageError, match="settings are GssSettings, not str"):
        GssKey("user")  # type: ignore[arg-type]


def test_no_password_is_shown_or_pickled() -> None:
    settings = GssSettings(principal="user", password=PASSWORD)
    key = GssKey(settings)
    assert PASSWORD not in f"{settings!r} {key!r} {key}"
    for value in (settings, key):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(value)


def test_each_key_is_itself_and_has_a_name_for_people() -> None:
    first, second = GssKey(), GssKey()
    assert (first == second, first == first, len({first, second})) == (False, True, 2)  # noqa: PLR0124 - it is the test
    assert (first.called, first.identity) == ("the Kerberos ticket", "USER@REALM")
    assert GssKey(GssSettings(principal="host/a.test")).called == "principal host/a.test"
    assert (first.is_negotiated, first.is_shared, first.algorithm.is_gss) == (True, True, True)
    assert not first.algorithm.is_truncated


def test_credentials_sign_nothing_themselves() -> None:
    with pytest.raises(TypeError, match="must first be negotiated"):
        sign(Message.query(NAME, 1).encode(1), GssKey(), time_signed=NOW)


def test_a_reply_with_our_own_signature_is_told_from_a_signed_one() -> None:
    key = ContextKey(NAME, Mirror())
    assert (key.called, key.identity) == ("principal user@EXAMPLE.TEST", "user@EXAMPLE.TEST")
    request, mac = sign(Message.query(NAME, 6).encode(7), key, time_signed=NOW)
    with pytest.raises(ReplyNotTrusted) as caught:
        verify(request, Message.decode(request), key, mac, NOW)
    assert caught.value.cause == causes.ECHOED_SIGNATURE
    reply, _mac = sign(Message.query(NAME, 6).encode(7), key, time_signed=NOW, request_mac=mac)
    assert verify(reply, Message.decode(reply), key, mac, NOW).time_signed == NOW
    with pytest.raises(ReplyNotTrusted) as caught:
        verify(reply, Message.decode(reply), key, b"another", NOW)
    assert caught.value.cause == causes.WRONG_SIGNATURE
    with pytest.raises(ReplyNotTrusted) as caught:
        verify(reply, Message.decode(reply), key, mac, NOW + 1000)
    assert caught.value.cause == causes.SIGNED_AT_ANOTHER_TIME

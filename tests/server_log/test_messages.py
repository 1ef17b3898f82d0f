"""The table of the servers' messages: each form is recognised in a line as the server's source prints it.

Those that a real server of Debian was made to write are in `test_real_servers.py` and, for updates, in
`tests/doctor/test_broken_setups.py`.
"""

import re

import pytest

from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.server_log import texts
from dns_update.server_log.bind_messages import MESSAGES as OF_BIND
from dns_update.server_log.findings import MESSAGES
from dns_update.server_log.log_message import Form, LogMessage
from tests.server_log.concern import OURS, causes, found

_VALUES = {
    "address": "192.0.2.1@53",
    "bind_client": "client @0x7f38e12d5098 192.0.2.9#49765/key home-key: ",
    "bind_client_of_view": "client @0x7f38e12d5098 192.0.2.9#49765/key home-key (example.com): view inside: ",
    "knot_client": "192.0.2.9@49765 UDP",
    "key": "home-key",
    "line": "7",
    "more": "some more ",
    "number": "3",
    "owner": "home.example.com",
    "path": "/srv/zones/example.com/db",
    "place": "/etc/bind/named.conf:12",
    "profile": "named",
    "type": "A",
    "zone": "example.com",
}
_LEAST_OF_SIGN = 8  # characters: a shorter one would be in too many lines
_CLEANING = {"reason": "some reason", "other": "/etc/bind/other:3"}


def example_of(form: Form) -> str:
    """Return a line of a form, as the server's source prints it."""
    zone = "example.com/IN" if "zone <zone>:" in form.text or "zone '<zone>'" in form.text else "example.com"
    values = {**_VALUES, **_CLEANING, "zone": zone}
    return re.sub(r"<([a-z_]+)>", lambda field: values.get(field[1], f"any-{field[1]}"), form.text)


FORMS = [(message, form) for message in MESSAGES for form in message.forms]


@pytest.mark.parametrize(("message", "form"), FORMS, ids=lambda part: getattr(part, "text", getattr(part, "cause", "")))
def test_each_form_is_recognised_as_its_message(message: LogMessage, form: Form) -> None:
    concern = OURS._replace(key=None) if message.is_unsigned else OURS
    elsewhere = message.cause.endswith("-elsewhere")
    (finding,) = found(example_of(form).replace("/example.com/" if elsewhere else "\n", "/others/"), concern)
    assert finding.message == message
    for sentence in texts(finding):
        assert sentence
        assert not re.search(r"\$|\{[a-z-]+(:|\})|  |\.\.", rendered(sentence, COMMAND_LINE).replace("...", ""))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.cause)
def test_a_message_is_told_apart_by_more_than_a_few_letters(message: LogMessage) -> None:
    assert min(len(form.sign) for form in message.forms) >= _LEAST_OF_SIGN
    assert message.exit_status in ((0, 4) if message.stage == "note" else (4, 5, 6, 7, 8, 9))


def test_all_of_a_servers_messages_differ_in_their_forms() -> None:
    texts_of = [form.text for message in OF_BIND for form in message.forms]
    assert len(texts_of) == len(set(texts_of))


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("zone 0/25.2.0.192.in-addr.arpa/IN/inside: has no NS records", ""),
        ("zone example.com/IN/inside: has no NS records", "no-ns"),
        ("zone example.com/IN (signed): journal rollforward failed: no more", "journal-damaged"),
        ("zone EXAMPLE.com/IN: has no NS records", "no-ns"),
        ("zone example.com.example.net/IN: has no NS records", ""),
        ("client 192.0.2.9#5 (example.com): update 'example.com/IN' denied", ""),  # not signed, and ours is
        ("client 192.0.2.9#5/key other: update 'example.com/IN' denied", ""),
        ("client 2001:db8::9%eth0#5/key home-key: update 'example.com/IN' denied", "update-denied"),
        ("/srv/net.example.jnl: create: permission denied", ""),
        ("/srv/db.example.com.jnl: create: permission denied", "journal-not-writable"),
    ],
)
def test_a_line_counts_if_it_is_about_the_zone_and_the_key(line: str, cause: str) -> None:
    assert causes(line) == ([cause] if cause else [])

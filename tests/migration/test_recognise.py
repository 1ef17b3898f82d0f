"""A file's kind is known from its text; its name decides only if the text does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import UsageError
from dns_update.migration.recognise import recognised
from tests.migration import test_ddclient, test_nsupdate_script, test_openwrt

TEXTS = {
    "routeros": [
        '# jan/02/1970 00:00:10 by RouterOS 6.48\n/system script\nadd name=ddns source=":log info x"\n',
        ":local ip [/ip address get [find interface=ether1] address]\n",
        "/tool dns-update name=home zone=example.com address=$ip",
        "tool dns-update name=home zone=example.com address=$ip",
        "# my script\r\n/ip dhcp-client\r\nset 0 script=x\r\n",
        ":if ($server = 1) do={ /tool fetch url=x }",
    ],
    "ddclient": [
        *test_ddclient.FORMS.values(),
        "# ddclient\ndaemon=300\nuse=web, web=example.net\n",
        "protocol=dyndns2\nlogin=a\npassword=b\nhome.example.org\n",
        "server=192.0.2.1\nzone=example.com\nlogin=/usr/bin/nsupdate\nhome.example.com\n",
    ],
    "nsupdate": [
        *(f"#!/bin/sh\n{text}" for text in test_nsupdate_script.SHELL_FORMS.values()),
        *test_nsupdate_script.SHELL_FORMS.values(),
        test_nsupdate_script.HEAD + test_nsupdate_script.SET,
        "; a comment\nserver 192.0.2.1\nadd a.example.com 60 A 192.0.2.1\nsend\n",
        "#!/usr/bin/env bash\nserver=$1\nzone=example.com\necho x | nsupdate\n",
        "SERVER=a\nZONE=b\nnsupdate -k x <<END\nserver $SERVER\nEND\n",
    ],
    "openwrt": [*test_openwrt.FORMS.values(), "config ddns 'global'\n\toption x '1'\n", "package ddns\n"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TEXTS.items() for text in texts])
def test_the_text_says_what_it_is(kind: str, text: str) -> None:
    assert recognised(text) == kind
    assert recognised(f"\ufeff{text}", "/etc/other.name") == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("backup.rsc", "routeros"),
        ("/etc/ddclient/ddclient.conf", "ddclient"),
        ("/etc/ddclient.conf.old", "ddclient"),
        ("/etc/config/ddns", "openwrt"),
        ("nsupdate.txt", "nsupdate"),
    ],
)
def test_the_name_decides_if_the_text_does_not(name: str, kind: str) -> None:
    assert recognised("# nothing yet\n", name) == kind


@pytest.mark.parametrize(
    "text", ["", "hello", "#!/usr/bin/perl\nsystem('nsupdate')\n", '{"a": 1}', "\0\1\2", "[agent]\n"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a set-up that can be imported"):
        recognised(text, "/etc/hosts")


@given(st.text(max_size=300))
def test_any_text_has_a_kind_or_is_refused(text: str) -> None:
    try:
        assert recognised(text) in TEXTS
    except UsageError as error:
        assert error.hint  # noqa: PT017 - not every text raises it

"""ddclient.conf, as people write it, becomes the agent's configuration."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import UsageError
from dns_update.migration.ddclient import plan_from_ddclient
from dns_update.migration.draft import MAX_CHARACTERS
from dns_update.migration.plan import Choices, MovePlan, Trigger
from lab import LabKey, NameServer
from tests.migration.moved import CHOICES, addresses, codes, configured, published, remarks

UPSTREAM = "protocol=nsupdate, server=192.0.2.1, zone=example.com, password=/k/home.key "
HOST = f"use=if, if=ppp0, {UPSTREAM}"


def plan(text: str, choices: Choices = CHOICES) -> MovePlan:
    return plan_from_ddclient(text, choices)


def names(text: str) -> list[str]:
    return [f"{record.name} {record.type}" for record in plan(text).records]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return LabKey.generate("home-key").write(tmp_path / "home.key")


def test_every_part_of_a_host_is_moved(tmp_path: Path, key_file: Path) -> None:
    moved = plan(
        "daemon=5m  # look at it often\n"
        "use=if, if=ppp0\n"
        "protocol=nsupdate\n"
        "server=192.0.2.1:5353\n"
        "zone=example.com\n"
        "login=/usr/bin/nsupdate\n"
        f"password={key_file}\n"
        "ttl=300\n"
        "tcp=yes\n"
        "home.example.com\n"
    )
    (record,) = moved.records
    assert (record.name, record.zone, record.type, record.ttl) == ("home.example.com", "example.com", "A", 300)
    assert (record.servers, record.transport, record.triggers) == (
        ("192.0.2.1:5353",),
        "tcp",
        (Trigger("interval", 300),),
    )
    assert (record.line, codes(moved), moved.understood) == (10, set(), "yes")
    config = configured(moved, tmp_path)
    assert addresses(config) == {"home.example.com": ["interface ppp0"]}
    ttl, upstream = config.records[0].common.ttl, config.records[0].common.upstream
    assert (ttl, str(upstream.key and upstream.key.name), upstream.policy.transport) == (300, "home-key", "tcp")


FORMS = {
    "options in one line": f"{HOST} home.example.com",
    "without blanks": f"{HOST.replace(', ', ',')}home.example.com",
    "continued lines": HOST.replace(", ", ", \\\n") + "\\\nhome.example.com",
    "continued without commas": HOST.replace(", ", " \\\n ") + "\\\n  home.example.com",
    "a comment after the backslash": HOST.replace(", ", ", \\ # so\n") + "home.example.com",
    "quotes": HOST.replace("if=ppp0", 'if="ppp0"').replace("/k/home.key", "'/k/home.key',") + "home.example.com",
    "an escaped character": HOST.replace("ppp0", "pp\\p0") + "home.example.com",
    "host=": f"{HOST}, host=home.example.com",
    "CR and LF": (HOST.replace(", ", "\n") + "\nhome.example.com\n").replace("\n", "\r\n"),
    "login and password after the host": HOST.replace("password=/k/home.key", "")
    + "home.example.com /usr/bin/nsupdate /k/home.key",
    "capital letters": HOST.replace("nsupdate", "NSUPDATE").replace("use=if", "use=IF") + "home.example.com",
    "a comma after the password": HOST.replace("home.key", "home.key,") + "home.example.com",
    "blanks around password =": HOST.replace("password=", "password = ") + "home.example.com",
    "a comment": HOST + "home.example.com # a comment, if=eth1",
    "a byte order mark": f"\ufeff{HOST}home.example.com",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_a_line_means_the_same(form: str) -> None:
    moved = plan(FORMS[form])
    assert codes(moved) == set()
    (record,) = moved.records
    assert record.key is not None
    assert (record.name, record.origin.interface, record.key.file) == ("home.example.com", "ppp0", "/k/home.key")
    assert (record.servers, record.zone, record.ttl) == (("192.0.2.1",), "example.com", 600)


def test_a_hash_within_a_password_does_not_begin_a_comment() -> None:
    moved = plan(HOST.replace("/k/home.key", "/k/home#1.key") + "home.example.com # a comment")
    assert [record.key and record.key.file for record in moved.records] == ["/k/home#1.key"]


def test_options_apply_to_the_hosts_after_them_and_not_to_those_before() -> None:
    lines = [
        "ttl=60",
        "a.example.com,b.example.com",
        "ttl=90, c.example.com",
        "d.example.com",
        "ttl=30",
        "e.example.com",
    ]
    text = "\n".join([HOST.strip(), *lines])
    assert [(record.name[0], record.ttl) for record in plan(text).records] == [
        ("a", 60),
        ("b", 60),
        ("c", 90),
        ("d", 60),
        ("e", 30),
    ]


def test_each_host_of_a_line_that_is_continued_has_its_own_line() -> None:
    moved = plan(f"{HOST}\\\n a.example.com, \\\n b.example.com")
    assert [(record.name, record.line) for record in moved.records] == [("a.example.com", 2), ("b.example.com", 3)]


SOURCES = {
    "use=if, if=ppp0": (4, "interface ppp0"),
    "use=if": (4, "interface ppp0"),
    "use=if, if=ppp0, ipv6=yes": (6, "interface ppp0"),
    "usev4=ifv4, ifv4=eth0": (4, "interface eth0"),
    "usev6=ifv6, ifv6=eth0": (6, "interface eth0"),
    "usev6=if, if=eth0": (6, "interface eth0"),
    "use=ip, ip=192.0.2.7": (4, "c0000207"),
    "use=ip, ip=2001:db8::7": (6, "20010db8000000000000000000000007"),
    "usev4=ipv4, ipv4=192.0.2.7": (4, "c0000207"),
    "usev6=ipv6, ipv6=2001:db8::7": (6, "20010db8000000000000000000000007"),
    "use=web, web=https://example.net/ip": (4, "https://example.net"),
    "use=web, web=example.net/ip": (4, "https://example.net"),
    "ssl=no, use=web, web=example.net/ip": (4, "http://example.net"),
    "usev4=webv4, webv4=ipify-ipv4": (4, "https://api.ipify.org"),
    "usev6=webv6, webv6=ipify-ipv6": (6, "https://api6.ipify.org"),
    "use=web": (4, "dns:"),
    "usev4=webv4, webv4=googledomains": (4, "dns:"),
    "use=cmd, cmd=/usr/local/bin/my-address": (4, "'/usr/local/bin/my-address'"),
    "use=cmd, cmd='ip route | cut -c1'": (4, "'sh'"),
    "usev6=cmdv6, cmdv6=/usr/local/bin/my-address": (6, "'/usr/local/bin/my-address'"),
}


@pytest.mark.parametrize("options", SOURCES)
def test_each_source_is_moved(options: str, tmp_path: Path, key_file: Path) -> None:
    family, source = SOURCES[options]
    moved = plan(f"{options}, {UPSTREAM.replace('/k/home.key', str(key_file))} home.example.com")
    assert [record.origin.family for record in moved.records] == [family]
    assert addresses(configured(moved, tmp_path)) == {"home.example.com": [source]}
    assert moved.understood == "yes"


def test_both_families_become_one_record_of_the_agent(tmp_path: Path, key_file: Path) -> None:
    options = UPSTREAM.replace("/k/home.key", str(key_file))
    moved = plan(f"usev4=webv4, webv4=ipify-ipv4, usev6=ifv6, ifv6=br0, {options} home.example.com")
    (record,) = configured(moved, tmp_path).records
    assert [str(source) for source in record.sources] == ["https://api.ipify.org", "interface br0"]


def test_a_command_with_a_pipe_gets_a_shell_that_runs_it_unchanged() -> None:
    (record,) = plan(f"use=cmd, cmd=\"ip -4 a | awk '{{print \\$2}}'\", {UPSTREAM} home.example.com").records
    assert record.origin.detail == "command:sh -c 'ip -4 a | awk '\"'\"'{print $2}'\"'\"''"


REMARKS = {
    "protocol=dyndns2, login=x, password=y a.example.org": {(1, "info", "other-protocol")},
    "login=x, password=y a.example.org,b.example.org": {(1, "info", "other-protocol")},
    f"{HOST} home.example.com\nprotocol=cloudflare \\\n a.example.org": {(3, "info", "other-protocol")},
    f"{UPSTREAM} home.example.com": {(1, "error", "no-source")},
    f"use=no, {UPSTREAM} home.example.com": {(1, "info", "disabled")},
    f"use=fw, fw=192.168.0.1/status, fw-skip=IP, {UPSTREAM} home.example.com": {(1, "warning", "router-page")},
    f"use=linksys, fw=192.168.0.1, {UPSTREAM} home.example.com": {(1, "warning", "router-page")},
    f"usev4=ifv4, ifv4=default, {UPSTREAM} home.example.com": {(1, "warning", "unmapped-interface")},
    f"use=if, usev4=ifv4, ifv4=eth0, {UPSTREAM} home.example.com": {(1, "info", "use-ignored")},
    f"use=if, if='a,b', {UPSTREAM} home.example.com": {(1, "error", "bad-source")},
    HOST.replace("zone=example.com", "zone=.") + "home.example.com": set(),
    f"use=if, if=a/b, {UPSTREAM} home.example.com": {(1, "error", "bad-source")},
    f"use=ip, ip=192.0.2.300, {UPSTREAM} home.example.com": {(1, "error", "bad-source")},
    f"usev4=ipv4, ipv4=2001:db8::1, {UPSTREAM} home.example.com": {(1, "error", "bad-source")},
    f"use=cmd, {UPSTREAM} home.example.com": {(1, "error", "bad-source")},
    f"use=web, web=ftp://x, {UPSTREAM} home.example.com": {(1, "error", "bad-source")},
    HOST.replace("server=192.0.2.1", "server=192.0.2.1:0") + "home.example.com": {(1, "error", "bad-server")},
    HOST.replace("server=192.0.2.1, ", "") + "home.example.com": {(1, "info", "no-server")},
    HOST.replace("zone=example.com, ", "") + "home.example.com": {(1, "info", "no-zone-given")},
    HOST.replace("zone=example.com, ", "") + "home": {(1, "info", "no-zone-given"), (1, "error", "no-zone")},
    HOST + "home": {(1, "warning", "relative-name")},
    HOST + "home.example.net": {(1, "error", "not-in-zone")},
    HOST + "home..example.com": {(1, "error", "bad-name")},
    HOST + ".": {(1, "error", "bad-name")},
    f"{HOST} h\udcf6me.example.com": {(1, "error", "not-utf-8"), (1, "error", "bad-name")},
    HOST + "my_host.example.com": {(1, "error", "not-a-host-name")},
    HOST + "home.example.com\n" + HOST + "HOME.example.com": {(1, "warning", "set-twice")},
    HOST.replace("password=/k/home.key", "") + "home.example.com": {(1, "warning", "no-key")},
    HOST.replace("/k/home.key", "home.key") + "home.example.com": {(1, "warning", "relative-path")},
    HOST.replace("/k/home.key", "c2VjcmV0c2VjcmV0Cg==") + "home.example.com": {(1, "error", "not-a-path")},
    HOST.replace("/k/home.key", "topsecret") + "home.example.com": {(1, "error", "not-a-path")},
    HOST.replace("/k/home.key", "/k/Khome.+157+12345.private") + "home.example.com": set(),
    HOST.replace("password=", "password_env=") + "home.example.com": {
        (1, "error", "in-the-environment"),
        (1, "warning", "no-key"),
    },
    f"ttl=1h, {HOST} home.example.com": {(1, "error", "bad-ttl")},
    f"ttl=0, {HOST} home.example.com": {(1, "warning", "ttl-0")},
    f"login=/usr/local/bin/mine, {HOST} home.example.com": {(1, "warning", "own-program")},
    f"login='/usr/bin/nsupdate -p 5353', {HOST} home.example.com": {(1, "warning", "options-of-nsupdate")},
    f"daemon=often\n{HOST} home.example.com": {(1, "error", "bad-time")},
    f"postscript=/bin/x\nmail=root\n{HOST} home.example.com": {(1, "warning", "not-moved"), (2, "info", "not-moved")},
    f"colour=red\n{HOST} home.example.com": {(1, "warning", "unknown-option")},
    f"protocol = nsupdate\n{HOST} home.example.com": {(1, "error", "not-understood")},
    f"{HOST} \\ \n home.example.com": {(1, "error", "blank-after-backslash")},
    f"{HOST} home.example.com \\": {(1, "error", "no-continuation")},
    f"if='ppp0\n{HOST} home.example.com": {(1, "error", "unfinished")},
    "daemon=300\n": {(0, "error", "no-host")},
}


@pytest.mark.parametrize("text", REMARKS, ids=range(len(REMARKS)))
def test_what_changes_or_cannot_be_moved_is_told_with_its_line(text: str) -> None:
    found = {remark for remark in remarks(plan(text)) if remark[2] != "private-addresses"}
    assert found == REMARKS[text]


def test_a_remark_says_what_to_do() -> None:
    (remark,) = plan("protocol=dyndns2, login=x, password=geheim a.example.org").remarks
    assert str(remark) == (
        "line 1: protocol=dyndns2 sends HTTP to a provider; dns-update speaks DNS to the zone's own server; "
        "keep ddclient for it"
    )


def test_the_later_host_of_two_with_one_name_counts() -> None:
    moved = plan(f"{HOST} home.example.com\nif=eth1, {HOST.replace('if=ppp0, ', '')} Home.example.com")
    assert [(record.name, record.origin.interface) for record in moved.records] == [("Home.example.com", "eth1")]


@pytest.mark.parametrize(
    "text",
    [
        "password=geheimnis12345 a.example.com",
        "password = geheimnis12345 a.example.com",
        f"{HOST} home.example.com /usr/bin/nsupdate geheimnis12345",
        "protocol=nsupdate\npassword = 'geheimnis12345\nhome.example.com",
        "protocol = x\npasswort=geheimnis12345 , login = geheimnis12345 a",
    ],
)
def test_no_remark_shows_a_password(text: str) -> None:
    assert "geheimnis12345" not in "".join(map(str, plan(text).remarks))


def test_a_mapped_default_interface_needs_no_remark(tmp_path: Path, key_file: Path) -> None:
    choices = Choices({"default": "eth0"}, "box")
    text = f"usev4=ifv4, {UPSTREAM.replace('/k/home.key', str(key_file))} home.example.com"
    assert codes(plan(text, choices)) == set()
    assert addresses(configured(plan(text, choices), tmp_path, choices)) == {"home.example.com": ["interface eth0"]}


def test_the_agent_publishes_what_ddclient_would(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    key = bind.keys[0].write(tmp_path / "home.key")
    name = f"{unique_name}.example.com"
    moved = plan(
        f"usev4=ipv4, ipv4=192.0.2.44, usev6=ipv6, ipv6=2001:db8::44\nttl=77\n"
        f"protocol=nsupdate, server={bind.host}:{bind.port}, zone=example.com, password={key}\n{name}\n"
    )
    assert published(moved, bind, tmp_path, name) == ["77 192.0.2.44", "77 2001:db8::44"]


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([*FORMS.values(), *REMARKS, "\\\n", ", ", "'", "=", "\0"])).map("".join)
)
def test_any_text_has_a_plan(text: str) -> None:
    moved = plan(text)
    lines = text.count("\n") + 1
    assert all(0 <= remark.line <= lines and remark.text for remark in moved.remarks)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="too many"):
        plan("a" * (MAX_CHARACTERS + 1))

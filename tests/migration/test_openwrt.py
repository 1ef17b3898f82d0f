"""Sections of OpenWrt's /etc/config/ddns become the agent's configuration."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.migration.openwrt import plan_from_openwrt
from dns_update.migration.plan import Choices, MovePlan, Trigger
from lab import NameServer
from tests.migration.moved import CHOICES, addresses, codes, configured, published, remarks

SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I="
MAPPED = Choices({"wan": "pppoe-wan", "wan6": "pppoe-wan", "lan": "br-lan"}, "box")
RAW = {"password": "hunter two!"}
HIDDEN = {"password": "geheimnis"}
SECTION = {
    "enabled": "1",
    "service_name": "bind-nsupdate",
    "domain": "home.example.com",
    "username": "hmac-sha256:home-key",
    "password": SECRET,
    "dns_server": "192.0.2.1",
}


def section(**options: str | None) -> str:
    """Return a section with the usual options, except for those given."""
    lines = [f"\toption {name} '{value}'\n" for name, value in (SECTION | options).items() if value is not None]
    return "config service 'home'\n" + "".join(lines)


def plan(text: str, choices: Choices = MAPPED) -> MovePlan:
    return plan_from_openwrt(text, choices)


def test_every_part_of_a_section_is_moved(tmp_path: Path) -> None:
    moved = plan(
        "config ddns 'global'\n"
        "\toption use_curl '1'\n"
        "\n"
        "config service 'home_ipv6'\n"
        "\toption enabled '1'\n"
        "\toption lookup_host 'home.example.com'\n"
        "\toption service_name 'bind-nsupdate'\n"
        "\toption domain 'home.example.com'\n"
        "\toption username 'hmac-sha512:home-key'\n"
        f"\toption password '{SECRET}'\n"
        "\toption dns_server 'ns.example.com'\n"
        "\toption force_dnstcp '1'\n"
        "\toption use_ipv6 '1'\n"
        "\toption interface 'wan6'\n"
        "\toption ip_source 'network'\n"
        "\toption ip_network 'wan6'\n"
        "\toption check_interval '2'\n"
        "\toption check_unit 'hours'\n"
    )
    (record,) = moved.records
    assert (record.name, record.zone, record.type, record.ttl) == ("home.example.com", "", "AAAA", 600)
    assert (record.servers, record.transport, record.line) == (("ns.example.com",), "tcp", 4)
    assert record.key is not None
    assert (record.key.name, record.key.algorithm, record.key.secret) == ("home-key", "hmac-sha512", SECRET)
    assert record.triggers == (Trigger("interval", 7200), Trigger("interface-up", item="wan6"))
    assert (codes(moved), moved.understood, moved.interval) == (set(), "yes", 7200)
    assert addresses(configured(moved, tmp_path, MAPPED)) == {"home.example.com": ["interface pppoe-wan"]}


FORMS = {
    "double quotes": section().replace("'", '"'),
    "without quotes": section().replace("'", ""),
    "quotes in quotes": section(domain="home.exam'\\''ple.com").replace("'\\''", "'\"\"'"),
    "comments": "# mine\n" + section().replace("'home.example.com'\n", "'home.example.com' # the name\n"),
    "CR and LF": section().replace("\n", "\r\n"),
    "uci export": f"package ddns\n\n{section()}",
    "uci show": "ddns.home=service\n" + "".join(f"ddns.home.{key}='{value}'\n" for key, value in SECTION.items()),
    "without a name": section().replace("service 'home'", "service"),
    "the script by its path": section(service_name=None, update_script="/usr/lib/ddns/update_nsupdate.sh"),
    "the script of a custom service": section(service_name="custom", update_script="/etc/ddns/my-nsupdate.sh"),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_means_the_same(form: str, tmp_path: Path) -> None:
    moved = plan(FORMS[form])
    assert codes(moved) == set()
    assert addresses(configured(moved, tmp_path, MAPPED)) == {"home.example.com": ["interface pppoe-wan"]}


SOURCES: dict[tuple[tuple[str, str], ...], str] = {
    (("ip_source", "network"),): "interface pppoe-wan",
    (("ip_source", "network"), ("ip_network", "lan")): "interface br-lan",
    (("use_ipv6", "1"),): "interface pppoe-wan",
    (("ip_source", "interface"),): "interface eth1",
    (("ip_source", "interface"), ("ip_interface", "eth0.2")): "interface eth0.2",
    (("ip_source", "web"),): "http://checkip.dyndns.com",
    (("ip_source", "web"), ("use_ipv6", "1")): "http://checkipv6.dyndns.com",
    (("ip_source", "web"), ("ip_url", "https://example.net/ip")): "https://example.net",
    (("ip_source", "script"), ("ip_script", "/usr/bin/my-address wan")): "'/usr/bin/my-address'",
}


@pytest.mark.parametrize("options", SOURCES)
def test_each_source_is_moved(options: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    moved = plan(section(**dict(options)))
    assert addresses(configured(moved, tmp_path, MAPPED)) == {"home.example.com": [SOURCES[options]]}
    assert [record.origin.family for record in moved.records] == [6 if ("use_ipv6", "1") in options else 4]
    assert moved.understood == "yes"


def test_both_families_are_one_record_of_the_agent(tmp_path: Path) -> None:
    text = section() + section(use_ipv6="1", ip_source="web", ip_url="https://example.net/6")
    (record,) = configured(plan(text), tmp_path, MAPPED).records
    assert [str(source) for source in record.sources] == ["interface pppoe-wan", "https://example.net"]


def test_the_zone_may_be_in_the_domain() -> None:
    (record,) = plan(section(domain="home@example.com")).records
    assert (record.name, record.zone) == ("home.example.com", "example.com")
    (apex,) = plan(section(domain="@example.com")).records
    assert (apex.name, apex.zone) == ("example.com", "example.com")


@pytest.mark.parametrize(
    ("unit", "number", "seconds"),
    [
        ("minutes", "15", 900),
        ("seconds", "600", 600),
        ("minutes", "1", 300),
        ("hours", "1", 3600),
        ("days", "1", 86400),
    ],
)
def test_the_interval_has_a_unit_and_a_minimum(unit: str, number: str, seconds: int) -> None:
    assert plan(section(check_interval=number, check_unit=unit)).interval == seconds


def test_a_section_that_runs_once_has_no_interval() -> None:
    moved = plan(section(force_interval="0"))
    assert (moved.interval, moved.records[0].triggers) == (None, (Trigger("interface-up", item="wan"),))


def test_a_secret_that_is_no_base64_is_taken_as_it_is(tmp_path: Path) -> None:
    moved = plan(section(**RAW))
    (record,) = configured(moved, tmp_path, MAPPED).records
    assert record.common.upstream.key is not None
    assert (codes(moved), record.common.upstream.key.secret) == ({"raw-secret"}, b"hunter two!")
    assert moved.records[0].key is not None
    assert moved.records[0].key.secret == base64.b64encode(b"hunter two!").decode()


def test_a_key_without_algorithm_is_that_of_nsupdate() -> None:
    moved = plan(section(username="home-key"))
    assert [record.key and record.key.algorithm for record in moved.records] == ["hmac-md5"]
    assert remarks(moved) >= {(5, "warning", "default-algorithm")}


REMARKS = {
    section(enabled="0"): {(2, "info", "disabled")},
    section(enabled=None): {(1, "info", "disabled")},
    section(service_name="dyndns.org"): {(1, "info", "other-service")},
    section(service_name=None, update_url="http://x/"): {(1, "info", "other-service")},
    section(service_name=None, update_script="/etc/ddns/mine.sh"): {(1, "info", "other-service")},
    section(domain=None): {(1, "error", "no-domain")},
    section(domain="home"): {(4, "error", "no-zone")},
    section(domain="home..example.com"): {(4, "error", "bad-name")},
    section(domain="my_home.example.com"): {(4, "error", "not-a-host-name")},
    section(username=None): {(1, "warning", "no-key")},
    section(username="hmac-sha257:home-key"): {(5, "error", "bad-key")},
    section(dns_server=None): {(1, "info", "no-server")},
    section(dns_server="a/b"): {(7, "error", "bad-server")},
    section(ip_source="modem"): {(8, "error", "bad-source")},
    section(ip_source="script"): {(1, "error", "bad-source")},
    section(ip_source="web", ip_url="ftp://example.net"): {(9, "error", "bad-source")},
    section(ip_network="guest"): {(8, "warning", "unmapped-interface")},
    section(check_interval="often"): {(8, "error", "bad-time")},
    section(check_interval="5", check_unit="weeks"): {(8, "error", "bad-time")},
    section(proxy="proxy:8080"): {(8, "warning", "not-moved")},
    section() + section(): {(1, "warning", "set-twice")},
    "config ddns 'global'\n\toption upd_privateip '1'\n" + section(): {(1, "warning", "private-addresses-wanted")},
    section() + "\toption domain 'a\n": {(8, "error", "not-understood")},
    section() + "\toption domain\n": {(8, "error", "not-understood")},
    section() + '\tdefault: "wan"\n': {(8, "error", "not-understood")},
    "option enabled '1'\n": {(1, "error", "not-understood"), (0, "error", "no-section")},
    "": {(0, "error", "no-section")},
}


@pytest.mark.parametrize("text", REMARKS, ids=range(len(REMARKS)))
def test_what_changes_or_cannot_be_moved_is_told_with_its_line(text: str) -> None:
    assert {remark for remark in remarks(plan(text)) if remark[2] != "private-addresses"} == REMARKS[text]


def test_a_network_is_not_an_interface_unless_the_user_says_so() -> None:
    moved = plan(section(), CHOICES)
    assert [record.origin.interface for record in moved.records] == ["wan"]
    (remark,) = [remark for remark in moved.remarks if remark.severity == "warning"]
    assert str(remark) == (
        "line 1: 'wan' is a network of OpenWrt; which device it is on is in /etc/config/network; "
        "map=wan:DEVICE says which interface of this machine takes its place, e.g. pppoe-wan or eth1"
    )


@pytest.mark.parametrize("text", [section(**HIDDEN), section(**HIDDEN, username="x y")])
def test_no_remark_shows_the_secret(text: str) -> None:
    moved = plan(text)
    assert moved.remarks
    assert "geheimnis" not in repr(moved)


def test_the_agent_publishes_what_the_section_would(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    key = bind.keys[0]
    name = f"{unique_name}.example.com"
    script = tmp_path / "my-address"
    script.write_text("#!/bin/sh\necho 1.2.3.4\n")
    script.chmod(0o755)
    text = section(
        domain=f"{unique_name}@example.com",
        username=f"{key.algorithm}:{key.name}",
        password=key.secret,
        dns_server=f"{bind.host}:{bind.port}",
        ip_source="script",
        ip_script=f"{script} wan",
    )
    assert published(plan(text), bind, tmp_path, name) == ["600 1.2.3.4"]


@given(
    st.text(max_size=300) | st.lists(st.sampled_from([*FORMS.values(), *REMARKS, "'", '"', "\\", "\0"])).map("".join)
)
def test_any_text_has_a_plan(text: str) -> None:
    moved = plan(text)
    lines = text.count("\n") + 1
    assert all(0 <= remark.line <= lines and remark.text for remark in moved.remarks)

"""Why a server that has the zone and accepts the key refuses the change: set-ups with more than one server or view."""

from pathlib import Path

from lab import Bind
from lab.others import Unbound
from lab.versions import is_within
from tests.doctor.diagnoses.told import told_by_set
from tests.support.broken.servers import ANY, KEY, line, views, zones
from tests.support.command import in_process


def test_a_view_takes_updates_by_address_and_the_view_of_the_key_takes_none(tmp_path: Path) -> None:
    own = views(
        tmp_path,
        ("inside", "key home;", "example.com", ""),
        ("outside", "any;", "example.com", "allow-update { 127.0.0.1; };"),
    )
    with Bind(tmp_path / "server", zones=[], readonly_keys=[KEY], extra=own) as server:
        told = told_by_set(line(server, tmp_path))
    assert (told.status, told.cause) == (7, "updates-by-address")
    assert "from this machine's address, without a key, and none with key home" in told.text
    assert "leave the key out" in told.text


def test_a_mail_server_in_the_zone_needs_an_address(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY)) as server:
        words = line(server, tmp_path, KEY, "address=", "type=MX", "value=10 mail.example.com.")
        told = told_by_set(words)
    assert (told.status, told.cause) == (7, "check-integrity")
    assert "refuses to point to mail.example.com, which is in the zone and has no address" in told.text
    assert "give mail.example.com an address first" in told.text


def test_a_mail_server_is_named_beside_one_that_is_right(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY)) as server:
        values = ["value=10 mail.example.net.", "value=20 ns.example.com.", "value=30 gone.example.com."]
        told = told_by_set(line(server, tmp_path, KEY, "address=", "type=MX", *values))
    assert told.cause == "check-integrity"
    assert "point to gone.example.com" in told.text


def test_unbound_that_refuses_to_answer_for_the_name_takes_no_updates_either(tmp_path: Path) -> None:
    data = 'local-data: "example.com. 300 IN SOA ns.example.com. h.example.com. 1 2 3 4 5"'
    zone = f'  local-zone: "example.com." static\n  {data}\n  local-zone: "home.example.com." refuse'
    with (
        Bind(tmp_path / "upstream", readonly_keys=[KEY]) as upstream,
        Unbound(tmp_path / "unbound", upstream=upstream, options=f"  hide-version: yes\n{zone}") as server,
    ):
        told = told_by_set(line(server, tmp_path, None, "ttl="))
        words = line(server, tmp_path, None, "ttl=", "address=")
        shown = in_process("show", *words, "json=yes")
    if is_within("unbound", "< 1.20"):
        assert (told.status, told.cause) == (8, "takes-no-updates")
        assert "takes no dynamic updates at all" in told.text
    else:  # it answers no update, so nothing shows that it takes none
        assert (told.status, told.cause) == (8, "")
    assert (shown.status, shown.json["error"]["diagnosis"]) == (8, None)  # who only asks, needs no updates

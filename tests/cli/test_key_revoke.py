"""`dns-update key revoke`: how a server loses a key; the exit status is 0 only if the server refuses the key now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.auth.named_conf import keys_from_text
from lab import Bind, Knot, LabKey, NameServer, Zone
from lab.key import write_private
from tests.cli.test_key_generate import expect_one_mistake
from tests.cli.test_key_rotate import expect_no_secret
from tests.support.command import at, in_process
from tests.support.peer import Silent
from tests.support.running_servers import KINDS, Site, site_of

OLD = LabKey.generate("home.example.com")
NEW = LabKey.generate("home-2026-11-30.example.com")
SERVERS = pytest.mark.parametrize("server", KINDS, indirect=True)


def words_for(server: NameServer, path: Path, *more: str) -> list[str]:
    return ["key", "revoke", str(path), at(server), "zone=example.com", *more]


@SERVERS
def test_a_key_that_the_server_accepts_is_not_revoked(server: NameServer, tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", server.keys[0].bind_clause())
    result = in_process(*words_for(server, path, "name=home"))
    assert result.status == 20
    assert f"{server.host}:{server.port} still accepts key ddns-key: it is not revoked" in result.lines
    expect_no_secret(result, path)
    assert in_process(*words_for(server, path)).status == 20
    fields = in_process(*words_for(server, path, "--json")).json
    assert (fields["status"], fields["exit_status"], fields["refused_by"]) == ("error", 20, [])
    assert fields["accepted_by"] == [f"{server.host}:{server.port}"]


@SERVERS
def test_a_key_that_the_server_does_not_know_is_revoked(server: NameServer, tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", NEW.bind_clause() + OLD.bind_clause())
    result = in_process(*words_for(server, path, "name=home"))
    assert result.status == 0, result.stderr
    assert f"{server.host}:{server.port} refuses key {OLD.name} now" in result.lines
    assert result.lines[-1] == f"{path} still has it; yes=yes removes it"
    assert len(keys_from_text(path.read_text(encoding="utf-8"), "f")) == 2
    fields = in_process(*words_for(server, path, "--json")).json
    assert (fields["name"], fields["status"], fields["in_file"]) == (OLD.name, "ok", True)
    assert in_process(*words_for(server, path, "yes=yes")).lines[-1] == f"{path} does not have it any more"
    assert path.read_text(encoding="utf-8") == NEW.bind_clause()


@SERVERS
def test_a_key_that_may_change_nothing_is_revoked_if_its_names_were_tried(server: NameServer, tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", server.readonly_keys[0].bind_clause())
    assert in_process(*words_for(server, path, "name=home")).status == 0


@pytest.mark.parametrize("maker", [Bind, Knot])
def test_a_narrow_key_still_works_although_the_name_that_was_tried_is_refused_to_others(
    maker: type[NameServer], tmp_path: Path
) -> None:
    if maker is Bind:
        zone = Zone("example.com", policy=f'update-policy {{ grant "{OLD.name}" name home.example.com. A; }};')
        server: NameServer = Bind(tmp_path / "server", zones=[zone], keys=[OLD])
    else:
        acl = (
            f"acl:\n  - id: narrow\n    key: {OLD.name}\n    action: update\n    update-owner: name\n"
            "    update-owner-match: equal\n    update-owner-name: home.example.com.\n"
        )
        zone = Zone("example.com", policy="    acl: narrow")
        server = Knot(tmp_path / "server", zones=[zone], readonly_keys=[OLD], extra=acl)
    path = write_private(tmp_path / "home.key", OLD.bind_clause())
    with server:
        assert in_process(*words_for(server, path)).status == 20
        assert in_process(*words_for(server, path, "name=home")).status == 20


def test_without_an_answer_it_is_not_known_whether_the_key_is_refused(tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", OLD.bind_clause())
    with Silent() as peer:
        result = in_process(
            "key", "revoke", str(path), f"dns-server={peer.address}", "zone=example.com", "timeout=0.1", "retries=0"
        )
    assert result.status == 4
    assert "still" not in result.stderr


@pytest.mark.parametrize(
    ("kind", "printed"),
    [
        ("bind", 'key "home.example.com" { ... };\ngrant "home.example.com" ...;\n'),
        ("knot", "  - id: home.example.com\n    key: home.example.com\n"),
        ("powerdns", "pdnsutil delete-tsig-key home.example.com\n"),
    ],
)
def test_what_to_remove_is_printed_for_each_server(kind: str, printed: str, bind: NameServer, tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", OLD.bind_clause())
    result = in_process(*words_for(bind, path, f"server-type={kind}"))
    assert printed in result.stdout
    assert result.status == 0


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with site_of(request.param, tmp_path) as made:
        yield made


def test_the_only_key_of_a_server_is_removed_there_and_stays_in_its_file(site: Site) -> None:
    assert site.set("192.0.2.1").status == 0
    if site.kind == "knot":
        configuration = site.server.directory / "knot.conf"
        text = configuration.read_text(encoding="utf-8").replace("    acl: [home.example.com]\n", "")
        configuration.write_text(text, encoding="utf-8")
    result = site.key("revoke", *site.asked, *site.applied)
    assert result.status == 0, result.stderr
    assert result.lines[-1] == f"{site.key_file} still has it; remove the file"
    assert site.set("192.0.2.2").status in (5, 7)


WRONG = {
    "": "key revoke needs a key file",
    "nowhere.key zone=example.com": "cannot read nowhere.key: No such file or directory",
    "three.key zone=example.com": "three.key holds several keys: a, b, c: choose one by key-name=",
    "home.key": "zone= is missing",
    "home.key zone=example.com key-name=other": "home.key holds no key named other",
    "home.key name=home": "zone= is missing",
    "home.key zone=example.com name=a..b": "has an empty label",
    "home.key zone=example.com server-type=nsd": "server-type=: 'nsd' is not a valid value",
    "home.key zone=example.com history=x": "key revoke does not take history=",
    "home.key zone=example.com apply-to=nowhere.conf yes=yes": "apply-to=: cannot read nowhere.conf",
    "home.key zone=example.com apply-to=none.conf yes=yes": "none.conf has neither a grant for key home.example.com",
    "home.key zone=example.com apply-to=grant.conf": "there is no terminal to ask on; nothing was changed",
    "home.key zone=a apply-to=. yes=yes server-type=powerdns": "apply-to=: there is no pdns.conf in .",
    "home.key zone=example.com local-address=192.0.2.77 apply-to=grant.conf yes=yes": "192.0.2.77",
    "home.key zone=example.com port=0": "port=:",
    "home.key zone=example.com timeout=no": "timeout=:",
}


@pytest.mark.parametrize(("line", "says"), WRONG.items())
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_wrong_value_gets_one_line_and_nothing_is_written_or_sent(
    line: str, says: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_private(tmp_path / "home.key", OLD.bind_clause())
    write_private(tmp_path / "three.key", "".join(LabKey.generate(name).bind_clause() for name in "abc"))
    (tmp_path / "none.conf").write_text("options { };\n")
    (tmp_path / "grant.conf").write_text('zone "a" { update-policy { grant home.example.com name a. A; }; };\n')
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.chdir(tmp_path)
    with Silent() as peer:
        words = [*line.split(), f"dns-server={peer.address}", *(["--json"] if form == "json" else [])]
        result = in_process("key", "revoke", *words)
        assert peer.is_untouched
    expect_one_mistake(result, says, form)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

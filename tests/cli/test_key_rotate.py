"""`dns-update key rotate`: a successor beside its predecessor, at a client and at real servers, without a gap."""

from __future__ import annotations

import base64
import os
import pty
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from dns_update.auth import Key
from dns_update.auth.named_conf import keys_from_text
from lab import LabKey, Namespace, dig
from lab.key import write_private
from tests.cli.test_key_generate import expect_one_mistake
from tests.support.command import COMMAND, Result, in_process
from tests.support.running_servers import KINDS, Site, site_of
from tests.support.traffic import Reader

OLD = LabKey.generate("home.example.com")


def keys_in(path: Path) -> list[Key]:
    return keys_from_text(path.read_text(encoding="utf-8"), "f")


def expect_no_secret(result: Result, path: Path) -> None:
    for key in keys_in(path):
        assert base64.b64encode(key.secret).decode() not in result.stdout + result.stderr


# The key file


@pytest.mark.parametrize("kind", KINDS)
def test_the_successor_is_first_in_the_file_and_the_predecessor_stays_as_it_was(kind: str, tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", f"# mine\n{OLD.bind_clause()}")
    result = in_process("key", "rotate", str(path), f"server-type={kind}", "zone=example.com", "name=home")
    assert result.status == 0, result.stderr
    new, old = keys_in(path)
    assert str(old.name) == OLD.name
    assert str(new.name).startswith("home-20")
    assert new.algorithm == old.algorithm
    assert len(new.secret) == 32
    assert new.secret != old.secret
    text = path.read_text(encoding="utf-8")
    assert text.endswith(f"# mine\n{OLD.bind_clause()}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    expect_no_secret(result, path)
    ending = {"bind": [], "knot": [f"{new.name}.knot"], "powerdns": [f"{new.name}.sql"]}[kind]
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["home.key", *ending])
    assert [stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()] == [0o600] * (1 + len(ending))


def test_the_steps_are_printed_in_order(tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", OLD.bind_clause())
    result = in_process("key", "rotate", str(path), "zone=example.com", "name=home")
    new = keys_in(path)[0].name
    assert result.stdout == (
        f"# 1. The server gets key {new}:\n"
        f"# it has both keys now; named.conf includes it, or a copy of it\n"
        f'include "{path}";\n'
        "\n"
        "# 2. It may do what home.example.com may:\n"
        f'    grant "{new}" name "home.example.com" A AAAA;\n'
        "\n"
        "# 3. The server reads it:\n"
        "named-checkconf && rndc reconfig\n"
        "\n"
        f"# 4. The machines that use the key get the new file, {path}; the agent reads it at its restart:\n"
        "systemctl restart dns-update-agent\n"
        "\n"
        "# 5. When the older key is used no more, the server loses it:\n"
        f"dns-update key rotate {path}   # says whether it is still used\n"
        f"dns-update key revoke {path} key-name=home.example.com zone=example.com\n"
    )


def test_another_algorithm_replaces_that_of_an_old_router(tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", LabKey.generate("home", "hmac-md5").bind_clause())
    assert in_process("key", "rotate", str(path), "algorithm=hmac-sha512").status == 0
    assert (keys_in(path)[0].algorithm.text, len(keys_in(path)[0].secret)) == ("hmac-sha512", 64)


def test_a_second_time_it_says_what_is_left_to_do_and_changes_nothing(tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", OLD.bind_clause())
    assert in_process("key", "rotate", str(path)).status == 0
    before = path.read_text(encoding="utf-8")
    again = in_process("key", "rotate", str(path), "zone=example.com", f"history={tmp_path / 'nowhere'}")
    assert again.status == 0
    assert again.lines[0].startswith(f"{path}: home.example.com has a successor already, home-20")
    assert again.lines[1].startswith("whether key home.example.com is still used is not known: there is no history")
    assert again.stdout.endswith(f"dns-update key revoke {path} key-name=home.example.com zone=example.com\n")
    fields = in_process("key", "rotate", str(path), "--json").json
    assert (fields["usage"]["state"], fields["older"]) == ("unknown", "home.example.com")
    assert path.read_text(encoding="utf-8") == before


WRONG = {
    "odd.key": "the name of the key in odd.key has a character that cannot be written",
    "": "key rotate needs a key file",
    "nowhere.key": "cannot read nowhere.key: No such file or directory",
    "three.key": "three.key holds several keys: a, b, c: a key is replaced in a file of its own",
    "home.key server-type=nsd": "server-type=: 'nsd' is not a valid value",
    "home.key name=home": "zone= is missing",
    "home.key zone=example.com type=A": "type= is given without name=",
    "home.key algorithm=hmac-sha256-128": "a key is for a whole algorithm",
    "home.key key-name=a": "key rotate does not take key-name=",
    "home.key hosts=a": "key rotate does not take hosts=",
    "home.key apply-to=nowhere.conf yes=yes": "apply-to=: cannot read nowhere.conf: No such file or directory",
    "home.key apply-to=none.conf yes=yes": "none.conf has neither a grant for key home.example.com nor the key itself",
    "home.key apply-to=binary.conf yes=yes": "apply-to=: cannot read binary.conf: it is not a text",
    "home.key apply-to=broken.conf yes=yes": "broken.conf, line 1: a quoted string has no end",
    "home.key apply-to=grant.conf": "there is no terminal to ask on; nothing was changed: yes=yes goes on",
    "home.key apply-to=none.conf yes=yes server-type=knot": "none.conf has neither a rule for key home.example.com",
    "home.key apply-to=. yes=yes server-type=powerdns": "zone= is missing",
    "home.key apply-to=. yes=yes server-type=powerdns zone=a": "apply-to=: there is no pdns.conf in .",
    "home.key yes=perhaps": "yes=: 'perhaps' is not a valid value",
}


@pytest.fixture
def wrong_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Make files, right and wrong ones, in the current directory; return what is in them."""
    monkeypatch.chdir(tmp_path)
    write_private(tmp_path / "home.key", OLD.bind_clause())
    write_private(tmp_path / "three.key", "".join(LabKey.generate(name).bind_clause() for name in "abc"))
    write_private(tmp_path / "odd.key", LabKey.generate("a;b").bind_clause())
    (tmp_path / "none.conf").write_text("options { };\n")
    (tmp_path / "grant.conf").write_text('zone "a" { update-policy { grant home.example.com name a. A; }; };\n')
    (tmp_path / "broken.conf").write_text('grant "home.example.com')
    (tmp_path / "binary.conf").write_bytes(b"\xff\xfe")
    return {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize(("line", "says"), WRONG.items())
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_wrong_value_gets_one_line_and_nothing_is_written(
    line: str, says: str, form: str, tmp_path: Path, wrong_files: dict[str, bytes]
) -> None:
    result = in_process("key", "rotate", *line.split(), *(["--json"] if form == "json" else []))
    expect_one_mistake(result, says, form)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == wrong_files


# The server on this machine


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with site_of(request.param, tmp_path) as made:
        yield made


def test_a_key_is_replaced_at_its_server_from_the_first_step_to_the_last(site: Site) -> None:
    assert site.set("192.0.2.1").status == 0
    rotated = site.key("rotate", "zone=example.com", *site.applied)
    assert rotated.status == 0, rotated.stderr
    expect_no_secret(rotated, site.key_file)
    new, old = keys_in(site.key_file)
    both = site.set("192.0.2.2")
    assert (both.status, both.notes) == (0, [])
    assert site.set("192.0.2.3", f"key-name={old.name}").status == 0
    revoked = site.key("revoke", *site.asked, *site.applied)
    assert revoked.status == 0, revoked.stderr
    expect_no_secret(revoked, site.key_file)
    assert f"{site.server.host}:{site.server.port} refuses key {old.name} now" in revoked.lines
    assert [key.name for key in keys_in(site.key_file)] == [new.name]
    assert site.set("192.0.2.4").status == 0
    assert dig(site.server, "home.example.com", "A")[0].endswith("192.0.2.4")


@pytest.mark.parametrize("kind", ["bind", "knot"])
def test_a_key_that_was_replaced_elsewhere_is_applied_at_the_server(kind: str, tmp_path: Path) -> None:
    with site_of(kind, tmp_path) as site:
        assert site.key("rotate").status == 0
        keys = site.key_file.read_bytes()
        assert len(site.set("192.0.2.1").notes) == 1
        applied = site.key("rotate", *site.applied)
        assert applied.status == 0, applied.stderr
        assert site.key_file.read_bytes() == keys
        after = site.set("192.0.2.2")
        assert (after.status, after.notes) == (0, [])
        assert "nothing was changed" in site.key("rotate", *site.applied).stderr


def test_the_paths_in_the_steps_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_private(tmp_path / "home.key", OLD.bind_clause())
    assert f'include "{tmp_path}/home.key";' in in_process("key", "rotate", "home.key").stdout
    assert f"key revoke {tmp_path}/home.key " in in_process("key", "rotate", "home.key").stdout


def test_the_successor_may_do_no_more_than_the_key(site: Site) -> None:
    assert site.key("rotate", "zone=example.com", *site.applied).status == 0
    if site.kind != "powerdns":
        assert site.run("set", *site.client_words, "name=other", "address=192.0.2.1").status in (5, 7)


def test_without_yes_and_a_terminal_nothing_is_changed(site: Site) -> None:
    files = {path: path.read_bytes() for path in (site.key_file, site.apply_to) if path.is_file()}
    result = site.key("rotate", "zone=example.com", f"apply-to={site.apply_to}")
    expect_one_mistake(result, "there is no terminal to ask on; nothing was changed", "text")
    assert {path: path.read_bytes() for path in files} == files


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 2), ("\n", 2)], ids=["y", "n", "nothing"])
def test_on_a_terminal_it_asks_what_it_would_write_and_run(answer: str, status: int, tmp_path: Path) -> None:
    with site_of("bind", tmp_path) as site:
        terminal, end = pty.openpty()
        os.write(terminal, answer.encode())
        command = [str(COMMAND), "key", "rotate", str(site.key_file), f"apply-to={site.apply_to}"]
        env = os.environ | {"PATH": f"{site.tools}:{os.environ['PATH']}"}
        done = subprocess.run(command, stdin=end, capture_output=True, text=True, check=False, env=env, timeout=60)
        os.close(terminal)
        os.close(end)
        assert done.returncode == status, done.stderr
        question = f"write {site.key_file} and {site.apply_to}, then run named-checkconf and rndc reconfig? [y/N] "
        assert f"dns-update: {question}" in done.stderr
        assert len(keys_in(site.key_file)) == (2 if status == 0 else 1)


@pytest.mark.parametrize("kind", ["bind", "knot"])
def test_a_configuration_that_the_servers_checker_refuses_is_as_it_was(kind: str, tmp_path: Path) -> None:
    with site_of(kind, tmp_path) as site:
        broken = "\nnonsense { };\n" if kind == "bind" else "\nnonsense:\n"
        site.apply_to.write_text(site.apply_to.read_text(encoding="utf-8") + broken, encoding="utf-8")
        before = {path: path.read_bytes() for path in (site.key_file, site.apply_to)}
        result = site.key("rotate", *site.applied)
        assert result.status == 2
        assert "refuses the new configuration: " in result.stderr
        assert "nonsense" in result.stderr
        assert result.stderr.endswith(": all files are as they were\n")
        expect_no_secret(result, site.key_file)
        assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("kind", ["bind", "knot"])
def test_after_an_interruption_before_the_check_is_done_all_files_are_as_they_were(kind: str, tmp_path: Path) -> None:
    with site_of(kind, tmp_path) as site:
        checker = site.tools / ("named-checkconf" if kind == "bind" else "knotc")
        checker.write_text("#!/bin/sh\nkill -INT $PPID\nexec sleep 60\n", encoding="utf-8")
        before = {path: path.read_bytes() for path in (site.key_file, site.apply_to)}
        result = site.run("key", "rotate", str(site.key_file), f"server-type={kind}", *site.applied)
        assert (result.status, result.lines) == (130, ["interrupted", "hint: nothing was changed"])
        assert {path: path.read_bytes() for path in before} == before
        assert [path.name for path in tmp_path.rglob("*.new")] == []


def test_a_server_that_would_not_get_the_key_is_left_as_it_is(tmp_path: Path) -> None:
    with site_of("bind", tmp_path) as site:
        copy = tmp_path / "copy.key"
        copy.write_bytes(site.key_file.read_bytes())
        copy.chmod(0o600)
        before = {path: path.read_bytes() for path in (copy, site.apply_to)}
        result = site.within("key", "rotate", str(copy), *site.applied)
        expect_one_mistake(result, "the configuration of named does not have key home-20", "text")
        assert {path: path.read_bytes() for path in before} == before


def test_a_server_that_does_not_run_is_told_and_the_files_stay(tmp_path: Path) -> None:
    with site_of("bind", tmp_path) as site:
        site.server.stop()
        result = site.key("rotate", *site.applied)
        assert result.status == 9
        assert "rndc reconfig has failed" in result.stderr
        assert result.hint == "the files are written and correct; when the server runs: rndc reconfig"
        assert len(keys_in(site.key_file)) == 2


# Under way


class Updates:
    """Changes an address again and again in a thread, and keeps what failed."""

    def __init__(self, site: Site) -> None:
        self.failures: list[str] = []
        self.notes: list[str] = []
        self._site = site
        self._done = threading.Condition()
        self._count = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def await_more(self, number: int) -> None:
        """Return when so many updates more are done."""
        with self._done:
            wanted = self._count + number
            assert self._done.wait_for(lambda: self._count >= wanted, 60)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            result = self._site.set(f"192.0.2.{1 + number % 250}")
            with self._done:
                self._count += 1
                self.notes += result.notes
                if result.status:
                    self.failures.append(result.stderr)
                self._done.notify_all()


@pytest.mark.usefixtures("has_namespaces")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["server first", "client first"])
def test_no_update_fails_and_the_name_is_never_missing_while_a_key_is_replaced(
    kind: str, order: str, tmp_path: Path
) -> None:
    with Namespace() as namespace, site_of(kind, tmp_path, namespace) as site:
        assert site.set("192.0.2.1").status == 0
        with Updates(site) as updates, Reader(namespace, "home.example.com") as reader:
            updates.await_more(2)
            if order == "client first":  # the server does not get the key yet
                assert site.key("rotate", "zone=example.com").status == 0
                updates.await_more(2)
                assert updates.notes
            else:
                assert site.key("rotate", "zone=example.com", *site.applied).status == 0
                updates.await_more(3)
                revoked = site.key("revoke", *site.asked, *site.applied)
                assert revoked.status == 0, revoked.stderr
            updates.await_more(3)
        assert updates.failures == []
        assert "" not in reader.seen
        assert len(reader.seen) >= 3
        assert len(keys_in(site.key_file)) == (2 if order == "client first" else 1)

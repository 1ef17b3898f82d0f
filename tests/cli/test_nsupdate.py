"""`dns-nsupdate` as a program: where its lines come from, and how a run ends."""

from __future__ import annotations

import base64
import io
import os
import pty
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from dns_update.cli import main
from lab import NameServer, dig
from tests.nsupdate.peer_runs import KEY, answered, lines_of, lone_sends, sends_below
from tests.nsupdate.program import COMMAND, DEADLINE, key_of, nsupdate, run_program, to
from tests.support.command import Result, in_process
from tests.transport.peers import UdpPeer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["nsupdate", "dns-nsupdate", "anything"])
def test_the_command_is_the_same_under_any_name(name: str, tmp_path: Path) -> None:
    link = tmp_path / name
    link.symlink_to(COMMAND)
    result = run_program("", "-k", "a", "-y", "b:c", program=link)
    assert (result.status, result.stderr) == (1, "nsupdate: cannot specify both -k and -y\n")


def test_the_script_may_be_a_file(bind: NameServer, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(to(bind, "show").replace("\n", "\r\n").encode() + b"add x.example.com 60 TXT \xff\nshow")
    result = nsupdate("", str(script))
    assert (result.status, result.stdout.count("Outgoing update query:")) == (0, 2)
    assert '"\\255"' in result.stdout


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/proc/none", "could not open '/proc/none': No such file or directory\n"),
        ("/proc", "could not open '/proc': Is a directory\n"),
        ("/proc/self/mem", "could not read '/proc/self/mem': Input/output error\n"),
    ],
)
def test_a_script_that_cannot_be_read_ends_the_run(path: str, said: str) -> None:
    assert nsupdate("", path) == Result(1, "", said)


def test_help_and_version_are_printed_instead_of_a_run() -> None:
    result = nsupdate("nonsense\n", "--help")
    assert (result.status, result.stderr) == (0, "")
    assert "  [update] add ....         (add the given record to the zone)\n" in result.stdout
    result = nsupdate("nonsense\n", "-V")
    assert (result.status, result.stdout.partition(" ")[0], result.stderr) == (0, "nsupdate", "")


def test_a_terminal_gets_a_prompt_and_continues_after_a_mistake() -> None:
    terminal, theirs = pty.openpty()
    process = subprocess.Popen([COMMAND], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(terminal, b"foo\nquit\n")
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side has closed
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    assert process.wait(DEADLINE) == 0
    assert b"> " in shown
    assert b"incorrect section name: foo" in shown
    assert b"syntax error" not in shown


def test_a_run_without_rare_types_does_not_load_dnspython(bind: NameServer) -> None:
    words = [sys.executable, "-X", "importtime", str(COMMAND), "-k", key_of(bind)]
    script = to(bind, "add i.example.com 60 A 192.0.2.1", "add i.example.com 60 TXT a", "send")
    done = subprocess.run(words, input=script, capture_output=True, text=True, check=True, timeout=DEADLINE)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "dns_update.nsupdate.session" in loaded
    assert not {"dns", "readline", "argparse", "asyncio", "ssl", "dns_update.client.dig"} & loaded


def test_outcomes_of_earlier_sends_are_printed_before_a_mistake(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 8), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 4), "nonsense"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    said = ["update failed: NXDOMAIN", "incorrect section name: nonsense", "syntax error"]
    assert (result.status, result.stderr.splitlines()) == (1, said)
    assert len(dig(bind, f"3.b.{name}", "A")) == 1


@pytest.mark.parametrize("end", ["quit\n", "", "add unsent.example.com 60 A 192.0.2.1\n"])
def test_the_end_waits_for_what_is_under_way(end: str, bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 8), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 4)]
    result = nsupdate(to(bind, *lines) + end, "-k", key_of(bind))
    assert result == Result(2, "", "update failed: NXDOMAIN\n")


def test_outcomes_are_printed_before_waiting_for_another_line(bind: NameServer, unique_name: str) -> None:
    """Lines come in pieces, one of which ends in the middle of a line."""
    name = f"{unique_name}.example.com"
    script = to(bind, *sends_below(name, 8), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 4))
    command = [str(COMMAND), "-k", key_of(bind)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for piece in (script[:100], script[100:], f"prereq yxdomain nono.{name}\n\n"):
            os.write(process.stdin.fileno(), piece.encode())
            if piece != script[:100]:
                assert process.stderr.readline() == b"update failed: NXDOMAIN\n"
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 2
    assert len(dig(bind, f"3.b.{name}", "A")) == 1


def test_ctrl_c_ends_a_run_whose_sends_are_under_way() -> None:
    """The server answers the first, so that more than one is under way when it falls silent."""
    arrived = threading.Event()

    def script(number: int, octets: bytes) -> list[bytes]:
        if number == 3:
            arrived.set()
        return [answered(octets)] if number == 1 else []

    with UdpPeer(script) as peer:
        lines = "\n".join([f"server 127.0.0.1 {peer.endpoint.port}", "zone example.com", *lines_of(lone_sends(9)), ""])
        # A shell's background job has SIGINT ignored, and so would its children.
        command = ["env", "--default-signal=INT", str(COMMAND)]
        command += ["-y", f"{KEY.algorithm.text}:ddns-key:{base64.b64encode(KEY.secret).decode()}"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write(lines.encode())
            process.stdin.close()
            assert arrived.wait(DEADLINE)
            process.send_signal(signal.SIGINT)
            assert b"interrupted" in process.stderr.readline()
            assert b"may have been carried out" in process.stderr.readline()
            assert process.wait(DEADLINE) == 130


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_ctrl_c_at_an_idle_prompt_claims_no_update(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not by a signal: one that comes just before the wait for the terminal is noticed at the next key only."""

    def interrupted(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", _Terminal())
    monkeypatch.setattr("builtins.input", interrupted)
    assert main(["nsupdate"]) == 130
    assert capsys.readouterr() == ("", "dns-update: interrupted; nothing was under way\n")


def test_with_d_a_refusal_and_its_neighbour_are_explained_once(bind: NameServer, tmp_path: Path) -> None:
    """The second one, of the same kind at the same server, says nothing new."""
    script = tmp_path / "script"
    update = "update add home.example.com 60 A 192.0.2.1\nsend\n"
    script.write_text(f"server {bind.host} {bind.port}\nzone example.com\n{update}{update}")
    key = bind.readonly_keys[0].write(tmp_path / "key")
    done = in_process("nsupdate", "-d", "-k", str(key), str(script))
    assert (done.status, (done.stdout + done.stderr).count("status: REFUSED")) == (2, 2), done
    assert done.stderr.count("; cause: ") == 1

"""Every exit status of product.md's list that this issue's commands can end with."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, dig
from tests.support.command import COMMAND, access, at, dns_update
from tests.support.peer import Silent, closed_port

CHANGE = ("name=home", "address=192.0.2.1", "ttl=60")


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_0_updated(server: NameServer, unique_name: str) -> None:
    result = dns_update(*access(server), f"name={unique_name}", "address=192.0.2.1")
    assert result.status == 0
    assert result.lines == [
        f"updating zone: example.com: updating RR set for {unique_name}",
        f"update successful: {unique_name}.example.com A 192.0.2.1 added",
    ]
    assert dig(server, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 3600 IN A 192.0.2.1"]


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_0_already_so(server: NameServer, unique_name: str) -> None:
    words = [*access(server), f"name={unique_name}", "address=192.0.2.1"]
    assert dns_update(*words).status == 0
    assert dns_update(*words).status == 0


_BROKEN = """\
import sys
import dns_update.cli.set
def broken(_options):
    raise ZeroDivisionError("a mistake of ours")
dns_update.cli.set.client_of = broken
from dns_update.cli import main
sys.exit(main(sys.argv[1:]))
"""


def _run_broken(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _BROKEN, *CHANGE, "zone=example.com", "dns-server=127.0.0.1", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_1_a_bug_owns_up_and_asks_for_a_report() -> None:
    result = _run_broken()
    assert result.returncode == 1
    assert "this is a bug in dns-update: ZeroDivisionError: a mistake of ours" in result.stderr
    assert "report" in result.stderr
    assert "Traceback" not in result.stderr


def test_1_a_bug_shows_its_traceback_with_debug() -> None:
    result = _run_broken("--debug")
    assert result.returncode == 1
    assert "Traceback" in result.stderr
    assert "report" in result.stderr


def test_1_a_bug_is_an_object_with_json() -> None:
    result = _run_broken("--json")
    assert result.returncode == 1
    assert '"exit_status": 1' in result.stdout
    assert "a mistake of ours" in result.stdout
    assert result.stderr == ""


def test_2_usage() -> None:
    assert dns_update("zone=example.com").status == 2


def test_3_no_address() -> None:
    assert dns_update(f"dns-server=127.0.0.1:{closed_port()}", "zone=example.com", "name=home", "ttl=60",
                      "address=interface:no-such-one").status == 3  # fmt: skip


def test_4_no_answer() -> None:
    assert dns_update(f"dns-server=127.0.0.1:{closed_port()}", "zone=example.com", *CHANGE).status == 4


def test_5_authentication(bind: NameServer) -> None:
    assert dns_update(*access(bind, LabKey.generate()), *CHANGE).status == 5


def test_6_clocks(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()], clock_offset="+10m") as server:
        assert dns_update(*access(server), *CHANGE).status == 6


def test_6_a_clock_before_1970(unique_name: str) -> None:
    key = LabKey.generate()
    with Silent() as peer:
        words = [f"dns-server={peer.address}", "zone=example.com", f"name={unique_name}", "address=192.0.2.1"]
        signed = (f"key-name={key.name}", f"key={key.secret}", "ttl=60")
        result = dns_update(*words, *signed, prefix=["faketime", "-f", "1969-06-01 12:00:00"], env={"TZ": "UTC"})
        assert peer.is_untouched
    assert result.status == 6
    assert result.failure.startswith("this machine's clock is at 1969-06-01 12:00 UTC; nothing was sent")
    assert result.hint == "set this machine's clock, best by NTP"


def test_7_permission(bind: NameServer) -> None:
    assert dns_update(*access(bind, bind.readonly_keys[0]), *CHANGE).status == 7


def test_8_zone(bind: NameServer) -> None:
    assert dns_update(*access(bind, zone="example.org"), *CHANGE).status == 8


def test_8_name(bind: NameServer, unique_name: str) -> None:
    assert dns_update("show", *access(bind), f"name={unique_name}").status == 8


def test_9_server_failure(knot: NameServer, unique_name: str) -> None:
    words = ("zone=example.com", f"name={unique_name}", "ttl=60", "class=CH", "type=TXT", "value=x")
    assert dns_update(at(knot), *words).status == 9


@pytest.mark.parametrize("as_json", [False, True])
def test_130_interrupted(*, as_json: bool) -> None:
    with Silent() as peer:
        # A shell's background job has SIGINT ignored, and so would its children.
        command = ["env", "--default-signal=INT", str(COMMAND), f"dns-server={peer.address}", "zone=example.com"]
        command += [*CHANGE, "verify=no", *(["--json"] if as_json else [])]  # so that it asks nothing first
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            peer.wait_for_datagram()
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "may have been carried out" in (stdout if as_json else stderr)
    assert not as_json or stderr == ""


def test_130_interrupted_before_an_update_was_sent() -> None:
    with Silent() as peer:
        command = ["env", "--default-signal=INT", str(COMMAND), f"dns-server={peer.address}", "zone=example.com"]
        command += CHANGE  # it asks first what is there
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            peer.wait_for_datagram()
            process.send_signal(signal.SIGINT)
            _stdout, stderr = process.communicate()
    assert process.returncode == 130
    assert "hint: nothing was changed" in stderr


def test_a_reader_that_leaves_early_is_no_failure_of_ours(bind: NameServer, unique_name: str) -> None:
    words = [*access(bind), f"name={unique_name}"]
    assert dns_update(*words, "address=192.0.2.1").status == 0
    with subprocess.Popen([COMMAND, "show", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in {0, 141}


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_0_with_standard_streams_closed_as_in_a_cron_line(closed: str, bind: NameServer, unique_name: str) -> None:
    words = [str(COMMAND), *access(bind), f"name={unique_name}", "address=192.0.2.1"]
    done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert dig(bind, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 3600 IN A 192.0.2.1"]


def run_script(script: str, before: str) -> subprocess.CompletedProcess[str]:
    """Run one of the installed scripts after a line of Python."""
    code = f"import runpy, sys\n{before}\nrunpy.run_path({str(SCRIPTS / script)!r}, run_name='__main__')"
    command = ["env", "--default-signal=INT", sys.executable, "-c", code, *CHANGE]
    return subprocess.run(command, capture_output=True, text=True, check=False)


SCRIPTS = Path(__file__).parents[2] / "src" / "scripts"


@pytest.mark.parametrize("script", ["dns-update", "dns-nsupdate"])
def test_130_interrupted_before_the_command_is_at_work(script: str, tmp_path: Path) -> None:
    """Ctrl-C comes while our modules are being imported."""
    package = tmp_path / "dns_update" / "cli"
    package.mkdir(parents=True)
    (tmp_path / "dns_update" / "__init__.py").touch()
    interrupt = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    (package / "__init__.py").write_text(f"{interrupt}def run_and_exit(): os._exit(0)\n", encoding="utf-8")
    done = run_script(script, f"sys.path.insert(1, {str(tmp_path)!r})")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_130_interrupted_behind_the_work() -> None:
    """Ctrl-C comes when the command has ended, and the process has not."""
    done = run_script(
        "dns-update", "import os, signal, dns_update.cli as c; c.main = lambda: os.kill(os.getpid(), signal.SIGINT)"
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

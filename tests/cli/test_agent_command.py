"""The words of `dns-update agent --check`, and what is wrong with them."""

import gc
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dns_update.agent.config.load import read_config
from dns_update.auth import Key
from dns_update.errors import NotNow
from lab import LabKey, NameServer, dig
from tests.support.command import COMMAND, Result, in_process

CONFIGURATION = """\
[servers.main]
address = "127.0.0.1:1"

[zones."example.com"]
servers = ["main"]

[[records]]
name = "home.example.com"
address = "192.0.2.1"
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIGURATION)
    return path


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--online"], "online= is given without check=: dns-update agent --check --online"),
        (["online=yes"], "online= is given without check=: dns-update agent --check --online"),
        (["--once", "--online"], "online= is given without check=: dns-update agent --check --online"),
        (["check=no", "--online"], "online= is given without check=: dns-update agent --check --online"),
        (["--check", "online=perhaps"], "online=: 'perhaps' is not a valid value: yes or no"),
        (["--check", "--onlin"], "unknown property 'onlin': did you mean online?"),
        (["--check", "onlin=yes"], "unknown property 'onlin': did you mean online?"),
        (["--check", "--online", "--online"], "online= is given twice: it takes one value"),
    ],
)
def test_wrong_words_are_one_line(words: list[str], line: str, configuration: Path) -> None:
    done = in_process("agent", f"config={configuration}", *words)
    assert (done.status, done.stdout, done.lines) == (2, "", [line])


def test_json_is_for_online() -> None:
    done = in_process("agent", "--check", "--json")
    assert done.status == 2
    assert done.json["error"]["message"] == "json= is given without online="


def test_without_online_no_server_is_asked(configuration: Path) -> None:
    done = in_process("agent", "--check", f"config={configuration}")
    assert (done.status, done.stdout, done.lines) == (0, "", [f"{configuration} is right: 1 record"])
    assert in_process("agent", "--check", "online=no", f"config={configuration}").status == 0


def test_a_wrong_configuration_is_told_as_without_online(configuration: Path) -> None:
    configuration.write_text(CONFIGURATION.replace("address", "adress"))
    online = in_process("agent", "--check", "--online", f"config={configuration}")
    offline = in_process("agent", "--check", f"config={configuration}")
    assert online == offline
    assert online.status == 2


def test_a_wrong_configuration_as_json_has_every_problem(configuration: Path) -> None:
    configuration.write_text(CONFIGURATION.replace("address", "adress"))
    told = in_process("agent", "--check", f"config={configuration}").lines
    done = in_process("agent", "--check", "--online", "--json", f"config={configuration}")
    assert (done.status, done.stderr) == (2, "")
    assert done.json["notes"] == told
    assert len(told) > 1


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    done = in_process("agent", "--check", "--online", f"config={tmp_path}/none.toml")
    assert (done.status, done.lines) == (2, [f"cannot read {tmp_path}/none.toml: No such file or directory"])


def test_a_key_that_others_can_read(tmp_path: Path, configuration: Path) -> None:
    LabKey.generate().write(tmp_path / "key").chmod(0o644)
    configuration.write_text(f'[keys.main]\nfile = "{tmp_path}/key"\n' + CONFIGURATION)
    done = in_process("agent", "--check", "--online", f"config={configuration}")
    assert (done.status, len(done.lines)) == (2, 1)
    assert "chmod" in done.lines[0]


def test_the_help_tells_of_it() -> None:
    done = in_process("agent", "--help")
    assert "online=yes|no" in done.stdout
    assert "dns-update agent --check --online" in done.stdout


# Quiet


Once = Callable[..., Result]


@pytest.fixture
def once(capfd: pytest.CaptureFixture[str]) -> Iterator[Once]:
    """Return a function that runs one round within the test; its log is not written by Python's own stream.

    A round sets up Python's collector as for a process of its own, so that is undone.
    """

    def run(*words: str) -> Result:
        capfd.readouterr()
        done = in_process("agent", "--once", *words)
        written = capfd.readouterr()
        return Result(done.status, done.stdout + written.out, done.stderr + written.err)

    before = gc.get_threshold()
    yield run
    gc.unfreeze()
    gc.set_threshold(*before)


def with_server(server: NameServer, name: str, directory: Path) -> Path:
    """Write a configuration of one name at a server; return its path."""
    path = directory / "agent.toml"
    key_file = server.keys[0].write(directory / "home.key")
    text = CONFIGURATION.replace("127.0.0.1:1", f"{server.host}:{server.port}").replace("home.", f"{name}.")
    path.write_text(
        f'[keys.main]\nfile = "{key_file}"\n' + text.replace(f':{server.port}"', f':{server.port}"\nkey = "main"')
    )
    return path


def test_a_quiet_round_says_nothing_if_all_is_right(
    bind: NameServer, unique_name: str, tmp_path: Path, once: Once
) -> None:
    path = with_server(bind, unique_name, tmp_path)
    done = once("quiet=yes", f"config={path}")
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    assert dig(bind, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 3600 IN A 192.0.2.1"]
    assert once(f"config={path}").stderr == ""  # nothing was left to do


def test_a_round_says_what_it_has_done(bind: NameServer, unique_name: str, tmp_path: Path, once: Once) -> None:
    path = with_server(bind, unique_name, tmp_path)
    done = once(f"config={path}")
    assert done.status == 0
    assert f"update successful: {unique_name}.example.com A 192.0.2.1 added" in done.stderr
    assert once("--debug", f"config={path}").status == 0


def test_a_round_with_a_wrong_configuration_tells_each_mistake(configuration: Path, once: Once) -> None:
    configuration.write_text(CONFIGURATION.replace("address", "adress"))
    done = once(f"config={configuration}")
    assert done.status == 2
    assert done.lines == in_process("agent", "--check", f"config={configuration}").lines
    assert len(done.lines) > 1


def test_a_quiet_round_says_its_failures(configuration: Path, once: Once) -> None:
    done = once("quiet=yes", f"config={configuration}")
    assert (done.status, done.stdout) == (4, "")
    assert [line for line in done.lines if "No answer from 127.0.0.1:1" in line]
    assert not [line for line in done.lines if "updating zone" in line]


def test_a_quiet_check_says_only_what_is_wrong(configuration: Path) -> None:
    done = in_process("agent", "--check", "--quiet", f"config={configuration}")
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    with_key(configuration, "hunter2")
    (line,) = in_process("agent", "--check", "--quiet", f"config={configuration}").lines
    assert line.startswith("warning: ")
    configuration.write_text(CONFIGURATION.replace("address", "adress"))
    assert in_process("agent", "--check", "--quiet", f"config={configuration}").status == 2


def test_quiet_and_debug_exclude_each_other() -> None:
    done = in_process("agent", "--once", "--quiet", "--debug")
    assert (done.status, done.lines) == (2, ["quiet= and debug= are both given: leave one of them out"])


# What `--check` sees beyond the text


def with_key(path: Path, secret: str) -> None:
    key = f'[keys.main]\nname = "home-key"\nalgorithm = "hmac-sha256"\nsecret = "{secret}"\n'
    path.write_text(key + CONFIGURATION.replace(':1"', ':1"\nkey = "main"'))
    path.chmod(0o600)


WEAK = {
    "hunter2": "has 56 bits",
    "correct horse battery staple": "is made of words",
    "CorrectHorseBatteryStaple": "is made of words",
    "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ==": "is made of words",
    "x" * 64: "repeats a few characters",
}


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_is_warned_of_and_not_shown(secret: str, configuration: Path) -> None:
    with_key(configuration, secret)
    done = in_process("agent", "--check", f"config={configuration}")
    assert (done.status, len(done.lines)) == (0, 2)
    assert done.lines[1].startswith(f"warning: the secret of key home-key {WEAK[secret]}")
    assert secret not in done.stderr
    online = in_process("agent", "--check", "--online", "--json", f"config={configuration}")
    assert online.json["notes"][0] == done.lines[1].removeprefix("warning: ")


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-sha512"])
def test_a_secret_as_it_is_made_for_a_server_is_no_weak_one(algorithm: str, configuration: Path) -> None:
    with_key(configuration, LabKey.generate("home-key", algorithm).secret)
    assert len(in_process("agent", "--check", f"config={configuration}").lines) == 1


def test_a_history_that_is_none_is_refused(configuration: Path, tmp_path: Path) -> None:
    motd = tmp_path / "motd"
    motd.write_text("Welcome")
    configuration.write_text(f'[agent]\nhistory = "{motd}"\n' + CONFIGURATION)
    done = in_process("agent", "--check", f"config={configuration}")
    assert (done.status, len(done.lines)) == (2, 1)
    assert done.lines[0].startswith(f"{configuration}: [agent] history: {motd}: it is not a history")
    assert motd.read_text() == "Welcome"


def test_of_very_many_mistakes_the_first_are_printed(configuration: Path) -> None:
    configuration.write_text(CONFIGURATION + "[[records]]\n" * 20_000)
    done = in_process("agent", "--check", f"config={configuration}")
    assert done.status == 2
    assert len(done.lines) == 51
    assert done.lines[-1] == "and 39,950 more"


# Files that are none


def test_a_configuration_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = in_process("agent", "--check", f"config={tmp_path}/pipe")
    assert (done.status, len(done.lines)) == (2, 1)
    assert "it is not a regular file" in done.lines[0]


@pytest.mark.parametrize("key", ['file = "{pipe}"', 'name = "k"\nsecret = "@{pipe}"', 'file = "/dev/stdin"'])
def test_a_key_that_is_a_pipe_is_not_waited_for(key: str, configuration: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    configuration.write_text(f"[keys.main]\n{key.format(pipe=tmp_path / 'pipe')}\n{CONFIGURATION}")
    with subprocess.Popen(
        [COMMAND, "agent", "--check", f"config={configuration}"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.wait(60) == 2
        assert process.stderr is not None
        assert b"regular" in process.stderr.read()


# Whose file it is


PROGRAMS = {
    "of the agent": '[agent]\non-change = ["/bin/true"]\n' + CONFIGURATION,
    "of a record": CONFIGURATION + 'on-change = ["/bin/true"]\n',
    "of the agent, for failures": '[agent]\non-failure = ["/bin/true"]\n' + CONFIGURATION,
    "of a record, for failures": CONFIGURATION + 'on-failure = ["/bin/true"]\n',
    "as a source": CONFIGURATION.replace('"192.0.2.1"', '"command:/bin/true"'),
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_programs_are_not_taken_from_a_file_that_others_can_write(text: str, configuration: Path) -> None:
    configuration.write_text(text)
    configuration.chmod(0o666)
    for word in ("--check", "--once"):
        done = in_process("agent", word, f"config={configuration}")
        assert (done.status, len(done.lines)) == (2, 1)
        assert f"names programs to run, and others can write it: run: chmod o-w {configuration}" in done.lines[0]
    configuration.chmod(0o644)
    assert in_process("agent", "--check", f"config={configuration}").status == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away, and must not run what others write")
def test_root_takes_no_programs_from_a_file_of_another_user(configuration: Path) -> None:
    configuration.write_text(PROGRAMS["of a record"])
    os.chown(configuration, 65534, -1)
    done = in_process("agent", "--check", f"config={configuration}")
    assert done.status == 2
    assert f"chown root {configuration}" in done.lines[0]


def test_without_programs_such_a_file_is_taken(configuration: Path) -> None:
    configuration.chmod(0o666)
    assert in_process("agent", "--check", f"config={configuration}").status == 0


# What passes by itself


FULL = """\
mount -t tmpfs -o nr_inodes=1 none "$1" || exit 77
exec "$2" agent "config=$3"
"""
"""A directory in which no socket can be made, for want of room."""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_full_run_directory_is_no_mistake_of_the_configuration(configuration: Path, tmp_path: Path) -> None:
    """The unit is not started again after exit status 2."""
    full = tmp_path / "run"
    full.mkdir()
    configuration.write_text(f'[agent]\nhistory = ""\nsocket = "{full}/agent.sock"\n{CONFIGURATION}')
    command = ["unshare", "--mount", "/bin/sh", "-c", FULL, "sh", *map(str, (full, COMMAND, configuration))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("nothing can be mounted here")
    assert done.returncode == NotNow.exit_status, done.stderr
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize("reads_key", [False, True])
def test_too_many_open_files_are_no_mistake_of_the_configuration(
    configuration: Path,
    tmp_path: Path,
    reads_key: bool,
) -> None:
    LabKey.generate().write(tmp_path / "key")
    configuration.write_text(f'[keys.main]\nfile = "{tmp_path}/key"\n{CONFIGURATION}')
    read_config(str(configuration))  # everything is imported from now on
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open("/dev/null", os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(NotNow, match="Too many open files"):
            Key.from_file(tmp_path / "key") if reads_key else read_config(str(configuration))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

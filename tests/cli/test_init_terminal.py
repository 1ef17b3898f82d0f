"""`dns-update init` on a terminal: the whole conversation, wrong answers, failed tries, Ctrl-C at each question."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from dns_update.auth import Key
from lab import Bind, LabKey, NameServer, Namespace, Zone, dig
from lab.namespace import unavailable_because
from tests.address.inside import entered
from tests.cli.test_init import expect_no_secret, files_in
from tests.support.command import at, dns_update, in_process, key_file
from tests.support.peer import Silent
from tests.support.terminal import Held, Screen, Terminal, converse, on_terminal

SERVER, NAME, ZONE = "the zone's server", "the name to keep right", "the zone that holds it"
ADDRESS, KEY, TYPE = "where its address comes from", "the key: ", "the program of the server"
ENTER = "press Enter when the server has the key"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "config.toml"


@contextmanager
def conversation(output: Path, *words: str) -> Iterator[Terminal]:
    with on_terminal("init", f"output={output}", *words, columns=200, env={"NO_COLOR": "1"}) as terminal:
        yield terminal


def held(output: Path, talk: Callable[[Screen], object], *words: str) -> Held:
    """Hold a conversation within the test."""
    return converse(talk, "init", f"output={output}", *words)


def answer_all(terminal: Screen, answers: Sequence[tuple[str, str]]) -> None:
    for question, text in answers:
        terminal.answer(question, text)


def host_of(server: NameServer) -> str:
    return at(server).partition("=")[2]


def test_the_whole_conversation_with_a_given_key(tmp_path: Path, output: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        path = key_file(server).partition("=")[2]
        answers = (
            (SERVER, host_of(server)),
            (NAME, "home.example.com"),
            (ZONE, ""),
            (ADDRESS, "192.0.2.7"),
            (KEY, path),
        )
        done = held(output, lambda terminal: answer_all(terminal, answers), "service=no")
        shown = done.shown
        assert done.status == 0, shown
        assert f"{ZONE} [example.com]: " in shown  # found by its SOA record
        for step in ("server ", "zone ", "record ", "name servers", "key ", "update "):
            assert f"ok      {step}" in shown
        assert f"dns-update agent --once config={output}" in shown
        assert f"{output} is written" in shown
        assert in_process("agent", "--check", "--online", f"config={output}").status == 0
        assert dns_update("agent", "--once", f"config={output}").status == 0
        assert dig(server, "home.example.com", "A")[0].endswith("192.0.2.7")
    assert files_in(output.parent) == ["config.toml", "home.key"]
    expect_no_secret(output.with_name("home.key"), shown)


def test_the_whole_conversation_with_a_made_key(tmp_path: Path, output: Path) -> None:
    """The server gets the key while init waits for Enter; then the key is tried."""
    server = Bind(tmp_path / "server")

    def talk(terminal: Screen) -> None:
        answer_all(
            terminal, ((SERVER, host_of(server)), (NAME, "home.example.com"), (ZONE, ""), (ADDRESS, "192.0.2.7"))
        )
        terminal.answer(KEY, "")  # make
        terminal.wait_for(ENTER)
        terminal.type("\n")  # too early
        assert "FAILED  key" in terminal.wait_for(ENTER)

    with server:
        done = held(output, talk, "service=no")
    assert done.status == 0
    printed = done.shown
    include = re.search(r'include ".*";', printed)
    policy = re.search(r"update-policy \{.*?\};", printed, re.DOTALL)
    assert include is not None
    assert policy is not None
    ready = Bind(tmp_path / "ready", zones=[Zone("example.com", policy=policy[0])], extra=include[0])
    ready.port = server.port
    with ready:
        once = dns_update("agent", "--once", f"config={output}")
        assert once.status == 0, once.stderr
        checked = in_process("check", "home.example.com", f"config={output}")
        assert checked.status == 0, checked.stdout
    assert stat.S_IMODE(output.with_name("home.key").stat().st_mode) == 0o600
    expect_no_secret(output.with_name("home.key"), printed)


def test_a_made_key_is_tried_when_the_server_has_it(tmp_path: Path, output: Path) -> None:
    first = Bind(tmp_path / "first")
    with first:
        host = host_of(first)
        words = (
            f"dns-server={host}",
            "name=home",
            "zone=example.com",
            "address=192.0.2.7",
            "make-key=yes",
            "service=no",
        )

        def talk(terminal: Screen) -> None:
            printed = terminal.wait_for(ENTER)
            include, policy = (
                re.search(r'include ".*";', printed),
                re.search(r"update-policy \{.*?\};", printed, re.DOTALL),
            )
            assert include is not None
            assert policy is not None
            first.stop()
            ready = Bind(tmp_path / "ready", zones=[Zone("example.com", policy=policy[0])], extra=include[0])
            ready.port = first.port
            with ready:
                terminal.type("\n")
                terminal.read_rest()

        done = held(output, talk, *words)
    assert "is accepted" in done.shown
    assert "may change home.example.com A" in done.shown
    assert done.status == 0


def test_wrong_answers_get_one_line_each_and_are_asked_again(tmp_path: Path, output: Path) -> None:
    wrong = {
        SERVER: {"192.0.2": "is not an IPv4 address", "a b": "'a b'"},
        NAME: {"": "an answer is needed", "home": "'home' is not a full name", "a..b": "has an empty label"},
        ZONE: {"example.org": "home.example.com is not in example.org", "@": "'@' is not a domain name here"},
        ADDRESS: {"ppp0": "if it is an interface: interface:ppp0", "https://a:b@c/": "has a password"},
        KEY: {"/nowhere/x.key": "cannot read /nowhere/x.key", "c2VjcmV0c2VjcmV0Cg==": "cannot read the key file"},
    }
    right = {NAME: "home.example.com", ZONE: "example.com", ADDRESS: "192.0.2.7"}

    def talk(terminal: Screen) -> None:
        for question, answers in wrong.items():
            for text, says in answers.items():
                terminal.answer(question, text)
                terminal.wait_for(says)
            terminal.answer(question, right[question])

    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        right |= {SERVER: host_of(server), KEY: key_file(server).partition("=")[2]}
        done = held(output, talk, "service=no")
    shown = done.shown
    assert done.status == 0, shown
    assert "c2VjcmV0c2VjcmV0Cg== " not in shown.replace("c2VjcmV0c2VjcmV0Cg==\n", "")  # only as it was typed


def test_a_failed_try_is_explained_and_enter_goes_on_with_it(tmp_path: Path, output: Path) -> None:
    def talk(terminal: Screen) -> None:
        terminal.answer(SERVER, silent.address)
        terminal.wait_for("FAILED  server")
        terminal.wait_for("next: ")
        terminal.wait_for("Enter goes on with it all the same")
        terminal.answer(SERVER, host_of(server))
        answer_all(terminal, ((NAME, "home.example.com"), (ZONE, ""), (ADDRESS, "interface:lo")))
        assert "cannot be reached from the Internet" in terminal.wait_for("Enter goes on")
        terminal.answer(ADDRESS, "192.0.2.7")
        other = key_file(server, LabKey("other", "hmac-sha256", LabKey.generate().secret)).partition("=")[2]
        terminal.answer(KEY, other)
        assert "FAILED  key" in terminal.wait_for("Enter goes on")
        terminal.answer(KEY, "")

    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server, Silent() as silent:
        done = held(output, talk, "service=no", "timeout=0.1", "retries=0")
    assert done.status == 0, done.shown
    assert str(Key.from_file(output.with_name("home.key")).name) == "other"


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    """Return a namespace whose resolver is 127.0.0.1."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with Namespace() as made:
        yield made


def test_zone_and_primary_are_offered_as_the_resolver_knows_them(
    namespace: Namespace, tmp_path: Path, output: Path
) -> None:
    def talk(terminal: Screen) -> None:
        answer_all(terminal, ((SERVER, ""), (NAME, "home.example.com")))
        terminal.wait_for(f"{ZONE} [example.com]: ")
        terminal.type("\n")
        terminal.wait_for(f"{SERVER}, its address or host name [ns.example.com]: ")
        terminal.type("\n")
        answer_all(terminal, ((ADDRESS, "192.0.2.7"), (KEY, key_file(server).partition("=")[2])))

    with (
        Bind(tmp_path / "server", keys=[LabKey.generate()], namespace=namespace, port=53) as server,
        entered(namespace),
    ):
        done = held(output, talk, "service=no")
    assert done.status == 0, done.shown
    assert "FAILED" not in done.shown
    assert 'address = "ns.example.com"' in output.read_text(encoding="utf-8")


def test_what_no_resolver_knows_must_be_answered(namespace: Namespace, tmp_path: Path, output: Path) -> None:
    def talk(terminal: Screen) -> None:
        answer_all(terminal, ((SERVER, ""), (NAME, "home.example.invalid")))
        terminal.wait_for(f"{ZONE}: ")
        terminal.type("example.invalid\n")
        terminal.wait_for(f"{SERVER}, its address or host name: ")
        terminal.type(f"{host_of(server)}\n")
        assert "FAILED  zone" in terminal.wait_for("Enter goes on")

    with Bind(tmp_path / "server", namespace=namespace, port=5300) as server, entered(namespace):
        done = held(output, talk, "service=no")
    assert done.status == 2
    assert "the input has ended; nothing was written" in done.shown
    assert not output.parent.exists()


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("", 3)])
def test_an_address_for_a_network_of_ones_own_is_published_if_that_is_said(
    answer: str, status: int, tmp_path: Path, output: Path
) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        words = (at(server), "name=home", "zone=example.com", key_file(server), "service=no")

        def talk(terminal: Screen) -> None:
            terminal.answer(ADDRESS, "interface:lo/ipv4")
            terminal.wait_for("Enter goes on")
            terminal.answer(ADDRESS, "")
            terminal.wait_for("publish an address that the Internet cannot reach? [y/N] ")
            terminal.type(f"{answer}\n")

        done = held(output, talk, *words)
        assert done.status == 0, done.shown
        assert ("gives 127.0.0.1" in done.shown) == (status == 0)
        assert dns_update("agent", "--once", f"config={output}").status == status


_ALL = (SERVER, NAME, ZONE, ADDRESS, KEY)


@pytest.mark.parametrize("place", range(len(_ALL)))
@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "end"])
def test_ctrl_c_or_the_end_at_any_question_leaves_no_file(place: int, key: str, tmp_path: Path, output: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server, conversation(output) as terminal:
        right = (host_of(server), "home.example.com", "", "192.0.2.7", "")
        answer_all(terminal, tuple(zip(_ALL[:place], right[:place], strict=True)))
        terminal.wait_for(_ALL[place])
        terminal.wait_for(": ")
        terminal.type(key)
        shown = terminal.read_all()
        if key == "\x03":
            assert terminal.process.returncode == 130, shown
            assert "\ndns-update: interrupted\ndns-update: hint: nothing was changed\n" in shown
        else:
            assert terminal.process.returncode == 2, shown
            assert "\ndns-update: the input has ended; nothing was written" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["server"]


def test_ctrl_c_while_an_answer_is_tried_leaves_no_file(tmp_path: Path, output: Path) -> None:
    with Silent() as silent, conversation(output, "timeout=60") as terminal:
        terminal.answer(SERVER, silent.address)
        terminal.answer(SERVER, "")  # to go on with it
        terminal.answer(NAME, "home.example.com")
        terminal.wait_for("waiting for")
        terminal.type("\x03")
        assert "interrupted" in terminal.read_all()
        assert terminal.process.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["\x03", "\x04", "q\n"], ids=["Ctrl-C", "end", "q"])
def test_after_the_files_are_written_they_stay_whole(text: str, tmp_path: Path, output: Path) -> None:
    with Bind(tmp_path / "server") as server:
        words = (at(server), "name=home", "zone=example.com", "address=192.0.2.7", "make-key=yes")
        with conversation(output, *words, "service=no") as terminal:
            terminal.wait_for(ENTER)
            terminal.wait_for(": ")
            terminal.type(text)
            shown = terminal.read_all()
            assert terminal.process.returncode == (130 if text == "\x03" else 0)
            assert ("are written, and complete" in shown) == (text == "\x03")
    assert in_process("agent", "--check", f"config={output}").status == 0


@pytest.mark.parametrize("text", ["\x04", "q\n"], ids=["end", "q"])
def test_a_made_key_that_is_not_tried_leaves_whole_files(text: str, tmp_path: Path, output: Path) -> None:
    def talk(terminal: Screen) -> None:
        terminal.wait_for(ENTER)
        terminal.type(text)

    with Bind(tmp_path / "server") as server:
        words = (at(server), "name=home", "zone=example.com", "address=192.0.2.7", "make-key=yes", "service=no")
        done = held(output, talk, *words)
    assert done.status == 0, done.shown
    assert in_process("agent", "--check", f"config={output}").status == 0


def test_a_file_that_exists_is_said_before_anything_is_asked(output: Path) -> None:
    output.parent.mkdir()
    output.write_text("mine", encoding="utf-8")
    done = held(output, Screen.read_rest)
    assert done == Held(
        2, f"dns-update: {output} exists: init overwrites nothing: give another output=, or move it away\n"
    )
    assert output.read_text(encoding="utf-8") == "mine"


def test_an_answer_that_is_not_text_ends_the_questions(output: Path) -> None:
    def talk(terminal: Screen) -> None:
        terminal.wait_for(SERVER)
        terminal.type_octets(b"caf\xe9\n")

    done = held(output, talk)
    assert done.status == 2
    assert "the answer is not text; nothing was written" in done.shown
    assert not output.exists()


def test_a_key_that_is_beside_the_configuration_is_offered(output: Path) -> None:
    output.parent.mkdir()
    key = LabKey.generate().write(output.with_name("home.key"))
    words = ("dns-server=192.0.2.1", "name=home", "zone=example.com", "address=192.0.2.7", "check=no", "service=no")

    def talk(terminal: Screen) -> None:
        terminal.answer(KEY, "make")
        terminal.wait_for("home.key exists")
        terminal.wait_for(f"[{key}]")
        terminal.type("\n")

    assert held(output, talk, *words).status == 0


def test_the_program_of_the_server_is_asked_for_if_it_does_not_show(output: Path) -> None:
    words = ("dns-server=192.0.2.1", "name=home", "zone=example.com", "address=192.0.2.7", "make-key=yes", "check=no")

    def talk(terminal: Screen) -> None:
        terminal.answer(TYPE, "nsd")
        terminal.wait_for("'nsd' is not a valid value")
        terminal.answer(TYPE, "knot")

    done = held(output, talk, *words, "service=no")
    assert done.status == 0
    assert "acl" in done.shown
    assert files_in(output.parent) == ["config.toml", "home.key", "home.knot"]

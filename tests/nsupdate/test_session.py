"""A run: what the real BIND holds afterwards, what is said, the exit status; and servers that fail, from a script."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dns_update.errors import InvalidText
from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import Settings
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk
from dns_update.rr.record import Record
from dns_update.transport.memory import MemoryTransport
from dns_update.wire.codes import Flag, Opcode, Rcode, RRType
from dns_update.wire.name import ROOT, Name
from lab import LabKey, NameServer, dig
from lab.key import write_private
from lab.port import Port
from tests.support.command import Result, key_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.transport.memory import Sent

COMMAND = Path(sys.executable).parent / "dns-nsupdate"
_DEADLINE = 60  # seconds after which a run hangs; none of the tests counts on it


def nsupdate(script: str, *words: str, program: str | Path = COMMAND) -> Result:
    """Run the command with a script on its standard input."""
    done = subprocess.run(
        [program, *words], input=script, capture_output=True, text=True, check=False, timeout=_DEADLINE
    )
    return Result(done.returncode, done.stdout, done.stderr)


def key_of(server: NameServer, key: LabKey | None = None) -> str:
    return key_file(server, key).removeprefix("key-file=")


def to(server: NameServer, *lines: str) -> str:
    return "\n".join([f"server {server.host} {server.port}", "zone example.com", *lines, ""])


# With the real BIND


def test_an_update_is_sent_and_its_answer_shown(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    result = nsupdate(to(bind, f"update add {name} 60 A 192.0.2.1", "show", "send", "answer"), "-k", key_of(bind))
    assert (result.status, result.stderr) == (0, "")
    assert dig(bind, name, "A") == [f"{name}. 60 IN A 192.0.2.1"]
    shown, _, answered = result.stdout.partition("Answer:\n")
    assert shown.startswith("Outgoing update query:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:      0\n")
    assert f";; UPDATE SECTION:\n{name}.\t60\tIN\tA\t192.0.2.1\n\n" in shown.replace("\t\t", "\t")
    assert ";; flags: qr; ZONE: 1, PREREQ: 0, UPDATE: 0, ADDITIONAL: 1\n" in answered
    assert ";; TSIG PSEUDOSECTION:\nddns-key.\t" in answered


def test_zone_and_class_are_found_and_reset_where_they_are_left_out(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    script = f"server {bind.host} {bind.port}\nadd {name} 60 IN TXT a b\n\nyxdomain {name}\ndel {name} TXT\nsend\n"
    result = nsupdate(script, "-d", "-k", key_of(bind))
    assert result.status == 0
    assert dig(bind, name, "TXT") == []
    assert result.stderr.count("Reply from SOA query:\n") == 2
    assert "Found zone name: example.com\nThe primary is: ns.example.com\nSending update to 127.0.0.1#" in result.stderr
    assert "\nReply from update query:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:" in result.stderr
    assert result.stdout.count("Outgoing update query:\n") == 2
    assert f'{name}.\t60\tIN\tTXT\t"a" "b"\n' in result.stdout.replace("\t\t", "\t")


@pytest.mark.parametrize("words", [[], ["-v"]])
def test_a_refusal_is_told_and_later_sends_still_run(words: list[str], bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = (f"prereq yxdomain {name}", f"add {name} 60 A 192.0.2.1", "send", f"add {name} 60 A 192.0.2.2", "send")
    result = nsupdate(to(bind, *lines), "-k", key_of(bind), *words)
    assert (result.status, result.stderr) == (2, "update failed: NXDOMAIN\n")
    assert dig(bind, name, "A") == [f"{name}. 60 IN A 192.0.2.2"]


def test_a_key_that_the_server_rejects_is_told_with_its_error(bind: NameServer, unique_name: str) -> None:
    wrong = LabKey("ddns-key", "hmac-sha256", LabKey.generate().secret)
    for key, error in ((LabKey.generate("stranger"), "BADKEY"), (wrong, "BADSIG")):
        result = nsupdate(to(bind, f"del {unique_name}.example.com", "send"), "-k", key_of(bind, key))
        said = f"; TSIG error with server: tsig indicates error\nupdate failed: NOTAUTH({error})\n"
        assert (result.status, result.stderr) == (2, said)


def test_discovery_goes_on_without_a_signature_that_the_server_does_not_take(bind: NameServer) -> None:
    script = f"server {bind.host} {bind.port}\ndel x.example.com\nsend\n"
    result = nsupdate(script, "-k", key_of(bind, LabKey.generate("stranger")))
    assert (result.status, result.stderr.splitlines()[-1]) == (2, "update failed: NOTAUTH(BADKEY)")


def test_a_syntax_error_ends_a_batch_and_what_was_sent_stands(bind: NameServer, unique_name: str) -> None:
    first, second = f"{unique_name}.example.com", f"{unique_name}-2.example.com"
    lines = (f"add {first} 60 A 192.0.2.1", "send", f"add {second} 60 A 192.0.2.1", "ad", "send")
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    assert (result.status, result.stderr) == (1, "incorrect section name: ad\nsyntax error\n")
    assert (len(dig(bind, first, "A")), dig(bind, second, "A")) == (1, [])
    result = nsupdate(to(bind, *lines), "-i", "-k", key_of(bind))
    assert (result.status, result.stderr) == (0, "incorrect section name: ad\n")
    assert len(dig(bind, second, "A")) == 1


@pytest.mark.parametrize("end", ["", "quit\nsend\n"])
def test_the_end_throws_unsent_updates_away(end: str, bind: NameServer, unique_name: str) -> None:
    result = nsupdate(to(bind, f"add {unique_name}.example.com 60 A 192.0.2.1") + end, "-k", key_of(bind))
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert dig(bind, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("ending", [".key", ".private", ".", ""])
def test_a_pair_of_key_files_signs_and_is_called_deprecated(ending: str, bind: NameServer, tmp_path: Path) -> None:
    stem = tmp_path / "Kddns-key.+163+12345"
    write_private(Path(f"{stem}.key"), f"ddns-key. IN KEY 512 3 163 {bind.keys[0].secret}\n")
    private = f"Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: {bind.keys[0].secret}\nBits: AAA=\n"
    write_private(Path(f"{stem}.private"), private)
    result = nsupdate(to(bind, "send"), "-k", f"{stem}{ending}")
    assert result.status == 0
    assert result.stderr == f"{stem}.private: Use of K* file pairs for HMAC is deprecated\n"


def test_keys_come_from_an_argument_a_command_or_a_session_file(bind: NameServer) -> None:
    md5 = next(key for key in bind.keys if key.algorithm == "hmac-md5")
    key = bind.keys[0]
    for words in (["-y", f"{key.algorithm}:{key.name}:{key.secret}"], ["-y", f"{md5.name}:{md5.secret}"]):
        assert nsupdate(to(bind, "send"), *words) == Result(0, "", "")
    assert nsupdate(to(bind, f"key {key.algorithm}:{key.name} {key.secret}", "send")) == Result(0, "", "")
    words = ["-l", "-k", key_of(bind), "-p", str(bind.port)]
    assert nsupdate("zone example.com\nsend\n", *words) == Result(0, "", "")
    refused = nsupdate("server 127.0.0.1\n", *words)
    assert (refused.status, refused.stderr) == (1, "cannot reset server in localhost-only mode\nsyntax error\n")


@pytest.mark.parametrize("option", ["-k", "-lk"])
def test_a_key_that_cannot_be_had_ends_the_run_before_anything_is_sent(
    option: str, bind: NameServer, tmp_path: Path, unique_name: str
) -> None:
    empty = write_private(tmp_path / "empty.key", "// nothing\n")
    script = to(bind, f"add {unique_name}.example.com 60 A 192.0.2.1", "send")
    for path, said in ((tmp_path / "none", "No such file"), (empty, "holds no key")):
        result = nsupdate(script, option, str(path))
        assert result.status == 1
        assert "read key from " in result.stderr
        assert said in result.stderr
    assert dig(bind, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("option", ["-k", "-lk"])
def test_a_key_file_that_others_can_read_is_used_with_a_warning(option: str, bind: NameServer, tmp_path: Path) -> None:
    path = write_private(tmp_path / "open.key", bind.keys[0].bind_clause())
    path.chmod(0o644)
    script = "zone example.com\nsend\n" if option == "-lk" else to(bind, "send")
    result = nsupdate(script, "-p", str(bind.port), option, str(path))
    warning = f"warning: {path} can be read or written by others: if it is for keys only, run: chmod o-rw {path}\n"
    assert result == Result(0, "", warning)


def test_each_file_of_a_pair_that_others_can_read_is_warned_of(bind: NameServer, tmp_path: Path) -> None:
    stem = tmp_path / "Kddns-key.+163+12345"
    record = write_private(Path(f"{stem}.key"), f"ddns-key. IN KEY 512 3 163 {bind.keys[0].secret}\n")
    private = f"Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: {bind.keys[0].secret}\nBits: AAA=\n"
    write_private(Path(f"{stem}.private"), private).chmod(0o644)
    record.chmod(0o644)
    result = nsupdate(to(bind, "send"), "-k", str(stem))
    assert (result.status, result.stderr.count("warning: ")) == (0, 2)


@pytest.mark.parametrize(
    "words",
    [
        ["-k", "{secret}"],
        ["-k", "ddns-key:{secret}"],
        ["-lk", "{secret}"],
        ["-k", "{secret}/x"],
        ["-y", "{secret}"],
        ["-y", "{secret}:ddns-key:x"],
        ["-y", "{secret}:ddns-key"],
        ["-y", "hmac-sha256:{secret}:ddns-key.example"],
        ["-k", "{file}", "{secret}"],
        ["hmac-sha256:ddns-key:{secret}"],
        ["-p", "{secret}"],
        ["-r", "{secret}"],
        ["-y", "ddns-key", "{secret}"],
    ],
)
def test_a_secret_in_a_wrong_place_is_not_repeated(words: list[str], bind: NameServer) -> None:
    secret = LabKey.generate(algorithm="hmac-md5").secret
    filled = [word.format(secret=secret, file=key_of(bind)) for word in words]
    result = nsupdate("send\n", *filled)
    assert result.status == 1
    assert secret not in result.stdout + result.stderr


def test_a_path_that_is_no_secret_is_repeated(tmp_path: Path) -> None:
    for name in ("missing.key", "home", str(tmp_path / "AbCdEfGh0123456789AbCdEf")):
        assert name.removesuffix(".key") in nsupdate("", "-k", name).stderr
        assert name in nsupdate("", name).stderr


def test_a_secret_is_never_repeated(bind: NameServer) -> None:
    secret = "hush+hush/hush"  # noqa: S105 - wrong Base64, and nobody's
    assert secret not in nsupdate("", "-y", f"hmac-sha256:x:{secret}").stderr
    assert secret not in nsupdate(f"key hmac-sha256:x {secret}\n").stderr
    good = bind.keys[0]
    result = nsupdate(to(bind, f"key {good.algorithm}:{good.name} {good.secret}", "show", "send", "answer"), "-D")
    assert result.status == 0
    assert good.secret not in result.stdout + result.stderr


def test_more_than_512_octets_go_by_tcp(bind: NameServer, unique_name: str) -> None:
    lines = [f'add {unique_name}.example.com 60 TXT "{number:0200}"' for number in range(20)]
    result = nsupdate(to(bind, *lines, "send"), "-D", "-k", key_of(bind))
    assert result.status == 0
    assert " octets, tcp, 127.0.0.1#" in result.stderr
    assert len(dig(bind, f"{unique_name}.example.com", "TXT")) == 20


def test_the_source_can_be_chosen_once_a_family(bind: NameServer) -> None:
    lines = ("local 127.0.0.1", "local ::1", "local 127.0.0.1", "send")
    assert nsupdate(to(bind, *lines), "-k", key_of(bind)) == Result(0, "", "")


@pytest.mark.parametrize("words", [[], ["-v"], ["-d"]])
def test_a_source_that_is_not_ours_is_a_failed_update_and_later_sends_still_run(
    words: list[str], bind: NameServer, unique_name: str
) -> None:
    lines = ("local 192.0.2.77", "send", "local 127.0.0.1", f"add {unique_name}.example.com 60 A 192.0.2.1", "send")
    result = nsupdate(to(bind, *lines), "-k", key_of(bind), *words)
    assert result.status == 2
    assert f"; Communication with {bind.host}#{bind.port} failed: cannot send from 192.0.2.77: " in result.stderr
    assert len(dig(bind, f"{unique_name}.example.com", "A")) == 1


def test_a_search_from_a_source_that_is_not_ours_reaches_nobody(bind: NameServer) -> None:
    result = nsupdate(f"server {bind.host} {bind.port}\nlocal 192.0.2.77\ndel x.example.com\nsend\n")
    assert (result.status, result.stderr.splitlines()[-1]) == (1, "could not reach any name server")


@pytest.mark.parametrize("words", [[], ["-v"], ["-v", "-d"]])
def test_a_port_to_send_from_serves_for_many_messages(words: list[str], bind: NameServer, unique_name: str) -> None:
    port = Port.claim_any()
    lines = [f"local 127.0.0.1 {port.number}"]
    for number in range(3):
        lines += [f"add {unique_name}-{number}.example.com 60 A 192.0.2.1", "send"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind), *words)
    port.release()
    assert (result.status, result.stderr.count("failed")) == (0, 0)
    assert all(dig(bind, f"{unique_name}-{number}.example.com", "A") for number in range(3))


@pytest.mark.parametrize("words", [["-S"], ["-O"], ["-g"], ["-o"]])
def test_secure_channels_are_understood_and_refused_when_needed(words: list[str], bind: NameServer) -> None:
    assert nsupdate(to(bind, "show"), *words).status == 0
    result = nsupdate(to(bind, "send"), *words)
    assert (result.status, result.stderr.count("\n")) == (1, 1)
    assert " is not there yet" in result.stderr


def test_a_key_command_turns_gss_off(bind: NameServer) -> None:
    key = bind.keys[0]
    lines = ("gsstsig", "realm EXAMPLE.COM", f"key {key.algorithm}:{key.name} {key.secret}", "send")
    assert nsupdate(to(bind, *lines)).status == 0


@pytest.mark.parametrize("name", ["nsupdate", "dns-nsupdate", "anything"])
def test_the_command_is_the_same_under_any_name(name: str, tmp_path: Path) -> None:
    link = tmp_path / name
    link.symlink_to(COMMAND)
    result = nsupdate("", "-k", "a", "-y", "b:c", program=link)
    assert (result.status, result.stderr) == (1, "nsupdate: cannot specify both -k and -y\n")


def test_the_script_may_be_a_file(bind: NameServer, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(to(bind, "show").replace("\n", "\r\n").encode() + b"add x.example.com 60 TXT \xff\nshow")
    result = nsupdate("", str(script))
    assert (result.status, result.stdout.count("Outgoing update query:")) == (0, 2)
    assert '"\\255"' in result.stdout
    missing = nsupdate("", str(tmp_path / "none"))
    assert (missing.status, missing.stderr.startswith("could not open '")) == (1, True)


def test_a_terminal_gets_a_prompt_and_goes_on_after_a_mistake() -> None:
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
    assert process.wait(_DEADLINE) == 0
    assert b"> " in shown
    assert b"incorrect section name: foo" in shown
    assert b"syntax error" not in shown


# With a scripted network

SOA = Name.from_text("ns.example.com").to_wire() + Name.from_text("a").to_wire() + bytes(20)
ZONE = Name.from_text("example.com")


class Run:
    """A session on a scripted network; `servers` are asked as its script says, `said` and `shown` what comes of it."""

    def __init__(self, script: Callable[[Sent], bytes | str], given: dict[str, str] | None = None) -> None:
        self.said: list[str] = []
        self.shown: list[str] = []
        self.sent: list[Message] = []
        self.at: list[str] = []
        self.how: list[str] = []
        self._script = script
        settings = Settings(given)
        talk = Talk(self.shown.append, self.said.append, settings.debug)
        self.session = Session(settings, None, Network(settings, talk.trace, self._open), talk)

    def _open(self, _address: str | None = None, _trace: object = None, **_local_port: int) -> MemoryTransport:
        hosts = {"ns.example.com": ("192.0.2.53", "2001:db8::53"), "two": ("192.0.2.1", "192.0.2.2")}
        return MemoryTransport(self._answer, hosts=hosts)

    def _answer(self, sent: Sent) -> list[bytes] | str:
        self.sent.append(Message.decode(sent.octets))
        self.at.append(f"{sent.endpoint.address}#{sent.endpoint.port}")
        self.how.append(sent.transport)
        came = self._script(sent)
        return came if isinstance(came, str) else [came] if came else []

    def take(self, *lines: str) -> int:
        for line in lines:
            self.session.take(line)
        return self.session.status


def reply(sent: Sent, rcode: int = 0, answer: tuple[Record, ...] = (), authority: tuple[Record, ...] = ()) -> bytes:
    asked = Message.decode(sent.octets)
    return Message(
        opcode=asked.opcode,
        question=asked.question,
        answer=answer,
        authority=authority,
        flags=Flag.QR,
        rcode=rcode,
        message_id=asked.message_id,
    ).encode()


def soa(zone: Name = ZONE) -> Record:
    return Record(zone, RRType.SOA, 1, 60, SOA)


def well(sent: Sent) -> bytes:
    """Answer as a name server of example.com does."""
    if Message.decode(sent.octets).opcode == Opcode.UPDATE:
        return reply(sent)
    return reply(sent, authority=(soa(),))


def test_the_resolvers_find_the_zone_and_its_primary_at_the_port_of_the_options(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 2001:db8::1\nnameserver 192.0.2.8\n", encoding="utf-8")
    run = Run(well, {"C": str(conf), "p": "5353", "4": "", "v": ""})
    assert run.take("add www.example.com 60 A 192.0.2.1", "send") == 0
    assert run.at == ["192.0.2.8#5353", "192.0.2.53#5353"]
    assert run.how == ["udp", "tcp"]  # -v is for the servers of the zone
    assert (run.sent[0].flags, run.sent[0].question[0].name) == (Flag.RD, Name.from_text("www.example.com"))
    assert run.sent[1].question[0].name == ZONE


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    run = Run(lambda sent: "no route to host" if sent.endpoint.address == "192.0.2.1" else reply(sent))
    assert run.take("zone example.com", "server two", "del x.example.com", "send") == 0
    assert run.said == ["; Communication with 192.0.2.1#53 failed: host unreachable\n"]


def test_silence_is_a_failed_update_and_the_next_one_is_sent() -> None:
    run = Run(lambda _sent: b"", {"r": "1"})
    assert run.take("zone example.com", "server 192.0.2.1", "del x.example.com", "send", "send") == 2
    assert run.said == ["; Communication with 192.0.2.1#53 failed: timed out\n"] * 2
    assert [len(message.authority) for message in run.sent] == [1, 1, 0, 0]


@pytest.mark.parametrize("script", [lambda _sent: "connection refused", lambda sent: reply(sent, Rcode.REFUSED)])
def test_without_anybody_who_tells_the_zone_the_run_ends(script: Callable[[Sent], bytes | str]) -> None:
    run = Run(script)
    with pytest.raises(Fatal, match="could not reach any name server"):
        run.take("server two", "del x.example.com", "send")
    assert run.at == ["192.0.2.1#53", "192.0.2.2#53"]
    assert run.said[0].startswith("; Communication with 192.0.2.1#53 failed: ")


@pytest.mark.parametrize("zone", ["", "zone example.com"])
def test_a_dead_first_address_is_waited_for_once_a_send(zone: str) -> None:
    run = Run(lambda sent: b"" if sent.endpoint.address == "192.0.2.1" else well(sent), {"r": "0"})
    assert run.take("server two", *filter(None, [zone]), "del x.example.com", "send") == 0
    assert run.at == ["192.0.2.1#53", *["192.0.2.2#53"] * (1 if zone else 2)]
    assert run.said == ["; Communication with 192.0.2.1#53 failed: timed out\n"]


@pytest.mark.parametrize("family", ["4", "6"])
def test_a_source_of_an_ip_version_that_is_switched_off_is_a_syntax_error(family: str) -> None:
    address = {"4": "::1", "6": "127.0.0.1"}[family]
    with pytest.raises(InvalidText) as caught:
        Run(well, {family: ""}).take(f"local {address}")
    assert caught.value.text == f"invalid address {address}"


def test_the_local_host_is_first_tried_by_ipv6(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("search example.com\n", encoding="utf-8")
    for given in ({"l": ""}, {"C": str(tmp_path / "resolv.conf")}):
        run = Run(lambda _sent: "connection refused", given)
        with pytest.raises(Fatal, match="could not reach any name server"):
            run.take("del x.example.com", "send")
        assert run.at == ["::1#53", "127.0.0.1#53"]


def test_an_answer_without_use_ends_the_run() -> None:
    run = Run(lambda sent: reply(sent, Rcode.SERVFAIL))
    with pytest.raises(Fatal, match="response to SOA query was unsuccessful"):
        run.take("server 192.0.2.1", "del x.example.com", "send")
    run = Run(reply)
    with pytest.raises(Fatal, match="could not find enclosing zone"):
        run.take("server 192.0.2.1", "del x.example.com", "send")
    assert [message.question[0].name for message in run.sent][-1] == ROOT


def test_an_alias_drops_a_label_and_so_does_a_ds_record() -> None:
    def script(sent: Sent) -> bytes:
        name = Message.decode(sent.octets).question[0].name
        alias = Record(name, RRType.CNAME, 1, 60, Name.from_text("example.net").to_wire())
        return reply(sent, answer=(alias,)) if len(name.labels) > 2 else well(sent)

    run = Run(script)
    assert run.take("server 192.0.2.1", "del a.b.example.com", "send", "del sub.example.com DS", "send") == 0
    asked = [str(message.question[0].name) for message in run.sent if message.opcode == Opcode.QUERY]
    assert asked == ["a.b.example.com", "b.example.com", "example.com", "example.com"]


def test_a_zone_that_does_not_exist_is_a_failed_update(tmp_path: Path) -> None:
    run = Run(lambda sent: reply(sent, Rcode.NXDOMAIN, authority=(soa(),)), {"C": str(tmp_path / "none")})
    assert run.take("zone nono.example.com", "del x.nono.example.com", "send") == 2
    assert run.said == ["specified zone 'nono.example.com' does not exist (NXDOMAIN)\n"]


def test_nothing_is_sent_for_nothing() -> None:
    run = Run(well)
    assert run.take("server 192.0.2.1", "send", "", "answer") == 0
    assert (run.sent, run.shown) == ([], [])


def test_the_class_is_one_for_a_message_and_free_again_after_it() -> None:
    run = Run(well)
    run.take("server 192.0.2.1", "zone example.com", "add x 60 CH TXT a")
    with pytest.raises(InvalidText, match="class mismatch: IN"):
        run.take("del x IN A")
    run.take("send", "del x IN A", "send", "class HS", "ttl 5", "add x TXT b", "send")
    assert [message.question[0].rrclass for message in run.sent] == [3, 1, 4]
    assert run.sent[2].authority[0].ttl == 5


def test_the_last_zone_counts_for_the_whole_message_and_names_are_absolute() -> None:
    run = Run(well)
    run.take("server 192.0.2.1", "zone example.com", "del x", "zone example.net", "del y.", "send")
    assert run.sent[0].question[0].name == Name.from_text("example.net")
    assert [record.name for record in run.sent[0].authority] == [Name.from_text("x"), Name.from_text("y")]


def test_a_lease_is_the_pending_messages_and_can_be_taken_out_of_it() -> None:
    run = Run(well)
    run.take("server 192.0.2.1", "zone example.com", "lease 60 90", "show", "send", "send")
    run.take("lease 60", "lease none", "send", "lease 60", "lease 90", "send")
    assert [len(message.additional) for message in run.sent] == [1, 0, 0, 1]
    assert run.sent[3].additional[0].rdata[4:] == (90).to_bytes(4)
    assert ";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n; UPDATE-LEASE: 60/90\n" in run.shown[0]


def test_options_bound_the_families_of_servers() -> None:
    with pytest.raises(InvalidText) as caught:
        Run(well, {"4": ""}).take("server ::1")
    assert caught.value.text == "couldn't get address for '::1': address family not supported"
    with pytest.raises(InvalidText) as caught:
        Run(well).take("server nono")
    assert caught.value.text == "couldn't get address for 'nono': not found"


def test_help_version_and_debug_answer_at_once() -> None:
    run = Run(well)
    run.take("help", "version", "debug", "server 192.0.2.1", "zone example.com", "debug", "send")
    assert "[update] del[ete] ....    (remove the given record(s) from the zone)\n" in run.shown[0]
    assert run.shown[1].startswith("nsupdate ")
    assert "Sending update to 192.0.2.1#53\n" in run.said


# Start-up


def test_a_run_without_rare_types_does_not_load_dnspython(bind: NameServer) -> None:
    words = [sys.executable, "-X", "importtime", str(COMMAND), "-k", key_of(bind)]
    script = to(bind, "add i.example.com 60 A 192.0.2.1", "add i.example.com 60 TXT a", "send")
    done = subprocess.run(words, input=script, capture_output=True, text=True, check=True, timeout=_DEADLINE)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "dns_update.nsupdate.session" in loaded
    assert not {"dns", "readline", "argparse", "asyncio", "ssl", "dns_update.client.dig"} & loaded

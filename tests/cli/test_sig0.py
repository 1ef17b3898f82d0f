"""SIG(0) in every command, the agent, nsupdate and the library, against a real BIND 9.20; what BIND 9.18 says to it."""

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update import AsyncClient, Client, Key
from dns_update.client.sig0 import TRIES, pauses
from dns_update.errors import PermissionDenied, ServerFailure, UsageError
from dns_update.wire.name import Name
from lab import Bind, Zone, dig
from lab.pairs import KEYGEN, Pair, keygen
from lab.server import find_program
from tests.support.command import COMMAND, Result, dns_update, in_process
from tests.support.sig0 import Sig0Bind, checks_sig0, sig0_bind, with_text

needs_sig0 = pytest.mark.skipif(not checks_sig0(), reason="this BIND ignores SIG(0)")
NSUPDATE = COMMAND.with_name("dns-nsupdate")
SOME_FAILED = 10  # of apply
DENIED, FAILED = PermissionDenied.exit_status, ServerFailure.exit_status
ADD = "update add home.example.com 60 A 192.0.2.2"
TOGETHER = 24  # updates at the same time, of a server that verifies one


@pytest.fixture(scope="module", name="bind")
def _bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sig0Bind]:
    with sig0_bind(tmp_path_factory.mktemp("sig0")) as bind:
        yield bind


def run(bind: Sig0Bind, *own: str, pair: Pair | None = None) -> Result:
    return in_process(*own, *bind.where, (pair or bind.pair).given)


def shown(bind: Sig0Bind, name: str, rrtype: str = "A") -> list[str]:
    owner = name if name.endswith(".example") else f"{name}.example.com"
    return sorted(line.rpartition(" ")[2] for line in dig(bind.server, owner, rrtype))


def in_nsupdate(script: str, key: Path) -> Result:
    done = subprocess.run([NSUPDATE, "-k", key], input=script, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def client(bind: Sig0Bind, pair: Pair | None = None) -> Client:
    return Client(bind.server.host, port=bind.server.port, key=Key.from_file(str((pair or bind.pair).private)))


# BIND 9.18 ignores the signature


@pytest.mark.skipif(checks_sig0(), reason="this BIND checks SIG(0)")
def test_a_server_that_ignores_sig0_refuses_and_the_hint_says_so(bind: Sig0Bind) -> None:
    done = run(bind, "set", "home", "192.0.2.1", "ttl=60", "debug=yes")
    assert (done.status, shown(bind, "home")) == (DENIED, [])
    assert "refuses to change home.example.com A with key ed25519.keys.example" in done.failure
    for part in (
        'update-policy { grant "ed25519.keys.example" name home.example.com. A; }',
        "sig0checks-quota is 1 by default",
        "BIND 9.18 from 9.18.28 on ignores SIG(0)",
    ):
        assert part in done.hint
    assert [message.transport for message in done.updates] == ["TCP"] * (1 + TRIES)
    assert {message.transport for message in done.sent} == {"TCP"}
    done = run(bind, "check", "home", "192.0.2.1")
    assert "no answer says whether the server knows it" in done.stdout
    assert "BIND 9.18 from 9.18.28 on ignores SIG(0)" in done.stdout
    assert done.status == DENIED


@pytest.mark.skipif(checks_sig0(), reason="this BIND checks SIG(0)")
def test_many_names_tasks_and_scripts_are_refused_there_too(bind: Sig0Bind, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,address,ttl\none,192.0.2.5,60\ntwo,192.0.2.5,60\n")
    done = run(bind, "apply", str(file), "--json")
    assert (done.status, done.json["states"]["refused"]) == (DENIED, 2), done.stderr
    assert all("ignores SIG(0)" in failure["error"]["hint"] for failure in done.json["failures"])
    key = Key.from_file(str(bind.pair.private))

    async def one() -> None:
        async with AsyncClient(bind.server.host, port=bind.server.port, key=key) as own:
            await own.set("task.example.com", "192.0.2.9", ttl=60, zone="example.com")

    with pytest.raises(PermissionDenied):
        asyncio.run(one())
    script = f"server {bind.server.host} {bind.server.port}\nzone example.com\n{ADD}\nsend\n"
    done = in_nsupdate(script, bind.pair.private)
    assert (done.status, done.stdout, done.stderr) == (2, "", "update failed: REFUSED\n")
    assert shown(bind, "home") == []


# Any BIND


def test_where_everybody_may_update_a_signature_does_no_harm(bind: Sig0Bind, tmp_path: Path) -> None:
    server, *_zone = bind.where
    words = [server, "zone=open.example", bind.pair.given]
    for own in (["set", "home", "192.0.2.1", "ttl=60"], ["add", "home", "192.0.2.2"], ["delete", "home", "192.0.2.1"]):
        done = in_process(*own, *words)
        assert done.status == 0, done.stderr
    assert shown(bind, "home.open.example") == ["192.0.2.2"]
    file = tmp_path / "names.csv"
    file.write_text("name,address,ttl\n" + "".join(f"many-{number},192.0.2.5,60\n" for number in range(2000)))
    assert in_process("apply", str(file), *words).status == 0
    assert shown(bind, "many-1999.open.example") == ["192.0.2.5"]
    assert in_process("plan", "name=many-7", "address=192.0.2.6", *words).status == 20
    token = ["token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", "wait=0"]
    assert in_process("acme", "present", "domain=open.example", *token, *words).status == 0
    assert len(shown(bind, "_acme-challenge.open.example", "TXT")) == 1
    assert in_process("list", *words).stdout.count("192.0.2.5") == 2000
    sends = "".join(f"update add script-{number}.open.example 60 A 192.0.2.3\nsend\n" for number in range(20))
    script = f"server {bind.server.host} {bind.server.port}\nzone open.example\n{sends}"
    done = in_nsupdate(script, bind.pair.stem)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    assert shown(bind, "script-19.open.example") == ["192.0.2.3"]


def test_check_names_the_key_and_what_is_not_known_of_it(bind: Sig0Bind) -> None:
    done = in_process("check", "home", "192.0.2.1", bind.where[0], "zone=open.example", bind.pair.given)
    assert "ed25519.keys.example (ed25519, 256 bits, SIG(0)) signs updates only, and no answer says" in done.stdout
    assert "takes updates of open.example from this machine without a key, too" in done.stdout
    assert (
        in_process("check", bind.pair.given).stdout.count("ed25519.keys.example (ed25519, 256 bits) can be read") == 1
    )


# BIND 9.20


@needs_sig0
@pytest.mark.parametrize("algorithm", KEYGEN)
def test_each_algorithm_sets_adds_and_deletes(bind: Sig0Bind, algorithm: str) -> None:
    pair = bind.pairs[algorithm]
    assert run(bind, "set", f"name={algorithm}", "192.0.2.1", "ttl=60", pair=pair).status == 0
    assert run(bind, "add", f"name={algorithm}", "192.0.2.2", pair=pair).status == 0
    assert shown(bind, algorithm) == ["192.0.2.1", "192.0.2.2"]
    assert run(bind, "delete", f"name={algorithm}", "192.0.2.1", pair=pair).status == 0
    assert shown(bind, algorithm) == ["192.0.2.2"]


@needs_sig0
def test_only_updates_are_signed_and_nothing_goes_by_udp(bind: Sig0Bind) -> None:
    done = run(bind, "set", "home", "192.0.2.1", "ttl=60", "debug=yes")
    assert (done.status, [message.opcode for message in done.sent].count("UPDATE")) == (0, 1)
    assert {message.transport for message in done.sent} == {"TCP"}
    messages = done.stderr.split(";; sent ")[1:]
    signed = [text for text in messages if " ANY SIG " in text.partition(";; received ")[0].replace("\t", " ")]
    assert len(signed) == 1
    assert "opcode: UPDATE" in signed[0]
    assert all(secret not in done.stderr for secret in bind.pair.secrets)


@needs_sig0
def test_by_tls_everything_goes_by_tls(bind: Sig0Bind) -> None:
    """The certificate is made anew at each start of this server, so nothing is known of it."""
    words = [f"dns-server=127.0.0.1:{bind.tls_port}", "zone=example.com", "transport=tls", "tls-verify=no"]
    done = in_process("set", "private", "192.0.2.1", "ttl=60", *words, bind.pair.given, "debug=yes")
    assert (done.status, {message.transport for message in done.sent}) == (0, {"TLS"})
    assert shown(bind, "private") == ["192.0.2.1"]


@needs_sig0
def test_the_other_commands_take_such_a_key(bind: Sig0Bind, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,address,ttl\n" + "".join(f"many-{number},192.0.2.5,60\n" for number in range(3000)))
    done = run(bind, "apply", str(file), "--json")
    assert (done.status, done.json["states"]["updated"]) == (0, 3000), done.stderr
    assert shown(bind, "many-2999") == ["192.0.2.5"]
    assert run(bind, "show", "many-7").stdout.endswith(" 192.0.2.5\n")
    assert run(bind, "list").stdout.count("192.0.2.5") == 3000
    assert run(bind, "plan", "name=many-7", "address=192.0.2.6").status == 20
    token = ["token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", "wait=0"]
    assert run(bind, "acme", "present", "domain=example.com", *token).status == 0
    assert len(shown(bind, "_acme-challenge", "TXT")) == 1


@needs_sig0
def test_apply_says_which_names_are_refused(bind: Sig0Bind, tmp_path: Path) -> None:
    file, report = tmp_path / "names.csv", tmp_path / "report.jsonl"
    file.write_text("name,address,ttl\nmine,192.0.2.5,60\nother,192.0.2.5,60\n")
    words = ["apply", str(file), f"report={report}", f"dns-server={bind.where[0].partition('=')[2]}"]
    done = in_process(*words, "zone=narrow.example", bind.pair.given)
    assert done.status == SOME_FAILED, done.stderr
    assert "sig0checks-quota is 1 by default" in done.stderr + report.read_text()
    assert (shown(bind, "mine.narrow.example"), shown(bind, "other.narrow.example")) == (["192.0.2.5"], [])


@needs_sig0
def test_check_says_what_it_found_and_what_cannot_be_known(bind: Sig0Bind) -> None:
    done = run(bind, "check", "home", "192.0.2.1")
    assert done.status == 0, done.stdout
    assert "ed25519.keys.example (ed25519, 256 bits, SIG(0)) signs updates only, and no answer says" in done.stdout
    assert "key ed25519.keys.example may change home.example.com A" in done.stdout
    done = run(bind, "check", "home", "192.0.2.1", pair=bind.unknown)
    assert (done.status, "no zone of the server has the KEY record of unknown.keys.example" in done.stdout) == (
        FAILED,
        True,
    )


@needs_sig0
@pytest.mark.parametrize("which", ["unknown", "impostor"])
def test_a_key_that_the_server_cannot_verify_is_explained(bind: Sig0Bind, which: str) -> None:
    pair: Pair = getattr(bind, which)
    done = run(bind, "set", "nobody", "192.0.2.1", "ttl=60", pair=pair)
    assert (done.status, shown(bind, "nobody")) == (FAILED, [])
    assert "answered SERVFAIL" in done.failure
    for part in ("the clocks differ by more than 300 s", "has the KEY record of", "of another private key"):
        assert part in done.hint
    assert done.cause == ""


@needs_sig0
@pytest.mark.parametrize("offset", ["+10m", "-10m"])
def test_another_clock_is_explained(offset: str, tmp_path: Path) -> None:
    with sig0_bind(tmp_path, offset) as bind:
        done = run(bind, "set", "home", "192.0.2.1", "ttl=60")
        assert (done.status, shown(bind, "home")) == (FAILED, [])
        assert "the clocks differ by more than 300 s" in done.hint


@needs_sig0
def test_what_is_not_granted_is_refused_and_explained(bind: Sig0Bind) -> None:
    words = ["set", "other.narrow.example", "192.0.2.1", "zone=narrow.example", "ttl=60", bind.where[0]]
    done = in_process(*words, bind.pair.given, "debug=yes")
    assert (done.status, len(done.updates)) == (DENIED, 1 + TRIES)
    assert 'grant "ed25519.keys.example" name other.narrow.example. A;' in done.hint
    words[1] = "mine.narrow.example"
    assert in_process(*words, bind.pair.given).status == 0


@needs_sig0
def test_threads_get_by_the_quota_of_one(bind: Sig0Bind) -> None:
    failed: list[Exception] = []

    def update(number: int) -> None:
        try:
            client(bind, bind.pairs["rsasha512"]).set(
                f"thread-{number}.example.com", "192.0.2.9", ttl=60, zone="example.com"
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure of the test
            failed.append(error)

    threads = [threading.Thread(target=update, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert all(shown(bind, f"thread-{number}") == ["192.0.2.9"] for number in range(8))


@needs_sig0
def test_an_asyncio_client_sends_one_update_at_a_time(bind: Sig0Bind) -> None:
    sent: list[bytes] = []

    async def all_of_them() -> None:
        key = Key.from_file(str(bind.pair.private))
        async with AsyncClient(bind.server.host, port=bind.server.port, key=key) as many:
            names = [f"task-{number}.example.com" for number in range(TOGETHER)]
            await asyncio.gather(*(many.set(name, "192.0.2.9", ttl=60, zone="example.com") for name in names))

    patch = pytest.MonkeyPatch()
    with patch.context() as context:
        from dns_update.auth import sig0

        real = sig0.sign

        def counted(octets: bytes, key: Key, *, time_signed: int, window: int = sig0.WINDOW) -> bytes:
            sent.append(octets)
            return real(octets, key, time_signed=time_signed, window=window)

        context.setattr(sig0, "sign", counted)
        asyncio.run(all_of_them())
    assert len(sent) == TOGETHER, "none was refused and sent again"
    assert all(shown(bind, f"task-{number}") == ["192.0.2.9"] for number in range(TOGETHER))


@needs_sig0
def test_the_library_takes_the_pair_and_tells_the_errors_apart(bind: Sig0Bind) -> None:
    with client(bind) as by:
        outcome = by.set("library.example.com", "192.0.2.1", ttl=60, zone="example.com", compare=True)
        assert outcome.changed
        with pytest.raises(UsageError, match="must be read back"):
            by.set("library.example.com", "192.0.2.1", ttl=60, zone="example.com", verify=False)
        with pytest.raises(PermissionDenied):
            by.set("other.narrow.example", "192.0.2.1", ttl=60, zone="narrow.example")
    with client(bind, bind.impostor) as by, pytest.raises(ServerFailure):
        by.set("library.example.com", "192.0.2.2", ttl=60, zone="example.com")
    assert shown(bind, "library") == ["192.0.2.1"]


@needs_sig0
def test_the_agent_takes_the_pair_from_its_configuration(bind: Sig0Bind, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    records = "".join(
        f'[[records]]\nname = "agent-{number}.example.com"\nservers = ["main"]\nzone = "example.com"\n'
        f'address = "192.0.2.7"\nttl = 60\n'
        for number in range(TOGETHER)
    )
    server = bind.where[0].partition("=")[2]
    config.write_text(
        f'[agent]\nhistory = ""\nsocket = ""\n[keys.own]\nfile = "{bind.pair.private}"\n'
        f'[servers.main]\naddress = "{server}"\nkey = "own"\n{records}'
    )
    assert in_process("agent", "--check", f"config={config}").status == 0
    done = in_process("agent", "--once", f"config={config}")
    assert done.status == 0, done.stderr
    assert all(shown(bind, f"agent-{number}") == ["192.0.2.7"] for number in range(TOGETHER))
    assert in_process("set", "agent-1.example.com", "192.0.2.8", f"config={config}").status == 0
    assert shown(bind, "agent-1") == ["192.0.2.8"]


@needs_sig0
def test_nsupdate_takes_the_pair(bind: Sig0Bind) -> None:
    sends = "".join(f"update add script-{number}.example.com 60 A 192.0.2.3\nsend\n" for number in range(40))
    script = f"server {bind.server.host} {bind.server.port}\nzone example.com\n{sends}"
    for path in (bind.pair.private, bind.pair.key, bind.pair.stem):
        done = in_nsupdate(script, path)
        assert (done.status, done.stdout, done.stderr) == (0, "", "")
    assert all(shown(bind, f"script-{number}") == ["192.0.2.3"] for number in range(40))
    for pair, says in ((bind.unknown, "update failed: SERVFAIL"), (bind.impostor, "update failed: SERVFAIL")):
        done = in_nsupdate(script, pair.private)
        assert (done.status, says in done.stderr) == (2, True)


@needs_sig0
@pytest.mark.parametrize("algorithm", ["ed25519", "rsasha256", "ecdsap384sha384"])
def test_what_generate_prints_works_on_a_real_bind(algorithm: str, tmp_path: Path) -> None:
    made = in_process(
        *("key", "generate", f"key-file={tmp_path}/own", f"algorithm={algorithm}", "name=home", "zone=example.com"),
        "--json",
    )
    assert made.status == 0, made.stderr
    record, policy, *_quota = [piece["text"] for piece in made.json["server"]]
    with Bind(tmp_path / "server", zones=[Zone("example.com", records=record, policy=policy)]) as server:
        where = [f"dns-server={server.host}:{server.port}", "zone=example.com", f"key-file={tmp_path}/own"]
        assert in_process("set", "home", "192.0.2.1", "ttl=60", *where).status == 0
        assert in_process("set", "other", "192.0.2.1", "ttl=60", *where).status == DENIED
        assert dig(server, "home.example.com", "A")[0].endswith(" 192.0.2.1")
        theirs = subprocess.run(
            [find_program("nsupdate", "bind9-dnsutils"), "-k", f"{tmp_path}/own.private"],
            input=f"server {server.host} {server.port}\nzone example.com\n{ADD}\nsend\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert (theirs.returncode, theirs.stderr) == (0, "")


# Whatever the server


def test_generate_writes_a_pair_and_prints_what_the_server_needs(tmp_path: Path) -> None:
    words = ["key", "generate", "algorithm=ed25519", "name=home", "zone=example.com", "acme=yes", "type=A,AAAA"]
    done = dns_update(*words, prefix=["env", "-C", str(tmp_path)])
    assert done.status == 0, done.stderr
    (private,) = tmp_path.glob("Khome.example.com.+015+*.private")
    public = private.with_suffix(".key")
    assert (private.stat().st_mode & 0o777, public.stat().st_mode & 0o777) == (0o600, 0o644)
    assert sorted(tmp_path.iterdir()) == sorted((private, public))
    record = public.read_text("ascii").strip()
    assert record.replace(" IN ", " 3600 IN ") in done.stdout
    assert 'grant "home.example.com" name "home.example.com" A AAAA;' in done.stdout
    assert 'grant "home.example.com" name "_acme-challenge.home.example.com" TXT;' in done.stdout
    assert f'file = "credential:{private.name}"' in done.stdout
    assert "BIND 9.20" in done.stderr
    secret = next(line.partition(": ")[2] for line in private.read_text().splitlines() if line.startswith("PrivateKey"))
    assert secret not in done.stdout + done.stderr
    assert Key.from_file(str(private)).name == Name.from_text("home.example.com")


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (["server-type=knot"], "Knot has no SIG(0)"),
        (["server-type=powerdns"], "PowerDNS has no SIG(0)"),
        (["hosts=hosts.txt", "output=fleet"], "hosts= makes TSIG keys, not pairs of ed25519"),
        (["key-name=a b"], "key-name=: "),
        (["algorithm=ed448"], "or of a key pair, rsasha256"),
        (["name="], "name=: "),
    ],
)
def test_generate_refuses_what_makes_no_sense(own: list[str], says: str, tmp_path: Path) -> None:
    algorithm = [] if any(word.startswith("algorithm") for word in own) else ["algorithm=ed25519"]
    name = [] if any(word.startswith("name") for word in own) else ["name=home"]
    done = in_process("key", "generate", f"key-file={tmp_path}/own", "zone=example.com", *algorithm, *name, *own)
    assert (done.status, says in done.stderr, done.stdout) == (2, True, ""), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "own.key").write_text("mine\n")
    words = ["algorithm=ed25519", "name=home", "zone=example.com", f"key-file={tmp_path}/own"]
    done = in_process("key", "generate", *words)
    assert (done.status, "own.key exists" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["own.key"]
    assert (tmp_path / "own.key").read_text() == "mine\n"


@pytest.fixture(scope="module", name="pair")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return keygen(tmp_path_factory.mktemp("pair"), "host.example")


NOBODY = ["dns-server=127.0.0.1:9", "zone=example.com"]


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (["verify=no"], "no answer is signed, so an update must be read back"),
        (["key-name=other"], "holds no key named other"),
        (["algorithm=hmac-sha256"], "algorithm= and key-encoding= cannot be given with key-file="),
        (["key=c2VjcmV0"], "key= and key-file= are both given"),
    ],
)
@pytest.mark.parametrize("command", ["set", "add", "delete", "apply"])
def test_wrong_properties_are_told_in_one_line(
    command: str, own: list[str], says: str, pair: Pair, tmp_path: Path
) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,address,ttl\nhome,192.0.2.1,60\n")
    words = ["apply", str(file)] if command == "apply" else [command, "home", "192.0.2.1"]
    done = in_process(*words, *NOBODY, pair.given, *own)
    assert (done.status, done.stdout, done.stderr.count("\n")) == (2, "", 2 if done.hint else 1), done.stderr
    assert says in done.stderr


def test_others_must_not_read_the_private_key(pair: Pair, tmp_path: Path) -> None:
    copy = with_text(pair, tmp_path)
    copy.private.chmod(0o604)
    done = in_process("set", "home", "192.0.2.1", *NOBODY, copy.given)
    assert (done.status, "can be read or written by others" in done.stderr) == (2, True)
    assert f"chmod o-rw {copy.private}" in done.stderr


def test_init_and_rotate_say_that_they_are_for_shared_keys(pair: Pair, tmp_path: Path) -> None:
    words = ["name=home", "zone=example.com", "dns-server=127.0.0.1:9", "address=192.0.2.1"]
    done = in_process("init", *words, pair.given, f"output={tmp_path}/config.toml")
    assert (done.status, "is a key pair for SIG(0), which init does not set up" in done.stderr) == (2, True), (
        done.stderr
    )
    shared = tmp_path / "home.key"
    assert in_process("key", "generate", str(shared), "name=home", "zone=example.com").status == 0
    done = in_process("key", "rotate", str(shared), "zone=example.com", "algorithm=ed25519", "yes=yes")
    assert (done.status, "cannot replace a TSIG key in its file" in done.stderr) == (2, True)


def test_the_pauses_are_short_and_random() -> None:
    one, other = list(pauses()), list(pauses())
    assert len(one) == len(other) == TRIES
    assert one != other
    assert all(0 <= seconds < 1 for seconds in one)

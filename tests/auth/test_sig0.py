"""SIG(0): pairs of BIND in all their versions, and signatures that cryptography's public keys verify."""

import copy
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dns.dnssecalgs
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from dns_update import Key, Update
from dns_update.auth.private_key import PrivateKey
from dns_update.auth.sig0 import ALGORITHMS, NUMBERS, PairKey, key_tag, pair_algorithm, sign
from dns_update.errors import UsageError
from dns_update.exchange import Exchange, Policy, Reply
from dns_update.keys.pair import private_text, rdata_of, record_of, stem_of
from dns_update.message import Message
from dns_update.transfer import Transfer
from dns_update.wire.codes import Flag, RRClass, RRType
from dns_update.wire.name import Name
from lab.pairs import KEYGEN, Pair, keygen
from lab.server import find_program
from tests.support.sig0 import with_text

NOW = 1_800_000_000
UPDATE = Update("example.com").add("home.example.com", 60, "A", "192.0.2.1").to_message()
SIG = 24
_FIXED = 18  # octets of a SIG record's rdata before the signer's name


@pytest.fixture(scope="module", name="pairs")
def _pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    directory = tmp_path_factory.mktemp("pairs")
    return {algorithm: keygen(directory, "host.example", algorithm) for algorithm in KEYGEN}


@pytest.fixture(name="pair")
def _pair(pairs: dict[str, Pair]) -> Pair:
    return pairs["ed25519"]


def pair_key(pair: Pair) -> PairKey:
    key = Key.from_file(str(pair.private))
    assert isinstance(key, PairKey)
    return key


def parts(octets: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a signed message without its SIG record, and of that: owner to length, rdata to the signer, signature."""
    count = int.from_bytes(octets[10:12])
    record = Message.decode(octets).additional[-1]
    start = len(octets) - len(record.rdata) - 11
    signer = octets[start + 11 + _FIXED :]
    name_end = start + 11 + _FIXED + signer.index(b"\0") + 1
    unsigned = octets[:10] + (count - 1).to_bytes(2) + octets[12:start]
    return unsigned, octets[start : start + 11], octets[start + 11 : name_end], octets[name_end:]


def verify(octets: bytes, pair: Pair) -> None:
    """Verify a message by the public key of a pair alone; raises if that fails."""
    unsigned, _head, rdata, signature = parts(octets)
    public = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DNSKEY, pair.record.partition(" KEY ")[2])
    assert isinstance(public, DNSKEY)
    algorithm = dns.dnssecalgs.get_algorithm_cls(public.algorithm)
    algorithm.public_cls.from_dnskey(public).verify(signature, rdata + unsigned)


@pytest.mark.parametrize("algorithm", KEYGEN)
def test_a_signature_is_verified_by_the_public_key(algorithm: str, pairs: dict[str, Pair]) -> None:
    key, octets = pair_key(pairs[algorithm]), UPDATE.encode(4711)
    signed = sign(octets, key, time_signed=NOW)
    unsigned, head, rdata, _signature = parts(signed)
    assert unsigned == octets
    assert head[:9] == b"\0" + SIG.to_bytes(2) + RRClass.ANY.to_bytes(2) + bytes(4)
    times = (NOW + 300).to_bytes(4) + (NOW - 300).to_bytes(4)
    assert rdata == bytes((0, 0, key.number, 0)) + bytes(4) + times + key.tag.to_bytes(2) + key.name.to_wire()
    verify(signed, pairs[algorithm])
    assert (key.algorithm.text, key.is_shared, key.algorithm.is_truncated) == (algorithm, False, False)
    assert key.bits == {"rsasha256": 2048, "rsasha512": 2048, "ecdsap384sha384": 384}.get(algorithm, 256)


@pytest.mark.parametrize("algorithm", KEYGEN)
def test_each_changed_octet_makes_the_signature_wrong(algorithm: str, pairs: dict[str, Pair]) -> None:
    octets = sign(UPDATE.encode(4711), pair_key(pairs[algorithm]), time_signed=NOW)
    unsigned, _head, rdata, signature = parts(octets)
    end = len(octets)
    covered = [*range(10), *range(12, len(unsigned)), *range(end - len(signature) - len(rdata), end)]
    for place in covered:
        changed = octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]
        with pytest.raises(Exception):  # noqa: B017, PT011 - a message that cannot be read, or a wrong signature
            verify(changed, pairs[algorithm])


def test_dnspython_reads_the_record(pair: Pair) -> None:
    """The rdata alone: dnspython takes a record of class ANY in an update for a deletion."""
    _unsigned, _head, head, signature = parts(sign(UPDATE.encode(1), pair_key(pair), time_signed=NOW))
    rdata = head + signature
    sig = dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.SIG, rdata, 0, len(rdata))
    shown = f"TYPE0 15 0 0 20270115080500 20270115075500 {pair.tag} host.example. "
    assert sig.to_text().startswith(shown)


def test_times_are_serial_numbers(pair: Pair) -> None:
    _unsigned, _head, rdata, _signature = parts(sign(UPDATE.encode(1), pair_key(pair), time_signed=2**32 + 7))
    assert (rdata[8:12], rdata[12:16]) == ((307).to_bytes(4), (2**32 - 293).to_bytes(4))


@pytest.mark.parametrize("algorithm", KEYGEN)
def test_the_tag_is_that_of_dnssec_keygen(algorithm: str, pairs: dict[str, Pair]) -> None:
    key = pair_key(pairs[algorithm])
    assert key.tag == key_tag(key.rdata) == pairs[algorithm].tag
    assert f"{stem_of(key)}.key" == pairs[algorithm].key.name


@pytest.mark.parametrize("algorithm", KEYGEN)
@pytest.mark.parametrize("ending", ["", ".", ".key", ".private"])
def test_either_file_or_what_they_have_in_common_is_the_key(
    algorithm: str, ending: str, pairs: dict[str, Pair]
) -> None:
    pair = pairs[algorithm]
    assert Key.from_file(f"{pair.stem}{ending}") == pair_key(pair)
    assert Key.from_file(f"{pair.stem}{ending}", "HOST.example").name == Name.from_text("host.example")


@pytest.mark.parametrize("algorithm", KEYGEN)
def test_version_1_2_and_a_user_key_are_read_alike(algorithm: str, pairs: dict[str, Pair], tmp_path: Path) -> None:
    pair = pairs[algorithm]
    old = "".join(
        f"{line}\n"
        for line in pair.private.read_text("ascii").replace("v1.3", "v1.2").splitlines()
        if not line.startswith(("Created", "Publish", "Activate"))
    )
    same = with_text(pair, tmp_path, private=old)
    assert pair_key(same) == pair_key(pair)
    user = with_text(pair, tmp_path, key=f"; made by main's dnssec-keygen\n{pair.record.replace(' 512 ', ' 0 ')}\n")
    assert pair_key(user).rdata == b"\0\0" + pair_key(pair).rdata[2:]
    assert pair_key(user).tag == (pair.tag - 512) % 65536
    with_ttl = with_text(pair, tmp_path, key=pair.record.replace(" IN KEY ", " 3600 IN KEY ") + "\n")
    assert pair_key(with_ttl) == pair_key(pair)


@pytest.mark.parametrize("algorithm", KEYGEN)
def test_nothing_shows_the_private_key(algorithm: str, pairs: dict[str, Pair]) -> None:
    pair = pairs[algorithm]
    key = pair_key(pair)
    private = PrivateKey.from_der(key.number, key.secret)
    for shown in (repr(key), str(key), repr(private), f"{key!r}"):
        assert "<hidden>" in shown
        assert all(secret not in shown for secret in pair.secrets)
        assert key.secret.hex() not in shown
    for kept in (key, private):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(kept)
    assert copy.copy(key) is key


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_new_pair_is_read_back_as_it_was_made(algorithm: str, tmp_path: Path) -> None:
    number = next(number for number, text in NUMBERS.items() if text == algorithm)
    private = PrivateKey.generate(number)
    key = PairKey("new.example.com", private.der, rdata_of(number, private.public))
    made = Pair(tmp_path / f"{stem_of(key)}.key", tmp_path / f"{stem_of(key)}.private")
    made.key.write_text(record_of(key))
    made.private.touch(0o600)
    made.private.write_text(private_text(key, private.fields(), "20261201120000"))
    assert pair_key(made) == key
    assert made.tag == key.tag
    verify(sign(UPDATE.encode(1), pair_key(made), time_signed=NOW), made)
    assert pair_algorithm(algorithm.upper()) == key.algorithm


def _without(field: str) -> Callable[[str], str]:
    return lambda text: "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(f"{field}:"))


SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ=="


@pytest.mark.parametrize(
    ("change_key", "change_private", "says"),
    [
        (str, _without("PrivateKey"), "{private}: there is no PrivateKey: line"),
        (str, lambda text: text + f"PrivateKey: {SECRET}\n", "{private} has a second Privatekey: line"),
        (str, lambda _: f"Private-key-format: v1.3\nAlgorithm: 15\nPrivateKey: {SECRET}\n", "{private}: this is not"),
        (str, lambda _: "Private-key-format: v1.3\nAlgorithm: 15\nPrivateKey: !!\n", "is not strict, padded Base64"),
        (str, lambda text: text.replace("15", "16"), "{private}: algorithm 16 is not known for SIG(0)"),
        (str, lambda text: text.replace("15", "5"), "{private}: algorithm 5 is not known for SIG(0)"),
        (str, lambda text: text.replace("15", "13"), "{key} and {private} are not the halves of one key"),
        (str, lambda text: f"{text}Engine: pkcs11\n", "{private}: the private key is in a hardware module"),
        (str, lambda text: text.replace("Algorithm", "Algo"), "{private} is not the private half of a key pair"),
        (lambda text: text.replace(" KEY ", " DNSKEY "), str, "{key} holds no KEY record"),
        (lambda _: "", str, "{key} holds no KEY record"),
        (lambda text: text.replace(" 3 15 ", " 3 13 "), str, "{key} and {private} are not the halves of one key"),
        (lambda text: text.replace(" 512 ", " 33280 "), str, "the KEY record is not of a key that signs messages"),
        (lambda text: text.replace(" 3 15 ", " 1 15 "), str, "the KEY record is not of a key that signs messages"),
        (lambda text: text.replace(" 3 15 ", " 3 x "), str, "{key}: the KEY record is malformed"),
        (lambda text: text.partition(" 3 15 ")[0] + "\n", str, "{key}: the KEY record is malformed"),
        (lambda text: text.partition(" 3 15 ")[0] + " 3 15 c2VjcmV0\n", str, "are not the halves of one key"),
        (lambda text: text.replace("host.example.", "."), str, "{key}: the root is not a key's name"),
        (lambda text: text.replace("host.example.", "a..b."), str, "{key}: the key's name is not a domain name"),
    ],
)
def test_a_broken_pair_is_refused(
    change_key: Callable[[str], str], change_private: Callable[[str], str], says: str, pair: Pair, tmp_path: Path
) -> None:
    key, private = change_key(pair.key.read_text("ascii")), change_private(pair.private.read_text("ascii"))
    broken = with_text(pair, tmp_path, key=key, private=private)
    from dns_update.auth.kfile import key_from_pair

    with pytest.raises(UsageError) as caught:
        key_from_pair(str(broken.key), str(broken.private))
    shown = f"{caught.value} {caught.value.hint}"
    assert says.format(key=broken.key, private=broken.private) in shown
    assert all(secret not in shown for secret in (*pair.secrets, SECRET))
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("field", ["Modulus", "PrivateExponent", "Prime2", "Coefficient"])
def test_an_rsa_key_needs_all_its_numbers(field: str, pairs: dict[str, Pair], tmp_path: Path) -> None:
    pair = pairs["rsasha256"]
    text = pair.private.read_text("ascii")
    broken = with_text(pair, tmp_path, private=_without(field)(text))
    with pytest.raises(UsageError, match=f"there is no {field}: line"):
        Key.from_file(str(broken.private))
    wrong = "".join(
        f"{field}: {SECRET}\n" if line.startswith(f"{field}:") else f"{line}\n" for line in text.split("\n")
    )
    broken = with_text(pair, tmp_path, private=wrong)
    with pytest.raises(UsageError, match=r"not a private key of its algorithm|not the halves of one key"):
        Key.from_file(str(broken.private))


def test_a_private_key_that_others_can_read_is_refused(pair: Pair, tmp_path: Path) -> None:
    open_to_all = with_text(pair, tmp_path)
    open_to_all.private.chmod(0o644)
    for path in (open_to_all.private, open_to_all.key, open_to_all.stem):
        with pytest.raises(UsageError, match=r"\.private can be read or written by others"):
            Key.from_file(str(path))
    open_to_all.private.chmod(0o600)
    assert pair_key(open_to_all) == pair_key(pair), "the public key may be read by all"


def test_a_pair_of_another_name_or_without_a_half_is_refused(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no key named other\.example"):
        Key.from_file(str(pair.private), "other.example")
    half = with_text(pair, tmp_path)
    half.private.unlink()
    half.key.chmod(0o600)
    with pytest.raises(UsageError) as caught:
        Key.from_file(str(half.key))
    assert "both files, .key and .private, must be there" in caught.value.hint
    half = with_text(pair, tmp_path)
    half.key.unlink()
    with pytest.raises(UsageError, match=r"cannot read .*\.key: No such file"):
        Key.from_file(str(half.private))


def test_a_private_file_of_something_else_beside_a_key_file_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "home.key"
    file.write_text(f'key "home" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n')
    (tmp_path / "home.private").write_text("-----BEGIN PRIVATE KEY-----\n")
    for path in (file, tmp_path / "home.private"):
        path.chmod(0o600)
    assert Key.from_file(str(file)).is_shared


def test_a_message_that_is_too_long_is_not_signed(pair: Pair) -> None:
    with pytest.raises(UsageError, match="this makes a message of 65"):
        sign(bytes(65500), pair_key(pair), time_signed=NOW)
    shared = Key("home", b"secret", "hmac-sha256")
    with pytest.raises(TypeError):
        sign(bytes(12), shared, time_signed=NOW)


@pytest.mark.parametrize(
    ("rdata", "says"),
    [
        (b"", "has no key"),
        (bytes((2, 0, 3, 15)), "has no key"),
        (bytes((0x80, 0, 3, 15, 1)), "not of a key that signs"),
        (bytes((2, 0, 3, 1, 1)), "algorithm 1 is not known"),
    ],
)
def test_an_unusable_public_key_is_refused(rdata: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        PairKey("host.example", b"secret", rdata)


# The exchange


def answer(octets: bytes, rcode: int = 0, flags: int = Flag.QR) -> bytes:
    """Return a server's answer to a message: its header and question, as BIND answers."""
    asked = Message.decode(octets)
    question = asked.question
    return Message(opcode=asked.opcode, question=question, flags=flags, rcode=rcode).encode(asked.message_id)


@pytest.mark.parametrize(("transport", "goes_by"), [("udp", "tcp"), ("tcp", "tcp"), ("tls", "tls")])
def test_an_update_is_signed_goes_by_a_stream_and_takes_an_unsigned_answer(
    transport: str, goes_by: str, pair: Pair
) -> None:
    exchange = Exchange(UPDATE, pair_key(pair), Policy(transport=transport))  # type: ignore[arg-type]
    sent = exchange.next(now=0.0, wall=NOW, message_id=99)
    assert sent is not None
    assert (sent.transport, exchange.is_signed, sent.deadline) == (goes_by, False, Policy().patience)
    verify(sent.octets, pair)
    exchange.receive(answer(sent.octets)[:2] + b"\0" * 10, wall=NOW)
    assert exchange.listening, "what does not match is ignored"
    exchange.receive(answer(sent.octets), wall=NOW)
    assert exchange.next(now=1.0, wall=NOW, message_id=1) is None
    assert isinstance(exchange.settled, Reply)
    assert (exchange.settled.tsig, exchange.settled.transport) == (None, goes_by)


def test_a_query_is_not_signed_and_goes_the_same_way(pair: Pair) -> None:
    query = Message.query(Name.from_text("example.com"), RRType.SOA)
    sent = Exchange(query, pair_key(pair), Policy()).next(now=0.0, wall=NOW, message_id=99)
    assert sent is not None
    assert (sent.octets, sent.transport) == (query.encode(99), "tcp")


def test_the_clock_and_the_fudge_are_those_of_the_exchange(pair: Pair) -> None:
    sent = Exchange(UPDATE, pair_key(pair), Policy(), fudge=10, ahead=100).next(now=0.0, wall=NOW, message_id=1)
    assert sent is not None
    _unsigned, _head, rdata, _signature = parts(sent.octets)
    assert (rdata[8:12], rdata[12:16]) == ((NOW + 110).to_bytes(4), (NOW + 90).to_bytes(4))


def test_a_transfer_is_not_signed(pair: Pair) -> None:
    zone = Name.from_text("example.com")
    transfer = Transfer(zone, RRClass.IN, None, key=pair_key(pair), policy=Policy(), server="s")
    assert Message.decode(transfer.start(wall=NOW, message_id=7)).additional == ()


# Other programs


def test_nsupdate_signs_in_the_same_form(pair: Pair) -> None:
    """Its own message, as it goes to the wire: the same fields, and its signature covers the same octets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)
        words = [find_program("nsupdate", "bind9-dnsutils"), "-k", str(pair.private), "-r", "0", "-t", "3"]
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            script = f"server 127.0.0.1 {server.getsockname()[1]}\nzone example.com\n"
            assert run.stdin is not None
            run.stdin.write(f"{script}update add home.example.com 60 A 192.0.2.1\nsend\n".encode())
            run.stdin.close()
            octets, client = server.recvfrom(4096)
            server.sendto(answer(octets), client)
            assert run.wait(20) == 0
    verify(octets, pair)
    unsigned, head, rdata, _signature = parts(octets)
    signed_at = int.from_bytes(rdata[12:16]) + 300
    ours = sign(unsigned, pair_key(pair), time_signed=signed_at)
    assert parts(ours)[:3] == (unsigned, head, rdata)
    assert ours == octets, "Ed25519 is deterministic"


MISSING = """\
import sys
sys.modules["cryptography"] = None
from dns_update.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_without_cryptography_one_line_says_how_to_install_it(pair: Pair, tmp_path: Path) -> None:
    set_one = ["set", "home.example.com", "192.0.2.1", "zone=example.com", "dns-server=127.0.0.1:9"]
    for words in (
        [*set_one, f"key-file={pair.private}"],
        ["key", "generate", "algorithm=ed25519", "name=home", "zone=example.com"],
    ):
        command = [sys.executable, "-c", MISSING, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "needs the Python library cryptography, which is not installed" in done.stderr
        assert "pip install 'dns-update[sig0]'" in done.stderr
        assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []

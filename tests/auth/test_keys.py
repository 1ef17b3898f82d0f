import base64
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.auth import Algorithm, Key, keys_from_text, read_private_file, read_secret
from dns_update.errors import InvalidText, UsageError
from dns_update.wire.name import Name
from lab.key import write_private

SECRET = b"\x00an octet string\xff!"
BASE64 = base64.b64encode(SECRET).decode()
CLAUSE = f'key "ddns-key" {{ algorithm hmac-sha256; secret "{BASE64}"; }};'
KEY = Key("ddns-key", SECRET, "hmac-sha256")

ALGORITHMS = [
    ("hmac-md5", "hmac-md5.sig-alg.reg.int.", "md5", 16),
    ("hmac-sha1", "hmac-sha1.", "sha1", 20),
    ("hmac-sha224", "hmac-sha224.", "sha224", 28),
    ("hmac-sha256", "hmac-sha256.", "sha256", 32),
    ("hmac-sha384", "hmac-sha384.", "sha384", 48),
    ("hmac-sha512", "hmac-sha512.", "sha512", 64),
]


@pytest.mark.parametrize(("text", "wire_name", "digest", "octets"), ALGORITHMS)
def test_an_algorithm_has_its_name_on_the_wire_and_its_whole_digest(
    text: str, wire_name: str, digest: str, octets: int
) -> None:
    algorithm = Algorithm.from_text(text)
    assert algorithm.text == text
    assert algorithm.wire_name.to_text() == wire_name
    assert (algorithm.digest, algorithm.mac_octets) == (digest, octets)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("HMAC-SHA256", "hmac-sha256"),
        ("hmac-sha256.", "hmac-sha256"),
        ("hmac-md5.sig-alg.reg.int", "hmac-md5"),
        ("HMAC-MD5.SIG-ALG.REG.INT.", "hmac-md5"),
    ],
)
def test_an_algorithm_is_read_in_any_case_and_in_its_form_on_the_wire(text: str, same: str) -> None:
    assert Algorithm.from_text(text) == Algorithm.from_text(same)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("hmac-md5-80", 10),
        ("hmac-md5-128", 16),
        ("hmac-sha1-80", 10),
        ("hmac-sha1-96", 12),
        ("hmac-sha224-112", 14),
        ("hmac-sha256-128", 16),
        ("hmac-sha256-136", 17),
        ("hmac-sha256-256", 32),
        ("hmac-sha384-192", 24),
        ("hmac-sha512-256", 32),
        ("hmac-sha512-512", 64),
    ],
)
def test_a_truncated_algorithm_sends_fewer_octets_under_the_same_name(text: str, octets: int) -> None:
    algorithm = Algorithm.from_text(text)
    whole = Algorithm.from_text(text.rpartition("-")[0])
    assert (algorithm.text, algorithm.mac_octets) == (text, octets)
    assert (algorithm.wire_name, algorithm.digest) == (whole.wire_name, whole.digest)


@pytest.mark.parametrize(
    "text",
    [
        "hmac-md5-72",  # less than 10 octets
        "hmac-sha1-72",
        "hmac-sha256-120",  # less than half
        "hmac-sha512-248",
        "hmac-sha256-129",  # no whole octets
        "hmac-sha256-264",  # more than there is
        "hmac-sha256-0",
        "hmac-sha256-",
        "hmac-sha256--128",
        "hmac-sha256-+128",
        "hmac-sha256-x",
        "hmac-sha256-1280",
        "hmac-sha256-01289",
        "hmac-sha256-0128",
        "hmac-sha256-" + "1" * 5000,
        "hmac-sha256-\u0661\u0662\u0668",
        "hmac-sha256-128-128",
    ],
)
def test_a_wrong_truncation_is_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        Algorithm.from_text(text)


@pytest.mark.parametrize(
    "text", ["", ".", "-", "-128", "md5", "sha256", "hmac-sha3", "hmac_sha256", "gss-tsig", " hmac-md5"]
)
def test_an_unknown_algorithm_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(InvalidText, match="unknown algorithm") as caught:
        Algorithm.from_text(text)
    assert all(known in caught.value.hint for known, *_ in ALGORITHMS)


@given(st.text(alphabet="hmac-sd5120364.", max_size=30) | st.integers().map(lambda n: f"hmac-sha256-{n}"))
def test_any_text_is_an_algorithm_or_refused(text: str) -> None:
    try:
        algorithm = Algorithm.from_text(text)
    except InvalidText:
        return
    assert 10 <= algorithm.mac_octets <= 64


@pytest.mark.parametrize("encoding", ["auto", "base64"])
def test_strict_base64_is_decoded(encoding: str) -> None:
    key = Key.from_secret("ddns-key", BASE64, "hmac-sha256", encoding)
    assert (key.secret, key.reading) == (SECRET, "base64")
    assert key == Key("ddns-key", SECRET, "hmac-sha256", other_reading=key.other_reading)


def test_what_can_be_read_both_ways_has_the_text_as_its_other_reading() -> None:
    key = Key.from_secret("ddns-key", "c2VjcmV0")
    assert (key.secret, key.reading) == (b"secret", "base64")
    assert key.other_reading is not None
    assert (key.other_reading.secret, key.other_reading.reading) == (b"c2VjcmV0", "text")
    assert (key.other_reading.name, key.other_reading.algorithm) == (key.name, key.algorithm)
    assert key.other_reading.other_reading is None


@pytest.mark.parametrize(("text", "encoding"), [("c2VjcmV0", "base64"), ("c2VjcmV0", "text"), ("a raw secret", "auto")])
def test_what_is_read_one_way_has_no_other_reading(text: str, encoding: str) -> None:
    assert Key.from_secret("ddns-key", text, encoding=encoding).other_reading is None


def test_base64_is_taken_as_text_where_that_is_asked_for() -> None:
    key = Key.from_secret("ddns-key", "c2VjcmV0", encoding="text")
    assert (key.secret, key.reading) == (b"c2VjcmV0", "text")


# Each of these some lenient decoder reads as a secret: as "secret" or as one octet.
LENIENT = [
    "c2Vj cmV0", "c2VjcmV0\n", " c2VjcmV0", "c2Vj\ncmV0", "c2Vj-cmV0", "c2Vj!cmV0", "c2Vjc*mV0", "\u00e9c2VjcmV0",
    "YQ", "YQ=", "YQ===", "YQ==YQ==", "=YQ==", "YWI", "YWI==", "c2VjcmV0=", "c2VjcmV0====",
    "YR==", "YWJ=", "Yf==", "_-_-", "c2VjcmV0AA=", "A", "AAAAA", "",
]  # fmt: skip


@pytest.mark.parametrize("text", LENIENT)
def test_what_is_not_strictly_base64_is_refused_as_such(text: str) -> None:
    with pytest.raises(UsageError, match="not strict, padded Base64"):
        Key.from_secret("ddns-key", text, encoding="base64")


@pytest.mark.parametrize("text", [text for text in LENIENT if text])
def test_what_is_not_strictly_base64_is_a_raw_secret(text: str) -> None:
    key = Key.from_secret("ddns-key", text)
    assert (key.secret, key.reading, key.other_reading) == (text.encode(), "text", None)


@pytest.mark.parametrize("encoding", ["auto", "text", "base64"])
def test_an_empty_secret_is_refused(encoding: str) -> None:
    with pytest.raises(UsageError):
        Key.from_secret("ddns-key", "", encoding=encoding)
    with pytest.raises(UsageError, match="is empty"):
        Key("ddns-key", b"", "hmac-md5")


@pytest.mark.parametrize("encoding", ["auto", "text", "base64"])
def test_a_secret_that_is_not_utf_8_is_refused(encoding: str) -> None:
    """Python hands over such an argument with lone surrogates."""
    with pytest.raises(UsageError):
        Key.from_secret("ddns-key", b"caf\xe9".decode(errors="surrogateescape"), encoding=encoding)


@given(st.binary(min_size=1))
def test_base64_of_any_secret_is_read(secret: bytes) -> None:
    assert Key.from_secret("ddns-key", base64.b64encode(secret).decode()).secret == secret


@given(st.text(min_size=1))
def test_any_text_is_a_secret(text: str) -> None:
    assert Key.from_secret("ddns-key", text, encoding="text").secret == text.encode()
    assert Key.from_secret("ddns-key", text).secret


def test_the_default_algorithm_is_that_of_routeros() -> None:
    assert Key.from_secret("ddns-key", BASE64).algorithm.text == "hmac-md5"


def test_a_key_takes_names_and_algorithms_as_texts_or_values() -> None:
    assert Key(Name.from_text("DDNS-key"), SECRET, Algorithm.from_text("hmac-sha256")) == KEY


def test_keys_with_another_secret_are_not_equal() -> None:
    assert Key("ddns-key", SECRET + b"!", "hmac-sha256") != KEY


@pytest.mark.parametrize(
    "text",
    [
        CLAUSE,
        f"key ddns-key{{algorithm hmac-sha256;secret {BASE64};}};",
        f'key "DDNS-KEY." {{\n\tsecret "{BASE64}";\n\talgorithm "HMAC-SHA256";\n}};\n',
        f"# one\n{CLAUSE}",
        f"// one\n{CLAUSE} // two",
        f"/* one\n * key x {{ }} */{CLAUSE}/* two */",
        f"/*/ key x {{ algorithm y; secret z; }} /*/{CLAUSE}",
        f"/**/{CLAUSE}/***/",
        CLAUSE.replace("{", "{ # secret x;\n").replace("; }", "; /* } */ }"),
        CLAUSE.replace("algorithm", "unknown 5; algorithm"),
        f"{CLAUSE} # no line end",
        f"{CLAUSE} /* no end",
        f'include "/etc/bind/other.key";\n{CLAUSE}',
        f'options {{ directory "/var/cache/bind"; listen-on {{ any; }}; }};\n{CLAUSE}',
        f'zone "example.com" {{ type primary; update-policy {{ grant key zonesub ANY; }}; }};\n{CLAUSE}',
        f"server 192.0.2.1 {{ keys {{ other; }}; }}; {CLAUSE} logging {{ }};",
        f'controls {{ inet * allow {{ any; }} keys {{ "rndc"; }}; }};{CLAUSE}',
        f'logging {{ channel "a {{ b"; }};{CLAUSE}',
        CLAUSE.removesuffix(";"),
        CLAUSE.replace(" ", "\r\n\t\x0c"),
    ],
)
def test_a_key_is_found_in_named_confs_language(text: str) -> None:
    assert keys_from_text(text, "the file") == [KEY]


def test_several_keys_are_found_in_their_order() -> None:
    text = (
        CLAUSE
        + 'key "b" { algorithm hmac-md5; secret "c2VjcmV0"; }; key c { secret "AA=="; algorithm hmac-sha512-256; };'
    )
    keys = keys_from_text(text, "the file")
    assert [(str(key.name), key.algorithm.text, key.secret) for key in keys] == [
        ("ddns-key", "hmac-sha256", SECRET),
        ("b", "hmac-md5", b"secret"),
        ("c", "hmac-sha512-256", b"\0"),
    ]


@pytest.mark.parametrize(
    "text", ["", "\n", "# " + CLAUSE, "options { };", f"view x {{ {CLAUSE} }};", 'include "x";', '"key" x { }']
)
def test_a_text_without_a_key_statement_has_no_key(text: str) -> None:
    assert keys_from_text(text, "the file") == []


BROKEN = {
    "no algorithm": (f'key "k" {{ secret "{BASE64}"; }};', "has no algorithm"),
    "no secret": ('key "k" { algorithm hmac-sha256; };', "has no secret"),
    "neither": ('key "k" { };', "has no algorithm and no secret"),
    "no opening brace": (f'key "k" algorithm hmac-sha256; secret "{BASE64}"; }};', "not followed by a brace"),
    "no closing brace": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}";', "no closing brace"),
    "no end of a string": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}; }};', "has no end"),
    "no name": (f'key {{ algorithm hmac-sha256; secret "{BASE64}"; }};', "not followed by a brace"),
    "nothing behind": ("key", "not followed by a brace"),
    "unknown algorithm": (f'key "k" {{ algorithm hmac-sha3; secret "{BASE64}"; }};', "unknown algorithm"),
    "not Base64": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}!"; }};', "not strict, padded Base64"),
    "wrong name": (f'key "a..b" {{ algorithm hmac-sha256; secret "{BASE64}"; }};', "empty label"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_key_statement_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        keys_from_text(text, "the file")


@given(st.text() | st.text(alphabet='key{};"/*# \nalgorithmsecret', max_size=80))
def test_any_text_is_a_key_file_or_refused(text: str) -> None:
    try:
        keys = keys_from_text(text, "the file")
    except UsageError:
        return
    assert all(key.secret for key in keys)


def test_a_key_file_is_read(tmp_path: Path) -> None:
    assert Key.from_file(str(write_private(tmp_path / "key", CLAUSE))) == KEY


def test_a_key_is_chosen_by_name_in_any_case(tmp_path: Path) -> None:
    path = str(write_private(tmp_path / "keys", CLAUSE + CLAUSE.replace("ddns-key", "other")))
    assert Key.from_file(path, "DDNS-Key") == KEY
    assert Key.from_file(path, Name.from_text("other")).name == Name.from_text("other")


def test_among_several_keys_one_must_be_chosen(tmp_path: Path) -> None:
    path = str(write_private(tmp_path / "keys", CLAUSE + CLAUSE.replace("ddns-key", "other")))
    with pytest.raises(UsageError, match="several keys: ddns-key, other"):
        Key.from_file(path)


def test_a_key_that_is_not_in_the_file_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no key named other") as caught:
        Key.from_file(str(write_private(tmp_path / "key", CLAUSE)), "other")
    assert "ddns-key" in caught.value.hint


def test_a_file_without_a_key_is_refused_with_the_form_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no key") as caught:
        Key.from_file(str(write_private(tmp_path / "key", BASE64)))
    assert 'key "name" {' in caught.value.hint


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o606, 0o644, 0o666])
def test_a_file_that_others_can_read_or_write_is_refused_with_the_chmod_to_run(tmp_path: Path, mode: int) -> None:
    path = write_private(tmp_path / "key", CLAUSE)
    path.chmod(mode)
    with pytest.raises(UsageError, match="can be read or written by others") as caught:
        Key.from_file(str(path))
    assert caught.value.hint == f"run: chmod o-rw {path}"


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640, 0o660])
def test_a_file_for_owner_and_group_is_read(tmp_path: Path, mode: int) -> None:
    path = write_private(tmp_path / "key", CLAUSE)
    path.chmod(mode)
    assert Key.from_file(str(path)) == KEY


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory"):
        read_private_file(str(tmp_path / "missing"))


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Is a directory"):
        read_private_file(str(tmp_path))


@pytest.mark.parametrize("path", ["", "\0", "a\0b", "x" * 5000])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_private_file(path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key", "")
    path.write_bytes(b"\xff" + CLAUSE.encode())
    with pytest.raises(UsageError, match="is not a text file"):
        Key.from_file(str(path))


def test_a_file_that_never_ends_is_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        read_private_file("/dev/zero")


def test_a_file_of_one_mebibyte_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key", CLAUSE + " " * (2**20 - len(CLAUSE)))
    assert Key.from_file(str(path)) == KEY
    with path.open("a") as file:
        file.write(" ")
    with pytest.raises(UsageError, match="too large"):
        Key.from_file(str(path))


@pytest.mark.parametrize("text", ["c2VjcmV0", "a raw secret", "environment", "a@b", "{secret}", ""])
def test_a_secret_stands_for_itself(text: str) -> None:
    assert read_secret(text) == text


@pytest.mark.parametrize(
    ("content", "secret"),
    [("s", "s"), ("s\n", "s"), ("s\r\n", "s"), ("s\n\n", "s\n"), (" s ", " s "), ("s\nt\n", "s\nt"), ("", "")],
)
def test_a_secret_is_read_from_a_file_without_its_line_end(tmp_path: Path, content: str, secret: str) -> None:
    path = write_private(tmp_path / "secret", "")
    path.write_bytes(content.encode())
    assert read_secret(f"@{path}") == secret


def test_a_key_file_is_not_taken_for_a_bare_secret(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key", CLAUSE)
    with pytest.raises(UsageError, match="is a key file, not a bare secret") as caught:
        read_secret(f"@{path}")
    assert caught.value.hint == f"use key-file={path}"


def test_a_secrets_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = write_private(tmp_path / "secret", "s")
    path.chmod(0o644)
    with pytest.raises(UsageError, match="by others"):
        read_secret(f"@{path}")


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNS_UPDATE_TEST_SECRET", "s\n")
    assert read_secret("env:DNS_UPDATE_TEST_SECRET") == "s"


@pytest.mark.parametrize("name", ["DNS_UPDATE_TEST_SECRET", "", "A=B", "\0"])
def test_a_variable_that_is_not_set_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("DNS_UPDATE_TEST_SECRET", raising=False)
    with pytest.raises(UsageError, match="not set or empty"):
        read_secret(f"env:{name}")


def test_a_variable_that_is_empty_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNS_UPDATE_TEST_SECRET", "")
    with pytest.raises(UsageError, match="not set or empty"):
        read_secret("env:DNS_UPDATE_TEST_SECRET")


def test_a_secret_is_read_from_systemds_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "ddns", "s\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_secret("credential:ddns") == "s"


@pytest.mark.parametrize("name", ["", "../key", "a/b", "/etc/passwd"])
def test_a_credential_outside_the_directory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(UsageError, match="is not a credential's name"):
        read_secret(f"credential:{name}")


@pytest.mark.parametrize("name", ["missing", ".", ".."])
def test_a_credential_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(UsageError, match="cannot read"):
        read_secret(f"credential:{name}")


def test_without_systemd_there_are_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(UsageError, match="CREDENTIALS_DIRECTORY is not set") as caught:
        read_secret("credential:ddns")
    assert "LoadCredential=" in caught.value.hint


def forms_of(secret: bytes) -> list[str]:
    """Return every form in which a secret might be let slip."""
    encoded = base64.b64encode(secret).decode()
    return [repr(secret)[2:-1], encoded, encoded.rstrip("="), secret.hex(), secret.hex(" "), repr(list(secret))[1:-1]]


def assert_hidden(secret: bytes, *shown: str) -> None:
    """Assert that no text shows the secret, in whatever form, or its second half."""
    for form in (*forms_of(secret), *forms_of(secret[len(secret) // 2 :])):
        for text in shown:
            assert form.lower() not in text.lower()


@given(st.binary(min_size=12, max_size=64))
def test_the_repr_of_a_key_never_shows_its_secret(secret: bytes) -> None:
    read = Key.from_secret("ddns-key", base64.b64encode(secret).decode(), "hmac-sha256")
    for key in (read, read.other_reading):
        assert key is not None
        assert_hidden(secret, repr(key), str(key), f"{key}", f"{key!a}", repr([key]), repr({"key": key}))
        assert_hidden(base64.b64encode(secret), repr(key), str(key))


def test_the_repr_of_a_key_shows_what_is_no_secret() -> None:
    assert repr(KEY) == "Key(name='ddns-key', algorithm='hmac-sha256', secret=<hidden>)"


def _from_file(content: str, mode: int = 0o600) -> Callable[[Path], object]:
    def read(directory: Path) -> object:
        path = write_private(directory / "key", content)
        path.chmod(mode)
        return Key.from_file(str(path), "ddns-key")

    return read


def _bare(content: str) -> Callable[[Path], object]:
    return lambda directory: read_secret(f"@{write_private(directory / 'key', content)}")


def _not_text(directory: Path) -> object:
    path = write_private(directory / "key", "")
    path.write_bytes(CLAUSE.encode() + b"\xff" + SECRET)
    return Key.from_file(str(path))


RAISING = {
    **{name: _from_file(text) for name, (text, _) in BROKEN.items()},
    "not strict Base64": lambda _: Key.from_secret("ddns-key", BASE64 + "=", encoding="base64"),
    "not strict Base64, raw": lambda _: Key.from_secret("ddns-key", SECRET.decode("latin-1"), encoding="base64"),
    "wrong name": lambda _: Key.from_secret("a..b", BASE64),
    "wrong algorithm": lambda _: Key.from_secret("ddns-key", BASE64, "hmac-sha3"),
    "not UTF-8": lambda _: Key.from_secret("ddns-key", SECRET.decode(errors="surrogateescape")),
    "secret and algorithm exchanged": _from_file(f'key "k" {{ algorithm "{BASE64}"; secret "hmac-sha256"; }};'),
    "other key": _from_file(CLAUSE.replace("ddns-key", "other")),
    "readable by others": _from_file(CLAUSE, 0o644),
    "bare secret as key file": _from_file(BASE64),
    "key file as bare secret": _bare(CLAUSE),
    "not text": _not_text,
    "too large": _from_file(CLAUSE + " " * 2**20),
}


@pytest.mark.parametrize("read", RAISING.values(), ids=RAISING.keys())
def test_no_error_about_a_key_shows_its_secret(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path)
    whole = "".join(traceback.format_exception(caught.value))
    lines_of_code = [line for line in whole.splitlines() if "File " not in line]
    assert_hidden(SECRET, str(caught.value), repr(caught.value), caught.value.hint, "\n".join(lines_of_code))

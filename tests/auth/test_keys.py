import base64
import copy
import errno
import inspect
import json
import os
import pickle
import pprint
import reprlib
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.auth import Algorithm, Key, private_file, read_secret
from dns_update.auth.named_conf import keys_from_text
from dns_update.auth.private_file import SECRETS_OF_CONTAINERS, read_private_file
from dns_update.auth.tsig import sign
from dns_update.errors import InvalidText, NotNow, UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.wire.name import Name
from lab.key import write_private
from lab.server import find_program

Encoding = Literal["auto", "base64", "text"]

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
        "hmac-sha256-129",  # not whole octets
        "hmac-sha256-264",  # more than the digest has
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


@pytest.mark.parametrize("text", ["hmac-sha3", "sha256", "hmac_sha256", "HMACSHA512", "hmac-nonsense"])
def test_a_misspelt_algorithm_is_repeated(text: str) -> None:
    with pytest.raises(InvalidText) as caught:
        Algorithm.from_text(text)
    assert caught.value.text == f"unknown algorithm {text!r}"


@pytest.mark.parametrize("text", [BASE64, "c2VjcmV0", "correct horse", "hmac-" + BASE64])
def test_what_is_like_no_algorithm_is_not_repeated_for_it_may_be_the_secret(text: str) -> None:
    with pytest.raises(InvalidText) as caught:
        Algorithm.from_text(text)
    assert caught.value.text == "unknown algorithm"


def test_a_long_truncation_is_not_repeated() -> None:
    with pytest.raises(InvalidText) as caught:
        Algorithm.from_text(f"hmac-sha256-{BASE64}")
    assert_hidden(SECRET, str(caught.value).lower())
    assert "'hmac-sha256-...' has a wrong length of the MAC" in caught.value.text


@given(st.text(alphabet="hmac-sd5120364.", max_size=30) | st.integers().map(lambda n: f"hmac-sha256-{n}"))
def test_any_text_is_an_algorithm_or_refused(text: str) -> None:
    try:
        algorithm = Algorithm.from_text(text)
    except InvalidText:
        return
    assert 10 <= algorithm.mac_octets <= 64


@pytest.mark.parametrize("encoding", ["auto", "base64"])
def test_strict_base64_is_decoded(encoding: Encoding) -> None:
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
def test_what_is_read_one_way_has_no_other_reading(text: str, encoding: Encoding) -> None:
    assert Key.from_secret("ddns-key", text, encoding=encoding).other_reading is None


def test_base64_is_taken_as_text_where_that_is_asked_for() -> None:
    key = Key.from_secret("ddns-key", "c2VjcmV0", encoding="text")
    assert (key.secret, key.reading) == (b"c2VjcmV0", "text")


# A lenient decoder reads each of these as a secret: as "secret" or as one octet.
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
def test_an_empty_secret_is_refused(encoding: Encoding) -> None:
    with pytest.raises(UsageError):
        Key.from_secret("ddns-key", "", encoding=encoding)
    with pytest.raises(UsageError, match="is empty"):
        Key("ddns-key", b"", "hmac-md5")


@pytest.mark.parametrize("encoding", ["auto", "text", "base64"])
def test_a_secret_that_is_not_utf_8_is_refused(encoding: Encoding) -> None:
    """Python hands over such an argument with lone surrogates."""
    with pytest.raises(UsageError):
        Key.from_secret("ddns-key", b"caf\xe9".decode(errors="surrogateescape"), encoding=encoding)


@pytest.mark.parametrize("encoding", ["hex", "BASE64", "", "b64"])
def test_an_unknown_encoding_is_refused_with_those_that_there_are(encoding: str) -> None:
    with pytest.raises(UsageError) as caught:
        Key.from_secret("ddns-key", BASE64, encoding=encoding)  # type: ignore[arg-type]
    assert caught.value.hint == "one of auto, base64, text"


@pytest.mark.parametrize("secret", ["c2VjcmV0", bytearray(b"secret"), None, 5])
def test_a_secret_that_is_not_octets_is_refused(secret: bytes) -> None:
    with pytest.raises(UsageError, match="secret is bytes") as caught:
        Key("ddns-key", secret, "hmac-md5")
    assert "Key.from_secret" in caught.value.hint


def test_octets_are_no_secrets_text() -> None:
    with pytest.raises(UsageError, match="is not a text") as caught:
        Key.from_secret("ddns-key", SECRET)  # type: ignore[arg-type]
    assert "Key(name, secret, algorithm)" in caught.value.hint


def test_a_secret_may_have_65535_octets_and_no_more() -> None:
    assert len(Key("ddns-key", bytes(65535), "hmac-md5").secret) == 65535
    with pytest.raises(UsageError, match="65536 octets is too long"):
        Key("ddns-key", bytes(65536), "hmac-md5")
    with pytest.raises(UsageError, match="too long"):
        Key.from_secret("ddns-key", "!" * 65536)


@pytest.mark.parametrize(
    ("name", "said"), [("@", "@ is the zone, not a key's name"), (".", "the root is not a key's name")]
)
def test_a_name_that_no_key_has_is_refused(name: str, said: str) -> None:
    for form in (name, Name.from_text(name)):
        with pytest.raises(UsageError, match=said):
            Key(form, SECRET, "hmac-md5")
        with pytest.raises(UsageError, match=said):
            Key.from_secret(form, BASE64)


def test_a_name_or_an_algorithm_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="a Name or a text"):
        Key(b"ddns-key", SECRET, "hmac-md5")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="an Algorithm or a text"):
        Key("ddns-key", SECRET, None)  # type: ignore[arg-type]


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
        f"{CLAUSE} # no line end",
        CLAUSE.replace("key", "KEY").replace("algorithm", "Algorithm").replace("secret", "SECRET"),
        CLAUSE.replace(BASE64, f" {BASE64[:8]} \t{BASE64[8:12]}\r\n{BASE64[12:]}\n"),
        CLAUSE.replace("hmac-sha256;", "hmac-sha256#one\n;").replace('ddns-key"', 'ddns-key"/*two*/'),
        f"key ddns-key/*one*/{{algorithm hmac-sha256//two;\n;secret {BASE64}/* three */;}};",
        f'options {{ version "say \\"hi\\" {{"; }};{CLAUSE}',
        f'options {{ version "\\\\"; }};{CLAUSE}',
        f"zone key {{ type primary; }};{CLAUSE}",
        f"view v {{ }}\n{CLAUSE}",
        f"server 192.0.2.1 {{ keys {{ key; }}; keys key; }};{CLAUSE}",
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


BIND_READS = {
    "plain": CLAUSE,
    "any case": CLAUSE.replace("key", "KEY", 1).replace("algorithm", "Algorithm").replace("secret", "SECRET"),
    "algorithm in quotes": CLAUSE.replace("hmac-sha256", '"hmac-sha256"'),
    "secret without quotes": f"key ddns-key {{ algorithm hmac-sha256; secret {BASE64.replace('/', 'A')}; }};",
    "blanks in the secret": CLAUSE.replace(BASE64, f" {BASE64[:8]}\t{BASE64[8:]} "),
    "line ends in the secret": CLAUSE.replace(BASE64, f"\n{BASE64[:8]}\r\n{BASE64[8:]}\n"),
    "backslash in the secret": CLAUSE.replace(BASE64, f"{BASE64[:8]}\\{BASE64[8:]}"),
    "backslash and line end in the secret": CLAUSE.replace(BASE64, f"{BASE64[:8]}\\\n{BASE64[8:]}"),
    "no padding": CLAUSE.replace("=", ""),
    "not canonical": CLAUSE.replace(BASE64, "YR=="),
    "comment behind a word": CLAUSE.replace("hmac-sha256;", "hmac-sha256#one\n;//two\n"),
    "comment within a word": "key ddns-key { algorithm hmac-sha256; secret c2Vj//cmV0\n; };",
    "comment that takes the semicolon": "key ddns-key { algorithm hmac-sha256; secret c2Vj//cmV0; };\n };",
    "comment without end": f"{CLAUSE} /* ",
    "no semicolon after the secret": CLAUSE.replace("; }", " }"),
    "no semicolon after the algorithm": CLAUSE.replace("256;", "256"),
    "two semicolons": CLAUSE.replace("256;", "256;;"),
    "two algorithms": CLAUSE.replace("{", "{ algorithm hmac-sha256;"),
    "two secrets": CLAUSE.replace("{", f'{{ secret "{BASE64}";'),
    "two keys of one name": CLAUSE + CLAUSE.replace("ddns-key", "DDNS-KEY."),
    "another word": CLAUSE.replace("{", "{ owner me;"),
    "keyword in quotes": CLAUSE.replace("secret ", '"secret" '),
    "no algorithm": f'key "ddns-key" {{ secret "{BASE64}"; }};',
    "no secret": 'key "ddns-key" { algorithm hmac-sha256; };',
    "no name": CLAUSE.replace('"ddns-key"', ""),
    "empty name": CLAUSE.replace('"ddns-key"', '""'),
    "another algorithm": CLAUSE.replace("hmac-sha256", "hmac-sha3"),
    "no closing brace": CLAUSE.removesuffix("};"),
    "brace too many": f"{CLAUSE} }};",
    "carriage returns": CLAUSE.replace(" ", "\r"),
    "nested": f"view v {{ {CLAUSE} }};",
    "within quotes": f'options {{ version "a \\" {{ b"; }};{CLAUSE}',
    "two backslashes": f'options {{ version "\\\\"; }};{CLAUSE}',
}


@pytest.mark.parametrize("text", BIND_READS.values(), ids=BIND_READS.keys())
def test_a_key_file_is_right_or_wrong_as_it_is_to_bind(text: str, tmp_path: Path) -> None:
    checker = find_program("named-checkconf", "bind9-utils")
    done = subprocess.run(
        [checker, write_private(tmp_path / "conf", text)], capture_output=True, text=True, check=False
    )
    try:
        keys_from_text(text, "the file")
    except UsageError as error:
        ours = str(error)
    else:
        ours = ""
    assert (done.returncode == 0) == (not ours), done.stdout + ours


BROKEN = {
    "no algorithm": (f'key "k" {{ secret "{BASE64}"; }};', "has no algorithm"),
    "no secret": ('key "k" { algorithm hmac-sha256; };', "has no secret"),
    "neither": ('key "k" { };', "has no algorithm and no secret"),
    "no opening brace": (f'key "k" algorithm hmac-sha256; secret "{BASE64}"; }};', "not followed by a brace"),
    "no closing brace": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}";', "no closing brace"),
    "no end of a string": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}; }};', "has no end"),
    "no name": (f'key {{ algorithm hmac-sha256; secret "{BASE64}"; }};', "the key has no name"),
    "empty name": (f'key "" {{ algorithm hmac-sha256; secret "{BASE64}"; }};', "the key has no name"),
    "nothing after key": ("key", "the key has no name"),
    "only a name": (f'key "{BASE64}"', "not followed by a brace"),
    "no semicolon": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}" }};', "no semicolon after the secret"),
    "secret in parts": (
        f"key k {{ algorithm hmac-sha256; secret {BASE64[:8]} {BASE64[8:]}; }};",
        "no semicolon after the secret",
    ),
    "secret without its word": (f'key "k" {{ algorithm hmac-sha256; "{BASE64}"; }};', "nothing else"),
    "secret behind the algorithm": (f"key k {{ algorithm hmac-sha256 {BASE64}; }};", "no semicolon"),
    "secret as a word": (f"key k {{ algorithm hmac-sha256; {BASE64}; }};", "nothing else"),
    "no algorithm's name": (f'key "k" {{ algorithm; secret "{BASE64}"; }};', "there is no value after algorithm"),
    "second secret": (f'key k {{ secret "{BASE64}"; Secret "{BASE64}"; algorithm hmac-md5; }};', "a second secret"),
    "second algorithm": (f'key k {{ algorithm hmac-md5; algorithm hmac-md5; secret "{BASE64}"; }};', "a second algor"),
    "two of one name": (CLAUSE + CLAUSE.replace("ddns-key", "ddns-key."), "there is a key ddns-key in line 1 already"),
    "empty secret": ('key "k" { algorithm hmac-sha256; secret ""; };', "the secret is empty"),
    "comment without end": (f"/* {CLAUSE}", "a comment has no end"),
    "brace too many": (f"}} {CLAUSE}", "this brace closes nothing"),
    "brace never closed": (f"view v {{ {CLAUSE}", "this brace is never closed"),
    "no semicolon before it": (f'include "x" {CLAUSE}', "no semicolon before this key"),
    "the zone's sign": (CLAUSE.replace("ddns-key", "@"), "@ is the zone, not a key's name"),
    "the root": (CLAUSE.replace("ddns-key", "."), "the root is not a key's name"),
    "secret as the name": (f'key "{BASE64}.." {{ algorithm hmac-md5; secret "AAAA"; }};', "name is not a domain name"),
    "secret and name exchanged": (f'key "{BASE64}" {{ algorithm hmac-md5; secret "k"; }};', "not strict"),
    "secret and algorithm exchanged": (
        f'key k {{ algorithm "{BASE64}"; secret "hmac-md5"; }};',
        "unknown algorithm in",
    ),
    "secret as an international name": (
        f"key \u00df{BASE64}\u0378 {{ algorithm hmac-md5; secret AAAA; }};",
        "not a domain",
    ),
    "unknown algorithm": (f'key "k" {{ algorithm hmac-sha3; secret "{BASE64}"; }};', "unknown algorithm"),
    "not Base64": (f'key "k" {{ algorithm hmac-sha256; secret "{BASE64}!"; }};', "not strict, padded Base64"),
    "wrong name": (f'key "a..b" {{ algorithm hmac-sha256; secret "{BASE64}"; }};', "name is not a domain name"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_key_statement_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        keys_from_text(text, "the file")
    assert "the file, line 1" in caught.value.text
    assert "key-encoding" not in caught.value.hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f'\nkey "k" {{\n  algorithm hmac-sha3;\n  secret "{BASE64}";\n}};', 3),
        ('\nkey "k" {\n  algorithm hmac-md5;\n  secret\n "k";\n};', 5),
        (f'\nkey "k" {{\n  algorithm hmac-md5;\n  secret "{BASE64}"\n}};', 4),
        ('/* one\n two\n*/ // three\n# four\n"six\n', 5),
        ('key "k"\n{\nsecret k;\n};', 1),
        (f"{CLAUSE}\n\n{CLAUSE}", 3),
        (f"options\n{{\n{CLAUSE}", 2),
    ],
)
def test_an_error_in_a_key_file_names_its_line(text: str, line: int) -> None:
    with pytest.raises(UsageError) as caught:
        keys_from_text(text, "ddns.key")
    assert f"ddns.key, line {line}" in f"{caught.value.text}:"


def test_many_escaped_quotes_are_read_in_one_go() -> None:
    """If the search for each of them began at the start, this would not end."""
    assert keys_from_text('version "' + '\\"' * 500_000 + f'";{CLAUSE}', "the file") == [KEY]


@given(st.text() | st.text(alphabet='key{};"/*# \nalgorithmsecret', max_size=80))
def test_any_text_is_a_key_file_or_refused(text: str) -> None:
    try:
        keys = keys_from_text(text, "the file")
    except UsageError:
        return
    assert all(key.secret for key in keys)


def test_a_key_file_is_read(tmp_path: Path) -> None:
    assert Key.from_file(str(write_private(tmp_path / "key", CLAUSE))) == KEY


def test_a_path_may_be_a_path_object(tmp_path: Path) -> None:
    assert Key.from_file(write_private(tmp_path / "key", CLAUSE)) == KEY


def test_a_byte_order_mark_before_a_key_or_secret_is_skipped(tmp_path: Path) -> None:
    assert Key.from_file(write_private(tmp_path / "key", f"\ufeff{CLAUSE}")) == KEY
    assert read_secret(f"@{write_private(tmp_path / 'secret', chr(0xFEFF) + BASE64)}") == BASE64


def test_an_error_names_the_file(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key", CLAUSE.replace("sha256", "sha3"))
    with pytest.raises(UsageError) as caught:
        Key.from_file(path)
    assert caught.value.text == f"unknown algorithm 'hmac-sha3' in {path}, line 1"


def test_a_path_with_a_line_end_in_it_makes_no_second_line(tmp_path: Path) -> None:
    path = write_private(tmp_path / "a\nb", "")
    with pytest.raises(UsageError) as caught:
        Key.from_file(path)
    assert "\n" not in str(caught.value)


def test_a_key_is_chosen_by_name_in_any_case(tmp_path: Path) -> None:
    path = str(write_private(tmp_path / "keys", CLAUSE + CLAUSE.replace("ddns-key", "other")))
    assert Key.from_file(path, "DDNS-Key") == KEY
    assert Key.from_file(path, Name.from_text("other")).name == Name.from_text("other")


def test_of_two_keys_the_first_is_the_newest_and_the_second_its_predecessor(tmp_path: Path) -> None:
    path = str(write_private(tmp_path / "keys", CLAUSE + CLAUSE.replace("ddns-key", "older")))
    key = Key.from_file(path)
    assert key == Key("ddns-key", SECRET, "hmac-sha256", predecessor=Key("older", SECRET, "hmac-sha256"))
    assert Key.from_file(path, "ddns-key").predecessor is None
    assert BASE64 not in repr(key)


def test_among_more_than_two_keys_one_must_be_chosen(tmp_path: Path) -> None:
    others = "".join(CLAUSE.replace("ddns-key", other) for other in ("b", "c"))
    path = str(write_private(tmp_path / "keys", CLAUSE + others))
    with pytest.raises(UsageError, match="several keys: ddns-key, b, c"):
        Key.from_file(path)


def test_a_key_that_is_not_in_the_file_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no key named other") as caught:
        Key.from_file(str(write_private(tmp_path / "key", CLAUSE)), "other")
    assert "ddns-key" in caught.value.hint


def test_a_file_without_a_key_is_refused_with_the_form_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no key") as caught:
        Key.from_file(str(write_private(tmp_path / "key", "options { };")))
    assert 'key "name" {' in caught.value.hint


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o606, 0o644, 0o666])
def test_a_file_that_others_can_read_or_write_is_refused_with_the_chmod_to_run(tmp_path: Path, mode: int) -> None:
    path = write_private(tmp_path / "key", CLAUSE)
    path.chmod(mode)
    with pytest.raises(UsageError, match="can be read or written by others") as caught:
        Key.from_file(str(path))
    assert caught.value.hint == f"if it is for keys only, run: chmod o-rw {path}"


def test_the_chmod_to_run_is_one_for_a_shell(tmp_path: Path) -> None:
    path = write_private(tmp_path / "my key", CLAUSE)
    path.chmod(0o644)
    with pytest.raises(UsageError) as caught:
        Key.from_file(path)
    assert caught.value.hint == f"if it is for keys only, run: chmod o-rw '{path}'"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_the_servers_user_is_read(tmp_path: Path) -> None:
    """As Debian's /etc/bind/rndc.key, which belongs to bind and its group."""
    path = write_private(tmp_path / "key", CLAUSE)
    path.chmod(0o640)
    os.chown(path, 1000, 1000)
    assert Key.from_file(path) == KEY
    assert read_secret(f"@{write_private(tmp_path / 'secret', 's')}") == "s"


@pytest.mark.parametrize("place", ["/run/secrets", "/var/run/secrets"])
def test_a_container_has_its_secrets_as_files_that_others_own_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """`/var/run` is a link to `/run`; Kubernetes' files are links within their directory."""
    assert place in SECRETS_OF_CONTAINERS
    directory = tmp_path / "run" / "secrets"
    directory.mkdir(parents=True)
    (tmp_path / "var").symlink_to(tmp_path)
    monkeypatch.setattr("dns_update.auth.private_file.SECRETS_OF_CONTAINERS", (f"{tmp_path}{place}",))
    write_private(directory / "data", CLAUSE).chmod(0o444)
    write_private(directory / "bare", "s").chmod(0o444)
    (directory / "key").symlink_to("data")
    for way in (directory, tmp_path / "var" / "run" / "secrets"):
        assert Key.from_file(way / "key") == KEY
        assert read_secret(f"@{way / 'bare'}") == "s"
    (directory / "data").chmod(0o446)
    with pytest.raises(UsageError, match="can be read or written by others"):
        Key.from_file(directory / "key")


def test_a_file_beside_a_containers_secrets_is_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.auth.private_file.SECRETS_OF_CONTAINERS", (f"{tmp_path}/secrets",))
    (tmp_path / "secrets").mkdir()
    write_private(tmp_path / "secrets2", CLAUSE).chmod(0o644)
    (tmp_path / "secrets" / "link").symlink_to(tmp_path / "secrets2")
    for path in (tmp_path / "secrets2", tmp_path / "secrets" / ".." / "secrets2", tmp_path / "secrets" / "link"):
        with pytest.raises(UsageError, match="can be read or written by others"):
            Key.from_file(path)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640, 0o660])
def test_a_file_for_owner_and_group_is_read(tmp_path: Path, mode: int) -> None:
    path = write_private(tmp_path / "key", CLAUSE)
    path.chmod(mode)
    assert Key.from_file(str(path)) == KEY


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path, 0o600)
    for read in (lambda: Key.from_file(path), lambda: read_secret(f"@{path}")):
        with pytest.raises(UsageError, match="is a named pipe"):
            read()


def test_a_pipe_that_is_open_already_is_waited_for_and_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell's <(...) is such a pipe; what is written after it was opened is read, too."""
    reader, writer = os.pipe()
    opened = threading.Event()
    set_blocking = os.set_blocking

    def tell(descriptor: int, blocking: bool) -> None:
        set_blocking(descriptor, blocking)
        opened.set()

    def write() -> None:
        opened.wait()
        os.write(writer, SECRET.hex().encode())
        os.close(writer)

    monkeypatch.setattr("dns_update.auth.private_file.os.set_blocking", tell)
    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert read_secret(f"@/dev/fd/{reader}") == SECRET.hex()
    finally:
        opened.set()
        thread.join()
        os.close(reader)


def test_a_key_comes_from_standard_input() -> None:
    program = "from dns_update import Key; print(Key.from_file('/dev/stdin'))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=CLAUSE, capture_output=True, text=True, check=False)
    assert done.stdout == f"{KEY}\n"


def test_a_symbolic_link_to_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop"
    path.symlink_to(path)
    with pytest.raises(UsageError, match="Too many levels of symbolic links"):
        Key.from_file(path)


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
    [
        ("s", "s"), ("s\n", "s"), ("s\r\n", "s"), ("s\n\n \n", "s"), ("\t s \r\n", "s"), ("\n s t\n", "s t"),
        ("\ufeffs\n", "s"), ("\u00a0s", "\u00a0s"),
    ],
)  # fmt: skip
def test_a_secret_is_read_from_a_file_without_the_blanks_around_it(tmp_path: Path, content: str, secret: str) -> None:
    path = write_private(tmp_path / "secret", "")
    path.write_bytes(content.encode())
    assert read_secret(f"@{path}") == secret


@pytest.mark.parametrize("content", ["", "\n", " \r\n\t\n", "\ufeff"])
def test_a_secrets_file_that_is_empty_is_refused(tmp_path: Path, content: str) -> None:
    path = write_private(tmp_path / "secret", content)
    with pytest.raises(UsageError, match="is empty"):
        read_secret(f"@{path}")


@pytest.mark.parametrize(("content", "lines"), [("s\nt", 2), ("s\n\nt\r\nu\n", 3)])
def test_a_secrets_file_of_several_lines_is_refused(tmp_path: Path, content: str, lines: int) -> None:
    path = write_private(tmp_path / "secret", content)
    with pytest.raises(UsageError, match=f"holds {lines} lines; one secret is expected"):
        read_secret(f"@{path}")


def test_a_secret_with_a_brace_is_no_key_file(tmp_path: Path) -> None:
    assert read_secret(f"@{write_private(tmp_path / 'secret', 'my{secret')}") == "my{secret"


def test_a_key_file_is_not_taken_for_a_bare_secret(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key", CLAUSE.replace("secret", "SECRET"))
    with pytest.raises(UsageError, match="is a key file, not a bare secret") as caught:
        read_secret(f"@{path}")
    assert rendered(caught.value.hint, COMMAND_LINE) == f"use key-file={path}"
    assert caught.value.hint == "Key.from_file reads it"


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


@pytest.mark.parametrize("name", ["home.key", "_x-1", "A"])
def test_a_name_that_is_plain_is_repeated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    for source in ("env", "credential"):
        with pytest.raises(UsageError, match=repr(name)):
            read_secret(f"{source}:{name}")


def test_a_credential_of_several_lines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "ddns", "s\nt\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(UsageError, match="ddns holds 2 lines"):
        read_secret("credential:ddns")


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
    """Return every form in which a secret might be disclosed."""
    encoded = base64.b64encode(secret).decode()
    return [repr(secret)[2:-1], encoded, encoded.rstrip("="), secret.hex(), secret.hex(" "), repr(list(secret))[1:-1]]


def assert_hidden(secret: bytes, *shown: str) -> None:
    """Assert that no text shows the secret, in any form, or its second half."""
    for form in (*forms_of(secret), *forms_of(secret[len(secret) // 2 :])):
        for text in shown:
            assert form.lower() not in text.lower()


@pytest.mark.parametrize(
    "given", [f"@{BASE64}", f"@/{BASE64}", f"@ab/{BASE64}", f"@{BASE64}\0", f"env:{BASE64}", f"credential:{BASE64}"]
)
@pytest.mark.parametrize("directory", [None, "", "/nonexistent"])
def test_a_secret_in_the_place_of_its_file_or_variable_is_not_repeated(
    given: str, directory: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    if directory is not None:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", directory or str(tmp_path))
    with pytest.raises(UsageError) as caught:
        read_secret(given)
    assert_hidden(SECRET, *told(caught.value))


@pytest.mark.parametrize("path", [BASE64, f"/{BASE64}", f"ab/{BASE64}", "correct horse"])
def test_a_secret_in_the_place_of_a_key_file_is_not_repeated(
    path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="cannot read the key file: No such file") as caught:
        Key.from_file(path)
    assert all(path not in text for text in told(caught.value))
    assert "it is not shown, since it looks like one" in caught.value.hint


@pytest.mark.parametrize("path", ["{directory}/missing", "./missing", "keys/missing", "there"])
def test_a_path_that_is_one_is_repeated(path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "there").mkdir()
    path = path.format(directory=tmp_path)
    for read in (lambda: Key.from_file(path), lambda: read_secret(f"@{path}")):
        with pytest.raises(UsageError, match=f"cannot read {path}: "):
            read()


@given(st.binary(min_size=12, max_size=64))
def test_the_repr_of_a_key_never_shows_its_secret(secret: bytes) -> None:
    read = Key.from_secret("ddns-key", base64.b64encode(secret).decode(), "hmac-sha256")
    for key in (read, read.other_reading):
        assert key is not None
        assert_hidden(secret, repr(key), str(key), f"{key}", f"{key!a}", repr([key]), repr({"key": key}))
        assert_hidden(base64.b64encode(secret), repr(key), str(key))


def test_the_repr_of_a_key_shows_what_is_no_secret() -> None:
    assert repr(KEY) == "Key(name='ddns-key', algorithm='hmac-sha256', secret=<hidden>)"


def test_no_way_of_showing_a_key_shows_its_secret() -> None:
    key = Key.from_secret("ddns-key", BASE64, "hmac-sha256")
    shown = [
        repr(key), str(key), format(key), ascii(key), f"{key!s}", "%s %r" % (key, key),  # noqa: UP031 - one of the ways
        repr(Exception(key)), str(Exception(key)), repr(KeyError(key).args), pprint.pformat({"key": [key]}),
        repr(copy.copy(key)), repr(copy.deepcopy([key])), reprlib.repr(key), repr(inspect.signature(key.from_secret)),
    ]  # fmt: skip
    for attempt in (
        lambda: json.dumps(key),
        lambda: pickle.dumps(key),
        lambda: setattr(key, "secret", b""),
        lambda: delattr(key, "secret"),
        lambda: format(key, ">80"),
        lambda: key + key,  # type: ignore[operator]
        lambda: vars(key),
    ):
        with pytest.raises((TypeError, AttributeError)) as caught:
            attempt()
        shown += [str(caught.value), repr(caught.value)]
    assert_hidden(SECRET, *shown)


def test_a_traceback_with_its_variables_does_not_show_the_secret_of_a_key() -> None:
    key = Key.from_secret("ddns-key", BASE64, "hmac-sha256")
    with pytest.raises(UsageError) as caught:
        sign(bytes(65535), key, time_signed=0)
    lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    whole = "".join(lines)
    assert "key = Key(name='ddns-key'" in whole
    assert_hidden(SECRET, whole)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="a Key cannot be pickled"):
        pickle.dumps([KEY], protocol)


def test_a_copy_of_a_key_is_the_key() -> None:
    assert copy.copy(KEY) is KEY
    assert copy.deepcopy(KEY) is KEY


def told(error: UsageError) -> list[str]:
    """Return everything that an error shows: its texts, and its traceback without the lines of this file's code."""
    whole = "".join(traceback.format_exception(error))
    return [str(error), repr(error), error.hint, "\n".join(line for line in whole.splitlines() if "File " not in line)]


def _from_file(content: str, mode: int = 0o600) -> Callable[[Path], object]:
    def read(directory: Path) -> object:
        path = write_private(directory / "key", content)
        path.chmod(mode)
        return Key.from_file(str(path), "ddns-key")

    return read


def _bare(content: str) -> Callable[[Path], object]:
    return lambda directory: read_secret(f"@{write_private(directory / 'key', content)}")


def _open_to_all(path: Path) -> object:
    write_private(path, BASE64).chmod(0o644)
    return read_secret(f"@{path}")


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
    "name and secret exchanged": lambda _: Key.from_secret(BASE64, "ddns-key", encoding="base64"),
    "algorithm and secret exchanged": lambda _: Key.from_secret("ddns-key", "hmac-sha256", BASE64),
    "octets as a text": lambda _: Key.from_secret("ddns-key", SECRET),  # type: ignore[arg-type]
    "text as octets": lambda _: Key("ddns-key", BASE64, "hmac-md5"),  # type: ignore[arg-type]
    "several lines": _bare(f"{BASE64}\n{BASE64}\n"),
    "bare secret open to all": lambda directory: _open_to_all(directory / "secret"),
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
    assert_hidden(SECRET, *told(caught.value))


def test_an_algorithm_is_read_from_a_text_only() -> None:
    with pytest.raises(UsageError, match="not from int"):
        Algorithm.from_text(256)  # type: ignore[arg-type] # what a program may do


def test_a_key_file_for_which_no_descriptor_is_left_may_be_readable_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_private(tmp_path / "home.key", CLAUSE)

    def none_left(_path: str, _flags: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(private_file, "open_at_once", none_left)
    with pytest.raises(NotNow, match=r"cannot read .*home\.key: Too many open files"):
        Key.from_file(str(path))

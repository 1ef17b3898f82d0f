"""Keys from the options and the `key` command; no text shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import LabKey, NameServer, dig
from lab.key import write_private
from tests.nsupdate.program import key_of, nsupdate, to
from tests.support.command import Result


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
def test_a_key_that_cannot_be_read_ends_the_run_before_anything_is_sent(
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


def test_each_file_of_a_pair_that_others_can_read_gets_a_warning(bind: NameServer, tmp_path: Path) -> None:
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


def test_a_path_that_cannot_be_a_secret_is_repeated(tmp_path: Path) -> None:
    for name in ("missing.key", "home", str(tmp_path / "AbCdEfGh0123456789AbCdEf")):
        assert name.removesuffix(".key") in nsupdate("", "-k", name).stderr
        assert name in nsupdate("", name).stderr


def test_a_secret_is_never_repeated(bind: NameServer) -> None:
    secret = "hush+hush/hush"
    assert secret not in nsupdate("", "-y", f"hmac-sha256:x:{secret}").stderr
    assert secret not in nsupdate(f"key hmac-sha256:x {secret}\n").stderr
    good = bind.keys[0]
    result = nsupdate(to(bind, f"key {good.algorithm}:{good.name} {good.secret}", "show", "send", "answer"), "-D")
    assert result.status == 0
    assert good.secret not in result.stdout + result.stderr


@pytest.mark.parametrize("argument", ["x", ":x", "x:", "hmac-sha256:x:", "::"])
def test_a_key_argument_needs_a_name_and_a_secret(argument: str) -> None:
    assert nsupdate("", "-y", argument) == Result(1, "", "key option must specify [hmac:]keyname:secret\n")


@pytest.mark.parametrize("option", ["-k", "-lk"])
@pytest.mark.parametrize(("word", "shown"), [("hmac-nonsense", "hmac-nonsense"), ("c2VjcmV0IHNlY3JldA==", "...")])
def test_an_unknown_algorithm_in_a_key_file_is_an_unknown_key_type(
    word: str, shown: str, option: str, tmp_path: Path
) -> None:
    clause = f'key "home" {{\n  algorithm "{word}";\n  secret "AAAA";\n}};\n'
    path = write_private(tmp_path / "home.key", clause)
    result = nsupdate("", option, str(path))
    first, second = result.stderr.splitlines()
    assert (result.status, first) == (1, f"unknown key type '{shown}'")
    assert "read key from " in second
    assert f"{path}, line 2" in second
    assert (word in result.stderr) == (word == shown)


@pytest.mark.parametrize(
    "private", ["", "Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: !\nBits: AAA=\n"]
)
def test_a_broken_pair_of_key_files_ends_the_run(private: str, tmp_path: Path) -> None:
    stem = tmp_path / "Kddns-key.+163+12345"
    write_private(Path(f"{stem}.key"), "ddns-key. IN KEY 512 3 163 AAAA\n")
    write_private(Path(f"{stem}.private"), private)
    result = nsupdate("", "-k", str(stem))
    assert (result.status, result.stderr.startswith(f"could not read key from {stem}.{{private,key}}: ")) == (1, True)

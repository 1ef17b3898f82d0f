import os
import subprocess
import sys
from pathlib import Path

import pytest

from dns_update.errors import UsageError
from dns_update.server_config.source import ConfigSource, read_source


def test_a_place_has_the_line_without_its_secret() -> None:
    source = ConfigSource("f", "one\ntwo secret abc; three def\nfour")
    source.hide(source.text.index("abc"), source.text.index("abc") + 3)
    source.hide(source.text.index("def"), source.text.index("def") + 3)
    place = source.place(source.text.index("three"))
    assert (place.file, place.line, place.text) == ("f", 2, "two secret ...; three ...")
    assert source.place(0).text == "one"
    assert source.place(len(source.text)).text == "four"


def test_a_secret_over_several_lines_is_hidden_in_each() -> None:
    source = ConfigSource("f", 'secret "abc\ndef"; x')
    source.hide(7, 16)
    assert source.place(0).text == "secret ..."
    assert source.place(13).text == "...; x"


def test_a_long_line_is_cut() -> None:
    assert len(ConfigSource("f", "x" * 1000).place(0).text) < 200


@pytest.mark.parametrize("name", ["missing", "", "."])
def test_what_is_not_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_source(str(tmp_path / name) if name else "")


def test_a_name_that_no_file_has() -> None:
    with pytest.raises(UsageError, match="not a path"):
        read_source("a\0b")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_file_that_others_may_not_read() -> None:
    program = (
        "import os, sys; sys.path.insert(0, 'src'); import dns_update.server_config.source as s\n"
        "try: s.read_source('/none')\nexcept s.errors.UsageError as error: str(error), str(error.hint)\n"
        "os.setuid(65534)\n"  # all is imported: another user may not be able to
        "try: s.read_source('/etc/shadow')\nexcept Exception as error: print(error.text, '|', error.hint)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Permission denied" in result.stdout
    assert "sudo" in result.stdout


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        read_source("/dev/zero")

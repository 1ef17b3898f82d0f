"""Every code that is found has its sentences, and every sentence belongs to a code that can be found."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import dns_update.server_config
from dns_update.errors.hints import COMMAND_LINE, TOML, rendered
from dns_update.server_config.finding import ConfigFinding, Place
from dns_update.server_config.texts import COMMON, texts

ROOM = Path(dns_update.server_config.__file__).parent
SERVERS = [path.parent.name for path in ROOM.glob("*/texts.py")]
_FOUND = re.compile(r'\b(?:fault|remark|right)\(\s*"([a-z-]+)"|"(?:[a-z-]+)" if \w+ else "([a-z-]+)"')


@pytest.mark.parametrize("server", SERVERS)
def test_codes_and_sentences_are_the_same(server: str) -> None:
    table = import_module(f"dns_update.server_config.{server}.texts").TEXTS
    code = "\n".join(path.read_text() for path in (ROOM / server).glob("*.py") if path.name != "texts.py")
    found = {first or second for first, second in _FOUND.findall(code)}
    assert found <= table.keys() | COMMON.keys()
    assert table.keys().isdisjoint(COMMON)
    unnamed = {name for name in table if f'"{name}"' not in code}
    assert {name for name in unnamed if f'"{name.partition("-")[2]}"' not in code} == set()  # the code has a prefix


@pytest.mark.parametrize("server", SERVERS)
def test_sentences_begin_small_and_have_no_full_stop(server: str) -> None:
    module = import_module(f"dns_update.server_config.{server}.texts")
    for text, hint in module.TEXTS.values():
        assert not text.endswith(".")
        assert not hint.endswith(".")
        assert text[0].islower() or text[0] == "$" or text.startswith(("AppArmor", "PowerDNS"))


@pytest.mark.parametrize(
    ("code", "on_command_line", "in_configuration"),
    [
        ("zone-below", "zone=b.example name=a.example", 'zone = "b.example" name = "a.example"'),
        ("key-similar", "key-name=home-key", 'name = "home-key"'),
        ("key-algorithm", "algorithm=hmac-sha512", 'algorithm = "hmac-sha512"'),
        ("key-secret-reading", "key-encoding=text or key-encoding=base64", 'encoding = "text" or encoding = "base64"'),
    ],
)
def test_a_property_is_spelled_as_its_reader_writes_it(code: str, on_command_line: str, in_configuration: str) -> None:
    values = {"owner": "a.example", "below": "b.example", "key": "{zone}", "similar": "home-key"}
    values |= {"other": "hmac-sha512", "algorithm": "hmac-sha256"}
    _text, hint = texts(ConfigFinding(code, "fault", "bind", Place("named.conf"), values=values))
    assert rendered(hint, COMMAND_LINE).endswith(f": {on_command_line}")
    assert rendered(hint, TOML).endswith(f": {in_configuration}")

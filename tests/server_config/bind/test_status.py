import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update.server_config import bind, texts
from dns_update.server_config.intended_update import IntendedUpdate
from lab import Bind, LabKey, Zone
from lab.key import write_private
from lab.port import Port
from tests.server_config.asked import accepts, codes, faults, intended, key_of


@dataclass(frozen=True)
class Controlled:
    """named and the words with which rndc reaches it."""

    server: Bind
    rndc: tuple[str, ...]

    @property
    def intended(self) -> IntendedUpdate:
        return intended("example.com", "home.example.com", key=key_of(self.server.keys[0]))

    @property
    def path(self) -> str:
        return str(self.server.directory / "named.conf")

    def run(self, *words: str) -> None:
        subprocess.run([*self.rndc, *words], check=True, capture_output=True)


@pytest.fixture
def controlled(tmp_path: Path) -> Iterator[Controlled]:
    key = LabKey.generate("rndc-key")
    port = Port.claim_any()
    control = f"controls {{ inet 127.0.0.1 port {port.number} allow {{ any; }} keys {{ rndc-key; }}; }};"
    options = f'options {{ default-server 127.0.0.1; default-port {port.number}; default-key "rndc-key"; }};\n'
    conf = write_private(tmp_path / "rndc.conf", key.bind_clause() + options)
    server = Bind(
        tmp_path / "named",
        zones=[Zone("example.com")],
        keys=[LabKey.generate("dd")],
        readonly_keys=[key],
        extra=control,
    )
    with server:
        yield Controlled(server, ("rndc", "-c", str(conf)))
    port.release()


def test_a_zone_that_runs(controlled: Controlled) -> None:
    found = bind.examine(controlled.path, controlled.intended, rndc=controlled.rndc)
    assert not faults(found)
    assert "running" in codes(found)


def test_a_frozen_zone_refuses_updates(controlled: Controlled) -> None:
    controlled.run("freeze", "example.com")
    found = bind.examine(controlled.path, controlled.intended, rndc=controlled.rndc)
    assert faults(found) == ["frozen"]
    assert not accepts(controlled.server, controlled.intended)
    _text, hint = texts(found[0])
    assert hint == "run: rndc thaw example.com"
    controlled.run(*hint.split()[2:])
    assert accepts(controlled.server, controlled.intended)


def test_a_configuration_that_named_has_not_read(controlled: Controlled) -> None:
    path = Path(controlled.path)
    text = path.read_text()
    path.write_text(text.replace("update-policy", "allow-query { any; }; //", 1))
    controlled.run("reconfig")
    path.write_text(text)
    assert faults(bind.examine(controlled.path, controlled.intended, rndc=controlled.rndc)) == ["running-static"]


@pytest.mark.parametrize(
    ("rndc", "code", "why"),
    [
        (("rndc", "-c", "/nonexistent"), "status-refused", "it says: "),
        (("not-a-program",), "status-not-known", "rndc gave no answer"),
        (None, "status-not-asked", "rndc was not asked, because it may reach another named"),
    ],
)
def test_without_rndc_the_command_is_named(
    controlled: Controlled, rndc: tuple[str, ...] | None, code: str, why: str
) -> None:
    found = bind.examine(controlled.path, controlled.intended, rndc=rndc)
    finding = next(each for each in found if each.code.startswith("status-"))
    text, hint = texts(finding)
    assert finding.code == code
    assert why in text
    assert hint == "run as root: rndc zonestatus example.com"


@pytest.mark.parametrize("rule", ["", "allow-update { none; };"])
def test_a_zone_that_is_static_in_the_file_too_is_not_called_unread(controlled: Controlled, rule: str) -> None:
    path = Path(controlled.path)
    path.write_text(path.read_text().replace("update-policy", f"{rule} //", 1))
    controlled.run("reconfig")
    found = bind.examine(controlled.path, controlled.intended, rndc=controlled.rndc)
    assert faults(found) == ["updates-off" if rule else "static"]

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from lab import Bind, LabKey, Zone, dig
from tests.lab.nsupdate import add_address


def test_a_policy_replaces_the_default(tmp_path: Path) -> None:
    key = LabKey.generate()
    zone = Zone("example.com", policy=f"update-policy {{ grant {key.name} name other.example.com. A; }};")
    with Bind(tmp_path / "server", zones=[zone], keys=[key]) as server:
        assert "REFUSED" in add_address(server, "home", key, tmp_path).stderr
        assert add_address(server, "other", key, tmp_path).returncode == 0


def test_a_secondary_is_ready_once_it_has_the_zone(bind: Bind, tmp_path: Path) -> None:
    primaries = f"primaries {{ {bind.host} port {bind.port}; }};"
    zone = Zone("example.com", type="secondary", extra=primaries)
    with Bind(tmp_path / "secondary", zones=[zone]) as secondary:
        assert len(dig(secondary, "example.com", "SOA")) == 1


def test_where_apparmor_confines_named_a_copy_of_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = tmp_path / "enabled"
    switch.write_text("Y\n", encoding="ascii")
    monkeypatch.setattr("lab.bind._APPARMOR_SWITCH", switch)
    with Bind(tmp_path / "server") as server:
        assert Path(f"/proc/{server.pid}/exe").resolve() == server.directory / "named"


def test_a_killed_run_leaves_no_server_behind(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from lab import Bind\n"
        "server = Bind(Path(sys.argv[1])); server.start(); print(server.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "server")]
    output = subprocess.run(command, cwd=pytestconfig.rootpath, capture_output=True, text=True, check=False).stdout
    assert _is_gone_soon(int(output))


def _is_gone_soon(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)  # for a process that is not our child, too
        with os.fdopen(descriptor):
            return bool(select.select([descriptor], [], [], 5)[0])
    return True

"""Runs the real nsupdate against a lab server."""

import subprocess
from pathlib import Path

from lab import LabKey, NameServer

ADDRESS = "192.0.2.77"


def add_address(server: NameServer, label: str, key: LabKey, directory: Path) -> subprocess.CompletedProcess[str]:
    """Add ADDRESS to a name in example.com, signed with the key."""
    script = f"server {server.host} {server.port}\nzone example.com\nadd {label}.example.com 60 A {ADDRESS}\nsend\n"
    command = ["nsupdate", "-k", str(key.write(directory / "nsupdate.key"))]
    return subprocess.run(command, input=script, capture_output=True, text=True, check=False)

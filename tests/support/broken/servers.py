"""The servers that set-ups are made of, and the line that everybody gives."""

import base64
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from dns_update.transport import Endpoint
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone
from lab.key import write_private
from lab.port import IPV6
from lab.server import find_program
from tests.support.broken.set_up import Words

KEY = next(
    key
    for key in (LabKey.generate("home") for _ in range(100))
    if base64.b64decode(key.secret)[-1:] not in (b"\r", b"\n")  # else nobody can tell where a line end begins
)
OTHER = LabKey.generate("other")
ANY = 'update-policy { grant "home" zonesub ANY; };'  # of BIND: the key may change everything
SECRET = KEY.secret
UPDATE = "    key: [home]\n    action: update\n"  # of Knot: the same


def line(server: NameServer | str, directory: Path, key: LabKey | None = KEY, *more: str, name: str = "home") -> Words:
    """Return the properties that everybody gives: server, zone, name, address, TTL, key."""
    at = server if isinstance(server, str) else str(Endpoint(server.host, server.port))
    words = [f"dns-server={at}", "zone=example.com", f"name={name}", "address=192.0.2.9", "ttl=300", "retries=1"]
    words += [] if key is None else [f"key-file={key.write(directory / 'client.key')}"]
    given = {word.partition("=")[0] for word in more}
    return [word for word in words if word.partition("=")[0] not in given] + [word for word in more if word[-1:] != "="]


def zones(policy: str = "", records: str = "") -> list[Zone]:
    return [Zone("example.com", policy=policy, records=records)]


def bind(stack: ExitStack, directory: Path, policy: str = "", *, extra: str = "", records: str = "") -> Bind:
    """Start BIND with both keys and a policy for the zone."""
    own = zones(policy, records)
    server = Bind(directory / "bind", keys=[OTHER], readonly_keys=[KEY], zones=own, extra=extra)
    return stack.enter_context(server)


def knot(stack: ExitStack, directory: Path, acl: str = "", ids: str = "of-test") -> Knot:
    """Start Knot with both keys, the zone with an acl of these lines."""
    policy = f"    acl: [{ids}]" if acl else "    semantic-checks: off"
    extra = f"  - id: of-test\n{acl}" if acl else ""
    return stack.enter_context(
        Knot(directory / "knot", keys=[OTHER], readonly_keys=[KEY], zones=zones(policy), extra=extra)
    )


def powerdns(stack: ExitStack, directory: Path, *, keys: tuple[LabKey, ...] = (KEY,), options: str = "") -> PowerDns:
    return stack.enter_context(PowerDns(directory / "powerdns", keys=keys, readonly_keys=[], options=options))


def secret_line(server: NameServer, directory: Path, secret: str, *more: str) -> Words:
    """Return a line with a secret as somebody wrote it into a file; with HMAC-SHA256 if nothing `more` is given."""
    path = write_private(directory / "secret", secret)
    return line(server, directory, None, f"key=@{path}", "key-name=home", *(more or ["algorithm=hmac-sha256"]))


def secondary_of(directory: Path, primary: NameServer, policy: str = "", key: LabKey = KEY) -> Bind:
    primaries = f"primaries {{ 127.0.0.1 port {primary.port}; }};"
    zone = Zone("example.com", type="secondary", policy=policy, extra=primaries)
    return Bind(directory / "secondary", readonly_keys=[key], zones=[zone], host=IPV6, port=primary.port)


def views(directory: Path, *parts: tuple[str, str, str, str]) -> str:
    """Return views of a name, the clients, the zone and its policy, as lines of named.conf."""
    lines = []
    for name, clients, zone, policy in parts:
        path = write_private(directory / name, Zone(zone).text)
        own = f'zone {zone} {{ type primary; file "{path}"; {policy} }};'
        lines.append(f"view {name} {{ match-clients {{ {clients} }}; {own} }};\n")
    return "".join(lines)


def run_tool(*command: str) -> None:
    subprocess.run([find_program(command[0], "bind9"), *command[1:]], check=True, capture_output=True)


def mount_read_only(stack: ExitStack, directory: Path) -> None:
    """Let nobody write in a directory, root neither, until the stack ends."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    subprocess.run(["mount", "--bind", str(directory), str(directory)], check=True)
    stack.callback(subprocess.run, ["umount", "--lazy", str(directory)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(directory)], check=True)


class Resolver(Bind):
    """BIND that resolves names for everybody."""

    def _configuration(self) -> str:
        return super()._configuration().replace("recursion no;", "recursion yes; allow-recursion { any; };")

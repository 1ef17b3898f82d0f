"""Measures the agent's peers in the same way: ddclient, inadyn, and a shell loop around nsupdate.

`python -m lab.bench_peers DIRECTORY` runs inside a network namespace that has INTERFACES, and prints a JSON object: for
each peer that is installed, its `Figures`.
"""

import json
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TypedDict

from lab.bind import Bind
from lab.errors import ServerFailed
from lab.key import LabKey, write_private
from lab.port import IPV4
from lab.process import memory, running
from lab.served import Interface, Reader
from lab.server import find_program

RECORDS = 10
CHANGES = 5
DDCLIENT_SECONDS = 60
"""The shortest interval that its daemon takes."""

LOOP_SECONDS = 1

_MOVING = [f"dd{number}" for number in range(CHANGES)]
INTERFACES = ("loop", "fixed", *_MOVING)
"""One for the loop, one whose address stays, one for each change that ddclient should see."""

_PATIENCE = 2.0 * DDCLIENT_SECONDS
_GENTLE = 0.02
"""Seconds between two queries if the figures are whole seconds; the agent is measured at the same time."""

_HTTP_PORT = 80
_LOOP = """\
last=
while sleep {seconds}; do
    now=$(ip -4 -oneline address show dev loop | awk '{{ sub("/.*", "", $4); print $4; exit }}')
    [ "$now" = "$last" ] || printf '%s\\n' "server {host}" "zone example.com" "update delete loop.example.com A" \\
        "update add loop.example.com 60 A $now" send | nsupdate -k {key} && last=$now
done
"""


class Figures(TypedDict):
    """Seconds from each change to the served address (none if the peer does not support DNS); resident and peak MiB."""

    seconds: list[float]
    mib: tuple[float, float]


def main() -> None:
    """Measure the peers, in the directory of the argument."""
    directory = Path(sys.argv[1])
    key = LabKey.generate()
    Interface("fixed").change("9.9.9.9")
    figures: dict[str, Figures] = {}
    with Bind(directory / "bind", keys=[key], is_durable=True, port=53):
        if (inadyn := _program("inadyn")) is not None:
            figures["inadyn"] = _inadyn(directory, inadyn)
        figures["loop"] = _loop(directory, key)
        if (ddclient := _program("ddclient")) is not None:
            figures["ddclient"] = _ddclient(directory, ddclient, key)
    json.dump(figures, sys.stdout)


def _program(name: str) -> str | None:
    try:
        return find_program(name, name)
    except ServerFailed:
        return None


def _loop(directory: Path, key: LabKey) -> Figures:
    key_file = key.write(directory / "loop.key")
    script = write_private(directory / "loop.sh", _LOOP.format(seconds=LOOP_SECONDS, host=IPV4, key=key_file))
    interface = Interface("loop")
    interface.change("9.9.0.1")
    with running(["sh", str(script)], directory / "loop.log") as pid, Reader("loop.example.com") as reader:
        reader.wait("9.9.0.1", patience=_PATIENCE)
        seconds = []
        for address in (f"9.9.0.{number + 2}" for number in range(CHANGES)):
            time.sleep(random.random() * LOOP_SECONDS)  # noqa: S311 - an event may come at any moment of a second
            started = interface.change(address)
            seconds.append(reader.wait(address, patience=_PATIENCE) - started)
        return Figures(seconds=seconds, mib=memory(pid))


def _ddclient(directory: Path, program: str, key: LabKey) -> Figures:
    """Change the interfaces one by one, evenly over one interval; ddclient sees all changes at its end."""
    names = [*_MOVING, *(f"fixed{number}" for number in range(RECORDS - CHANGES))]
    interfaces = [Interface(interface) for interface in _MOVING]
    for number, interface in enumerate(interfaces):
        interface.change(f"9.9.1.{number + 1}")
    configuration = write_private(directory / "ddclient.conf", _ddclient_configuration(directory, key, names))
    command = [program, "-foreground", "-file", str(configuration), "-cache", str(directory / "ddclient.cache")]
    with running(command, directory / "ddclient.log") as pid:
        began = max(_served_at(name, f"9.9.1.{number + 1}") for number, name in enumerate(_MOVING))
        starts = []
        for number, interface in enumerate(interfaces):
            time.sleep(max(began + (number + 0.5) / CHANGES * DDCLIENT_SECONDS - time.perf_counter(), 0))
            starts.append(interface.change(f"9.9.2.{number + 1}"))
        ends = [_served_at(name, f"9.9.2.{number + 1}") for number, name in enumerate(_MOVING)]
        seconds = [end - start for start, end in zip(starts, ends, strict=True)]
        return Figures(seconds=seconds, mib=memory(pid))


def _ddclient_configuration(directory: Path, key: LabKey, names: list[str]) -> str:
    """Give each name a key file of its own: ddclient sends the same address for all names with equal settings."""
    nsupdate = find_program("nsupdate", "bind9-dnsutils")
    lines = [
        f"daemon={DDCLIENT_SECONDS}",
        f"protocol=nsupdate, login={nsupdate}, server={IPV4}, zone=example.com, ttl=60",
        # It treats an update that nsupdate has done as failed, and would wait five minutes.
        "min-interval=1, min-error-interval=1",
    ]
    for name in names:
        key_file = key.write(directory / f"{name}.key")
        interface = name if name in _MOVING else "fixed"
        lines.append(f"use=if, if={interface}, password={key_file} {name}.example.com")
    return "\n".join(lines) + "\n"


def _served_at(name: str, address: str) -> float:
    with Reader(f"{name}.example.com") as reader:
        return reader.wait(address, patience=_PATIENCE, period=_GENTLE)


def _inadyn(directory: Path, program: str) -> Figures:
    """Let inadyn report ten names to a web service: it does not support DNS, so only its memory can be compared."""
    hosts = ", ".join(f'"h{number}.example.com"' for number in range(RECORDS))
    configuration = write_private(
        directory / "inadyn.conf",
        f'iface = "fixed"\nallow-ipv6 = false\ncustom bench {{\n    ssl = false\n    username = "u"\n'
        f'    password = "p"\n    ddns-server = "{IPV4}"\n    ddns-path = "/update?name=%h&address=%i"\n'
        f"    hostname = {{ {hosts} }}\n}}\n",
    )
    (directory / "cache").mkdir()
    command = [program, "--foreground", f"--config={configuration}", f"--cache-dir={directory / 'cache'}"]
    with HTTPServer((IPV4, _HTTP_PORT), _Provider) as provider:
        provider.timeout = _PATIENCE
        with running([*command, f"--pidfile={directory / 'inadyn.pid'}"], directory / "inadyn.log") as pid:
            for _name in range(RECORDS):
                provider.handle_request()
            time.sleep(1)  # it processes the last answer
            return Figures(seconds=[], mib=memory(pid))


class _Provider(BaseHTTPRequestHandler):
    """A web service that accepts every address."""

    def do_GET(self) -> None:
        """Answer as providers do."""
        answer = b"good"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


if __name__ == "__main__":
    main()

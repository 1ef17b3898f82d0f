"""Many names at once: `apply` beside nsupdate and knsupdate in their best batch sizes, and the server's own limit.

`python -m lab.bench_bulk` runs this part alone; BULK_NAMES=100000 has more names, BULK_RUNS=3 fewer runs of each. The
raw figures go to `.bench/bulk.json`. In each turn every contender changes all names of the same server, one after the
other, so what the machine does meanwhile concerns all of them alike. The replay sends messages of the same size that
were made before, and so does nothing but wait for the server.
"""

import json
import os
import platform
import random
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dns_update.auth import Key
from dns_update.auth.tsig import sign
from dns_update.bulk import BulkOptions, Wish
from dns_update.bulk.batch import Batch
from dns_update.bulk.packing import Packer
from dns_update.wire.codes import RRClass
from dns_update.wire.framing import Deframer, frame
from dns_update.wire.name import Name
from lab.bench_scripts import BindOnAllCores
from lab.key import LabKey
from lab.port import IPV4
from lab.versions import all_versions
from lab.zone import Zone

_NAMES = int(os.environ.get("BULK_NAMES", "10000"))
_RUNS = int(os.environ.get("BULK_RUNS", "7"))
_ZONE = "example.com"
_PEER_SIZES = (100, 250, 500, 1000)
_OUR_SIZES = (4096, 8192, 16384, 32768, 65535)
_PEERS = ("nsupdate", "knsupdate")
_IN_FLIGHT = BulkOptions().most_in_flight
_RESULTS = Path(".bench") / "bulk.json"


def main(command: str) -> None:
    """Print every figure; `command` is our command."""
    print(f"\n{_NAMES:,} names replaced, in any order; seconds of whole processes, medians of {_RUNS} runs")
    with tempfile.TemporaryDirectory() as directory:
        key = LabKey.generate("bulk", "hmac-sha256")
        with BindOnAllCores(Path(directory) / "bind", keys=[key], zones=[Zone(_ZONE)]) as server:
            bench = _Bench(Path(directory), server.port, key, command)
            contenders = bench.contenders()
            seconds: dict[str, list[float]] = {name: [] for name in contenders}
            for turn in range(_RUNS + 1):
                for name, run in contenders.items():
                    took = run()
                    if turn:  # the first turn makes the names
                        seconds[name].append(took)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    for name, median in medians.items():
        print(f"  {name:34}{median:8.3f} s{_NAMES / median:10,.0f} names/s", flush=True)
    _print_goals(medians, seconds)
    _store(seconds)


def _print_goals(medians: dict[str, float], seconds: dict[str, list[float]]) -> None:
    ours = "apply verify=no"
    for peer, goal in (("knsupdate", 0.75), ("nsupdate", 0.5)):
        found = {name: median for name, median in medians.items() if name.startswith(f"{peer} ")}
        if found:
            best = min(found, key=lambda name: found[name])
            print(f"  {ours} / {best:24}{_ratio(seconds, ours, best):8.2f}   goal: <= {goal}")
    print(f"  apply verify=yes / verify=no    {_ratio(seconds, 'apply verify=yes', ours):8.2f}   goal: <= 1.5")
    print(f"  replay / apply verify=no        {_ratio(seconds, 'replay', ours):8.2f}   goal: >= 0.95 without start-up")


def _ratio(seconds: dict[str, list[float]], one: str, other: str) -> float:
    """Return the median of the ratios of runs that followed each other."""
    return statistics.median(a / b for a, b in zip(seconds[one], seconds[other], strict=True))


def _store(seconds: dict[str, list[float]]) -> None:
    _RESULTS.parent.mkdir(exist_ok=True)
    about = {"names": _NAMES, "versions": all_versions(), "python": sys.version, "machine": platform.platform()}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    facts = about | {"cores": os.cpu_count(), "peak_mib_of_any_process": peak, "seconds": seconds}
    _RESULTS.write_text(json.dumps(facts, indent=2), encoding="utf-8")


class _Bench:
    """One server, and what sends to it; each turn has other addresses."""

    def __init__(self, directory: Path, port: int, key: LabKey, command: str) -> None:
        self._directory = directory
        self._port = port
        self._key = key
        self._key_file = key.write(directory / "bulk.key")
        self._command = command
        self._order = list(range(_NAMES))
        random.Random(1).shuffle(self._order)  # noqa: S311 - each run is the same
        self._marks = 0

    def contenders(self) -> dict[str, Callable[[], float]]:
        """Return what is compared: each makes all names, and returns the seconds that it took."""
        found: dict[str, Callable[[], float]] = {
            "apply verify=no": partial(self._apply, "verify=no"),
            "apply verify=yes": partial(self._apply, "verify=yes"),
        }
        for size in _OUR_SIZES:
            found[f"apply message-size={size}"] = partial(self._apply, "verify=no", f"message-size={size}")
        for peer in filter(shutil.which, _PEERS):
            for size in _PEER_SIZES:
                found[f"{peer} {size} a message"] = partial(self._script, peer, size)
        found["replay"] = self._replay
        return found

    def _addresses(self) -> list[tuple[str, str]]:
        """Return names and addresses that no run before had."""
        self._marks += 1
        mark = self._marks % 256
        return [(f"h{n}.{_ZONE}", f"{10 + (n >> 16)}.{mark}.{n >> 8 & 255}.{n & 255}") for n in self._order]

    def _apply(self, *words: str) -> float:
        path = self._directory / "names.csv"
        rows = "".join(f"{name},{address},300\n" for name, address in self._addresses())
        path.write_text(f"name,address,ttl\n{rows}", encoding="utf-8")
        server = (f"dns-server={IPV4}:{self._port}", f"zone={_ZONE}", f"key-file={self._key_file}")
        return self._timed([self._command, "apply", str(path), *server, *words])

    def _script(self, program: str, size: int) -> float:
        lines = [f"server {IPV4} {self._port}", f"zone {_ZONE}."]
        for number, (name, address) in enumerate(self._addresses(), 1):
            lines += [f"update delete {name}. A", f"update add {name}. 300 A {address}"]
            if number % size == 0:
                lines.append("send")
        path = self._directory / "script"
        path.write_text("\n".join([*lines, "send", ""]), encoding="utf-8")
        key = self._key
        return self._timed([program, "-v", "-y", f"{key.algorithm}:{key.name}:{key.secret}", str(path)])

    def _replay(self) -> float:
        """Send ready-made messages, with as many in flight as `apply` has."""
        messages = self._messages()
        started = time.perf_counter()
        with socket.create_connection((IPV4, self._port)) as connection:
            deframer, answered, sent = Deframer(), 0, 0
            while answered < len(messages):
                while sent < len(messages) and sent - answered < _IN_FLIGHT:
                    connection.sendall(frame(messages[sent]))
                    sent += 1
                for answer in deframer.feed(connection.recv(65536)):
                    if answer[3] & 0xF:
                        raise RuntimeError("the server refused a message")
                    answered += 1
        return time.perf_counter() - started

    def _messages(self) -> list[bytes]:
        key, packer = Key.from_file(str(self._key_file)), Packer(Name.from_text(_ZONE), RRClass.IN)
        batch, batches = Batch(), []
        room = packer.room(BulkOptions().message_octets)
        for name, address in self._addresses():
            wish = Wish.from_text(name, address, zone=_ZONE, ttl=300)
            octets, count = packer.packed(wish, 300)
            if batch.octets + len(octets) > room:
                batches.append(batch)
                batch = Batch()
            batch.add(wish, octets, count)
        now = int(time.time())
        return [
            sign(each.message(packer).encode(number), key, time_signed=now)[0]
            for number, each in enumerate([*batches, batch], 1)
        ]

    @staticmethod
    def _timed(command: list[str]) -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started


if __name__ == "__main__":
    main(str(Path(sys.executable).parent / "dns-update"))

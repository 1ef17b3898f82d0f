"""One name over TLS and QUIC: whole processes beside the same by UDP and TCP, and other programs that can do it."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from dns_update import Client, Key, Policy, TlsSettings
from lab.bench.context import Context
from lab.bench.results import Row, Run, Task
from lab.bench.runs import Contender, Turns, by_turns, measure
from lab.bench.work import KNSUPDATE, NSUPDATE, ZONE, BindOnAllCores, installed, key_in_one_line, zone_of
from lab.certificates import Authority, Certificate
from lab.key import LabKey, write_private
from lab.knot import Knot
from lab.port import IPV4, Port
from lab.versions import version

BY_TLS = "one signed replacement over TLS, zone and TTL given"
BY_UDP, OVER_TCP, OVER_TLS, OVER_TLS_READ_BACK = (
    "dns-update verify=no, UDP",
    "dns-update verify=no, TCP",
    "dns-update verify=no, TLS",
    "dns-update verify=yes, TLS",
)
_KEPT_SENDS = 200
ON_KEPT = f"{_KEPT_SENDS} updates, one after the other, on a connection that is open"
KEPT_TCP, KEPT_TLS = "dns_update.Client, TCP", "dns_update.Client, TLS"
NSUPDATE_BY_TLS = f"{NSUPDATE} -S"
_HAS_TLS = (9, 20)  # the first nsupdate that has it

BY_QUIC = "one signed replacement over QUIC to Knot, zone and TTL given"
OVER_QUIC, OVER_QUIC_READ_BACK = "dns-update verify=no, QUIC", "dns-update verify=yes, QUIC"
KNSUPDATE_BY_QUIC = f"{KNSUPDATE} --quic"
_HAS_QUIC = (3, 4)  # the first Knot that has it, and TLS
_TURNS = Turns(30, warm_ups=3)


def measure_secure(context: Context) -> Sequence[Task]:
    """Measure one replacement over TLS, and over QUIC if Knot can do it."""
    with TemporaryDirectory(prefix="dns-update-bench-") as text, closing(_Claim()) as claim:
        directory, key = Path(text), LabKey.generate("bench")
        authority = Authority(directory)
        own = authority.certificate("ns.example.com")
        server = BindOnAllCores(
            directory / "server",
            keys=(key,),
            zones=(zone_of(1),),
            options=f"listen-on port {claim.number} tls own {{ {IPV4}; }};",
            extra=f'tls own {{ cert-file "{own.certificate}"; key-file "{own.key}"; }};',
        )
        key_file, ca = key.write(directory / "bench.key"), authority.root.certificate
        updates = _Updates(context, key_file)

        def theirs() -> Run:
            return measure([NSUPDATE, "-k", str(key_file), "-S", "-A", str(ca)], updates.script(claim.number))

        with server:
            by_tls = ("transport=tls", f"tls-ca={ca}")
            contenders = [
                Contender(Row(program=BY_UDP), updates.ours(server.port, "verify=no")),
                Contender(Row(program=OVER_TCP), updates.ours(server.port, "verify=no", "transport=tcp")),
                Contender(Row(program=OVER_TLS), updates.ours(claim.number, "verify=no", *by_tls)),
                Contender(Row(program=OVER_TLS_READ_BACK), updates.ours(claim.number, "verify=yes", *by_tls)),
            ]
            if installed([NSUPDATE]) and version(NSUPDATE) >= _HAS_TLS:
                contenders.append(Contender(Row(program=NSUPDATE_BY_TLS), theirs))
            whole = by_turns(BY_TLS, contenders, _TURNS, base=BY_UDP, server=server)
            key_given, settings = Key.from_file(str(key_file)), TlsSettings(ca=str(ca))
            kept = [
                _kept(KEPT_TCP, Client(IPV4, port=server.port, key=key_given, policy=Policy(transport="tcp"))),
                _kept(
                    KEPT_TLS,
                    Client(IPV4, port=claim.number, key=key_given, policy=Policy(transport="tls", tls=settings)),
                ),
            ]
            tasks = [whole, by_turns(ON_KEPT, kept, _TURNS, base=KEPT_TCP, server=server)]
        if version("knotd") >= _HAS_QUIC:
            tasks.append(_measure_quic(context, directory / "knot", key, authority, own))
        return tasks


def _kept(program: str, client: Client) -> Contender:
    """Return a client that sends updates one after the other on one connection, which is open before."""

    def run() -> Run:
        with client:
            client.set("h0", "192.0.2.1", zone=ZONE, ttl=300, verify=False)
            started = time.perf_counter()
            for number in range(_KEPT_SENDS):
                client.set("h0", f"192.0.2.{number % 250}", zone=ZONE, ttl=300, verify=False)
            return Run(time.perf_counter() - started)

    return Contender(Row(program=program, names=_KEPT_SENDS, batch=1, in_flight=1), run)


def _measure_quic(context: Context, directory: Path, key: LabKey, authority: Authority, own: Certificate) -> Task:
    """Measure one replacement over QUIC, beside UDP and TLS."""
    with closing(_Claim()) as quic, closing(_Claim()) as tls:
        server = Knot(
            directory,
            keys=(key,),
            zones=(zone_of(1),),
            options=f"""\
    listen-quic: {IPV4}@{quic.number}
    listen-tls: {IPV4}@{tls.number}
    cert-file: "{own.certificate}"
    key-file: "{own.key}"
""",
        )
        directory.mkdir()
        one_line = write_private(directory / "knsupdate.key", key_in_one_line(key))
        updates = _Updates(context, key.write(directory / "bench.key"))

        def theirs() -> Run:
            command = [KNSUPDATE, "-k", str(one_line), "--quic", f"--pin={own.pin}"]
            return measure(command, updates.script(quic.number))

        with server:
            ca = f"tls-ca={authority.root.certificate}"
            contenders = [
                Contender(Row(program=BY_UDP), updates.ours(server.port, "verify=no")),
                Contender(Row(program=OVER_TLS), updates.ours(tls.number, "verify=no", "transport=tls", ca)),
                Contender(Row(program=OVER_QUIC), updates.ours(quic.number, "verify=no", "transport=quic", ca)),
                Contender(
                    Row(program=OVER_QUIC_READ_BACK), updates.ours(quic.number, "verify=yes", "transport=quic", ca)
                ),
                Contender(Row(program=KNSUPDATE_BY_QUIC), theirs),
            ]
            return by_turns(BY_QUIC, contenders, _TURNS, base=BY_UDP, server=server)


class _Updates:
    """Updates of one name, each with another address."""

    def __init__(self, context: Context, key_file: Path) -> None:
        self._fixed = [context.commands.dns_update, f"zone={ZONE}", "name=h0", "ttl=300", f"key-file={key_file}"]
        self._numbers = count()

    def ours(self, port: int, *words: str) -> Callable[[], Run]:
        """Return a run of our command."""
        fixed = [*self._fixed, f"dns-server={IPV4}:{port}", *words]
        return lambda: measure([*fixed, f"address={self._address()}"])

    def script(self, port: int) -> str:
        """Return a script for one run of a peer."""
        update = f"update delete h0.{ZONE}. A\nupdate add h0.{ZONE}. 300 A {self._address()}\nsend\n"
        return f"server {IPV4} {port}\nzone {ZONE}\n{update}"

    def _address(self) -> str:
        return f"203.0.113.{next(self._numbers) % 250}"


class _Claim:
    """A port of its own, until it is closed."""

    def __init__(self) -> None:
        self._port = Port.claim_any()
        self.number = self._port.number

    def close(self) -> None:
        """Give it back."""
        self._port.release()

"""One name signed by GSS-TSIG, with a ticket that is there: whole processes beside nsupdate -g and a shared key."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.bench.context import Context
from lab.bench.results import Row, Run, Task
from lab.bench.runs import Contender, Turns, by_turns, measure
from lab.bench.work import NSUPDATE, BindOnAllCores
from lab.kdc import Kdc, in_realm
from lab.key import LabKey
from lab.port import IPV4
from lab.zone import Zone

BY_GSS = "one replacement signed by GSS-TSIG, with a ticket for the server, zone and TTL given"
WITH_TICKET, WITH_TICKET_READ_BACK, WITH_KEY = (
    "dns-update auth=gss verify=no",
    "dns-update auth=gss verify=yes",
    "dns-update key-file= verify=no",
)
NSUPDATE_BY_GSS = f"{NSUPDATE} -g"
_ZONE, _SERVICE = "example.test", "DNS/ns.example.test"
_TURNS = Turns(30, warm_ups=3)


def measure_kerberos(context: Context) -> Sequence[Task]:
    """Measure one replacement; the KDC is asked by nobody, since all have the ticket for the server."""
    with TemporaryDirectory(prefix="dns-update-bench-") as text, Kdc(Path(text) / "kdc") as kdc, in_realm(kdc):
        directory, key = Path(text), LabKey.generate("bench")
        kdc.add("user")
        kdc.add(_SERVICE)
        ticket = kdc.ticket("ticket", "user", kdc.keytab("user.keytab", "user"))
        kdc.use(ticket, _SERVICE)
        grants = f'grant "user@{kdc.realm}" zonesub ANY; grant {key.name} zonesub ANY;'
        server = BindOnAllCores(
            directory / "server",
            keys=(key,),
            zones=(Zone(_ZONE, policy=f"update-policy {{ {grants} }};"),),
            options=f'tkey-gssapi-keytab "{kdc.keytab("dns.keytab", _SERVICE)}";',
        )
        key_file, numbers = key.write(directory / "bench.key"), count()

        def address() -> str:
            return f"203.0.113.{next(numbers) % 250}"

        def ours(*words: str) -> Callable[[], Run]:
            fixed = [context.commands.dns_update, f"dns-server={IPV4}:{server.port}", f"zone={_ZONE}", "name=h0"]
            return lambda: measure([*fixed, "ttl=300", *words, f"address={address()}"])

        def theirs() -> Run:
            update = f"update delete h0.{_ZONE}. A\nupdate add h0.{_ZONE}. 300 A {address()}\nsend\n"
            script = f"server {IPV4} {server.port}\nzone {_ZONE}\n{update}"
            return measure(["env", f"KRB5CCNAME={ticket}", NSUPDATE, "-g"], script)

        with server:
            by_ticket = ("auth=gss", f"ccache={ticket}")
            contenders = [
                Contender(Row(program=WITH_TICKET), ours("verify=no", *by_ticket)),
                Contender(Row(program=WITH_TICKET_READ_BACK), ours("verify=yes", *by_ticket)),
                Contender(Row(program=WITH_KEY), ours("verify=no", f"key-file={key_file}")),
                Contender(Row(program=NSUPDATE_BY_GSS), theirs),
            ]
            return [by_turns(BY_GSS, contenders, _TURNS, base=NSUPDATE_BY_GSS, server=server)]

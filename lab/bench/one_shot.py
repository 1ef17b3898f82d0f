"""One name: whole processes beside nsupdate, wall time and memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from lab.bench.context import Context
from lab.bench.results import Row, Run, Task
from lab.bench.runs import Contender, Turns, by_turns, measure
from lab.bench.work import KNSUPDATE, NSUPDATE, ZONE, Work, installed, served
from lab.port import IPV4

TITLE = "one signed replacement by UDP, zone and TTL given"
SET, SET_READ_BACK, SET_WITHOUT_TTL = (
    "dns-update verify=no",
    "dns-update verify=yes",
    "dns-update verify=yes, no TTL given",
)
OUR_NSUPDATE, BARE_PYTHON = "dns-nsupdate", "python that does nothing"
_TURNS = Turns(40, warm_ups=3)


def measure_one_shot(context: Context) -> Sequence[Task]:
    """Measure one replacement by each program."""
    with served(1, context.commands, is_durable=True) as work:
        one = _OneName(work)
        contenders = [
            Contender(Row(program=SET), one.dns_update("verify=no", "ttl=300")),
            Contender(Row(program=SET_READ_BACK), one.dns_update("verify=yes", "ttl=300")),
            Contender(Row(program=SET_WITHOUT_TTL), one.dns_update("verify=yes")),
            Contender(Row(program=OUR_NSUPDATE), one.scripted(context.commands.dns_nsupdate)),
            *(Contender(Row(program=program), one.scripted(program)) for program in installed([NSUPDATE, KNSUPDATE])),
            work.dnspython(1, transport="udp"),
            Contender(Row(program=BARE_PYTHON), lambda: measure(context.commands.bare_python)),
        ]
        return [by_turns(TITLE, contenders, _TURNS, base=NSUPDATE, server=work.server)]


@dataclass
class _OneName:
    """The same replacement by each program; the address differs each time, so that there is something to change."""

    work: Work
    _numbers: "count[int]" = field(default_factory=count, init=False)

    def dns_update(self, *words: str) -> Callable[[], Run]:
        """Return what runs our command."""
        work = self.work
        fixed = [work.commands.dns_update, f"dns-server={IPV4}:{work.port}", f"zone={ZONE}", "name=h0"]
        return lambda: measure([*fixed, f"key-file={work.key_file}", *words, f"address={self._address()}"])

    def scripted(self, program: str) -> Callable[[], Run]:
        """Return what runs a program that reads nsupdate's language."""

        def run() -> Run:
            script = (
                f"server {IPV4} {self.work.port}\nzone {ZONE}\nupdate delete h0.{ZONE}. A\n"
                f"update add h0.{ZONE}. 300 A {self._address()}\nsend\n"
            )
            return measure([program, "-k", str(self.work.key_files[program])], script)

        return run

    def _address(self) -> str:
        number = next(self._numbers)
        return f"203.0.{number >> 8 & 0xFF}.{number & 0xFF}"

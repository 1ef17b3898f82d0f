"""The parts, by the names that PARTS takes."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from lab.bench.agent import measure_agent
from lab.bench.bulk import measure_bulk, measure_million
from lab.bench.context import Context
from lab.bench.encoding import measure_encoding
from lab.bench.kerberos import measure_kerberos
from lab.bench.one_shot import measure_one_shot
from lab.bench.results import Task
from lab.bench.scripts import measure_scripts
from lab.bench.secure import measure_secure
from lab.bench.servers import measure_servers
from lab.bench.shapes import measure_shapes


class PartOfBench(NamedTuple):
    """What a part measures, in one line, and the function that measures it."""

    about: str
    measure: Callable[[Context], Sequence[Task]]


PARTS = {
    "one-shot": PartOfBench("one name: a whole process, its time and its memory", measure_one_shot),
    "tls": PartOfBench("one name over TLS, beside UDP and TCP; and over QUIC, if Knot has it", measure_secure),
    "gss": PartOfBench("one name signed with a Kerberos ticket, beside nsupdate -g", measure_kerberos),
    "scripts": PartOfBench("nsupdate scripts of many sends, near the server and 1 ms away", measure_scripts),
    "shapes": PartOfBench("nsupdate scripts of common shapes", measure_shapes),
    "bulk": PartOfBench("batch sizes, and 1 to 100,000 names", measure_bulk),
    "million": PartOfBench("1,000,000 names", measure_million),
    "servers": PartOfBench("message sizes and windows of BIND, Knot and PowerDNS", measure_servers),
    "encoding": PartOfBench("building, encoding and signing an update, beside dnspython", measure_encoding),
    "agent": PartOfBench("the agent beside ddclient, inadyn and a loop (needs root)", measure_agent),
}

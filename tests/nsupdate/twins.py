"""Two BINDs with the same zones, one for the real nsupdate and one for ours; the results of each.

Each script has zones of its own, so that none disturbs another. As the zones of the two servers have the same names,
all that differs between two runs is the port of the server, and what differs between any two runs of one program:
message IDs, times and MACs. `_CHANGING` takes these away.

Placeholders:

- `{zone}`; `{other}`, a second zone; `{child}`, a zone below the first one;
- `{server}` and `{port}`; `{closed}`, a port where nothing listens, `{silent}`, one that never answers, and `{free}`,
  one to send from;
- `{key}` and `{secret}`, or `{secret-in-parts}`; `{secret-ALGORITHM}` of the key named `ALGORITHM-key`;
- `{long}`, 200 octets for a string, and `{half}`, many of them, of which two are more than a message holds;
- `{files}`, the directory with the key files of `_write_files`, and `{pair}`, the stem of a K* pair in it.
"""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lab import Bind, LabKey, NameServer, Namespace, Zone, dig
from lab.errors import PortTaken
from lab.key import write_private
from lab.port import Port
from lab.server import find_program
from tests.nsupdate.scripts import Input, Location, Script, Text
from tests.support.peer import Silent, closed_port

REAL = find_program("nsupdate", "bind9-dnsutils")

UNDER_TEST = os.environ.get("DNS_UPDATE_NSUPDATE", str(Path(sys.executable).parent / "dns-nsupdate"))
"""`DNS_UPDATE_NSUPDATE=nsupdate pytest ...` runs the real program on both sides: then all results must be equal."""

IS_REAL_ON_BOTH_SIDES = Path(UNDER_TEST).name == "nsupdate"

ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")

_DEADLINE = 60  # seconds after which a program hangs; none of the tests counts on it

_PORTS_TO_SEND_FROM = range(20000, 20100)

_STRING = "0123456789" * 20
_STRINGS_IN_HALF = 165  # 201 octets each: 33 KiB, of which two are more than a message holds

_RECORDS = """\
www A 192.0.2.1
www A 192.0.2.2
www AAAA 2001:db8::1
www TXT "hello"
alias CNAME www
multi TXT "one" "two"
multi TXT "three"
mail MX 10 www
short 60 A 192.0.2.60
*.wild A 192.0.2.9
a.b.c A 192.0.2.5
"""
"""The first records of each zone, besides SOA, NS and the name server's address."""

_DATE = r"\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d\.\d{3}"

_CHANGING = [
    (re.compile(r"\bid: +0\n"), "id: {none}\n"),
    # The real one forgets the end of this line.
    (re.compile(r"^(invalid address \S+)(syntax error)$", re.MULTILINE), r"\1\n\2"),
    (re.compile(r"\bid: +\d+"), "id: {id}"),
    (re.compile(r"(\bTSIG\s+\S+\s+)\d+ (\d+) (\d+) (?:\S+ )?\d+ (\S+ \d+)"), r"\1{time} \2 \3 {mac} {id} \4"),
    # Lines that BIND's library logs: details, or what nsupdate then says in its own words.
    (re.compile(rf"^{_DATE} (?:dns_rdata_fromtext: .*|the key '.*' is too short to be secure)\n", re.MULTILINE), ""),
    (re.compile(rf"^{_DATE} ", re.MULTILINE), ""),
]

_COUNTS_IN_SHOW = re.compile(r"(id: \{none\}\n;; flags:; )ZONE: \d+, PREREQ: \d+, UPDATE: \d+")
"""The real one does not count records in a message that is not sent yet; ours does, on purpose ("show-counts")."""

PHRASES = re.compile(
    r"""
    ^update\ failed:\ \w+(?:\(\w+\))?
  | ^;;\ ->>HEADER<<-\ opcode:\ \w+,\ status:\ \w+
  | ^;;\ (?:PREREQUISITE|UPDATE|TSIG\ PSEUDO)\ ?SECTION:  # not ZONE: the real one leaves it out after a discovery
  | ^Reply\ from\ (?:SOA|update)\ query | ^Outgoing\ update\ query | ^Answer:
  | ^;\ Communication\ with\ \S+\ failed:\ .*
  | ^unknown\ key\ type\ '[^']*'
  | ^invalid\ owner\ name:\ empty\ label
  | ^couldn't\ get\ address\ for\ '[^']*':
  | \bis\ not\ a\ valid\ (?:class\ or\ )?type:\ unknown\ class/type
  | ^check-names\ failed:\ bad\ (?:owner|name)\ '[^']*'
  | ^NSEC3PARAM\ has\ excessive\ iterations\ \(>\ \d+\)
  | ^only\ one\ of\ -4\ and\ -6\ allowed
  | address\ family\ not\ supported
  | Use\ of\ K\*\ file\ pairs\ for\ HMAC\ is\ deprecated
  | ^response\ to\ (?:GSS-TSIG|SOA)\ query\ was\ unsuccessful
  | ^syntax\ error
    """,
    re.VERBOSE | re.MULTILINE,
)
"""The texts that scripts search for in outputs."""


@dataclass(frozen=True)
class Outcome:
    """The results of a run.

    Attributes:
        status: the exit status.
        stdout: without what changes from run to run.
        stderr: the same.
        records: the script's zones afterwards, without the serial; sorted.

    """

    status: int
    stdout: str
    stderr: str
    records: tuple[str, ...]

    def under(self, rule: Text) -> dict[str, object]:
        """Return what the rule compares."""
        said = {"stdout": self.stdout, "stderr": self.stderr}
        return {
            "status": self.status,
            **{stream: _under(text, rule) for stream, text in said.items()},
            "records": list(self.records),
        }


def _under(text: str, rule: Text) -> object:
    if rule is Text.EXACT:
        text = _COUNTS_IN_SHOW.sub(r"\1{counts}", text)
        return [" ".join(line.split()) for line in text.splitlines()]
    if rule is Text.PHRASES:
        return PHRASES.findall(text) if text else "nothing is said"
    return bool(text)


@dataclass(frozen=True)
class Side:
    """One of the two sides: a server, and the values of the placeholders in scripts."""

    server: NameServer
    values: dict[str, str]

    def run(self, program: str, script: Script) -> Outcome:
        """Run the script by the program against this side's server."""
        body = self.fill(script.body, script)
        command = [program, *(self.fill(word, script) for word in script.arguments)]
        if script.source is Input.FILE:
            path = self.server.directory / f"{script.name}.nsupdate"
            path.write_text(body, encoding="utf-8")
            command.append(str(path))
        done = subprocess.run(
            [*self._inside, *command],
            input="" if script.source is Input.FILE else body,
            capture_output=True,
            text=True,
            check=False,
            timeout=_DEADLINE,
            cwd=self.values["{files}"],
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
        return Outcome(done.returncode, self._settle(done.stdout), self._settle(done.stderr), self.records(script))

    def fill(self, text: str, script: Script) -> str:
        """Replace placeholders by this side's values."""
        for mark, value in {**self.values, "{zone}": script.zone, **script.further}.items():
            text = text.replace(mark, value)
        return text

    def records(self, script: Script) -> tuple[str, ...]:
        """Return the records of the script's zones, by AXFR, without the serial, which counts updates."""
        lines = {_without_serial(line) for zone in script.zones for line in dig(self.server, zone, "AXFR")}
        return tuple(sorted(lines))

    @property
    def _inside(self) -> Sequence[str]:
        return [] if self.server.namespace is None else self.server.namespace.prefix

    def _settle(self, text: str) -> str:
        for pattern, name in _CHANGING:
            text = pattern.sub(name, text)
        text = text.replace(f"#{self.server.port}", "#{port}").replace(str(self.server.directory), "{directory}")
        return text.replace(self.values["{files}"], "{files}")


@dataclass(frozen=True)
class Twins:
    """The side of the real program, and that of ours."""

    real: Side
    ours: Side


@contextmanager
def twins(directory: Path, scripts: Sequence[Script], place: Location) -> Iterator[Twins]:
    """Start two servers with the scripts' zones."""
    keys = [LabKey.generate()] + [LabKey.generate(f"{algorithm}-key", algorithm) for algorithm in ALGORITHMS]
    files = directory / "files"
    files.mkdir(parents=True)
    _write_files(files, keys[0])
    pair = _write_pair(files, keys[0])
    zones = [
        Zone(name, policy=script.policy_clause, records=_RECORDS, extra="check-names ignore;")
        for script in scripts
        if script.place is place
        for name in script.zones
    ]
    with ExitStack() as stack:
        silent = stack.enter_context(Silent())
        free = _claim_port_to_send_from()
        stack.callback(free.release)
        common = {
            **_key_values(keys),
            "{files}": str(files),
            "{pair}": pair,
            "{closed}": str(closed_port()),
            "{silent}": str(silent.port),
            "{free}": str(free.number),
            "{space}": " ",
            "{tab}": "\t",
            "{return}": "\r",
            "{nothing}": "",
            "{join}\n": "",
            "{long}": _STRING,
            "{half}": f'"{_STRING}" ' * _STRINGS_IN_HALF,
        }
        sides = []
        for name in ("real", "ours"):
            namespace = stack.enter_context(Namespace()) if place is Location.NAMESPACE else None
            port = 53 if place is Location.NAMESPACE else 0
            bind = Bind(directory / name, zones=zones, keys=keys, namespace=namespace, port=port)
            server = stack.enter_context(bind)
            sides.append(Side(server, {**common, "{server}": server.host, "{port}": str(server.port)}))
        yield Twins(*sides)


def _claim_port_to_send_from() -> Port:
    """Claim a port below the range from which the kernel assigns ports, so that no other program gets it by chance."""
    for number in _PORTS_TO_SEND_FROM:
        with suppress(PortTaken):
            return Port.claim(number)
    raise PortTaken(f"none of {_PORTS_TO_SEND_FROM} is free")


def _key_values(keys: Sequence[LabKey]) -> dict[str, str]:
    key, *further = keys
    return {
        "{key}": key.name,
        "{secret}": key.secret,
        "{secret-in-parts}": f"{key.secret[:20]} {key.secret[20:]}",
        **{f"{{secret-{key.algorithm}}}": key.secret for key in further},
    }


def _write_files(files: Path, key: LabKey) -> None:
    """Write the key files that scripts name."""
    key.write(files / "good.key")
    LabKey.generate(key.name, key.algorithm).write(files / "wrong-secret.key")
    LabKey.generate("stranger", key.algorithm).write(files / "unknown.key")
    clause = key.bind_clause()
    commented = f"// one\n# two\n/* three\n four */\n{clause}"
    write_private(files / "comments.key", commented)
    write_private(files / "bare.key", clause.replace('"', "", 2))
    write_private(files / "quoted.key", clause.replace(key.algorithm, f'"{key.algorithm.upper()}"'))
    write_private(files / "lines.key", clause.replace(";", ";\r\n").replace("{", "\r\n{\r\n"))
    secret_first = f'key "{key.name}" {{ secret "{key.secret}"; algorithm {key.algorithm}; }};\n'
    write_private(files / "secret-first.key", secret_first)
    write_private(files / "no-algorithm.key", f'key "{key.name}" {{ secret "{key.secret}"; }};\n')
    write_private(files / "truncated.key", clause.replace(key.algorithm, f"{key.algorithm}-128"))
    write_private(files / "server.key", f'{clause}server 192.0.2.1 {{ keys "{key.name}"; }};\n')
    write_private(files / "two.key", clause + LabKey.generate("second", key.algorithm).bind_clause())
    write_private(files / "no-secret.key", f'key "{key.name}" {{ algorithm {key.algorithm}; }};\n')
    write_private(files / "bad-secret.key", clause.replace(key.secret, "not*base64"))
    write_private(files / "bad-algorithm.key", clause.replace(key.algorithm, "hmac-nonsense"))
    write_private(files / "unfinished.key", clause.partition("secret")[0])
    write_private(files / "empty.key", "")
    (files / "directory.key").mkdir()


def _write_pair(files: Path, key: LabKey) -> str:
    """Write the key as old dnssec-keygen did: a KEY record, and the private half; return the stem of the files."""
    octets = base64.b64decode(key.secret)
    # Tag of RFC 4034, appendix B, over the KEY's rdata: flags 512, protocol 3, algorithm 163.
    rdata = bytes([2, 0, 3, 163]) + octets
    total = sum(octet << 8 if index % 2 == 0 else octet for index, octet in enumerate(rdata))
    tag = (total + (total >> 16)) & 0xFFFF
    stem = f"K{key.name}.+163+{tag:05}"
    private = f"Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: {key.secret}\nBits: AAA=\n"
    write_private(files / f"{stem}.private", private)
    write_private(files / f"{stem}.key", f"{key.name}. IN KEY 512 3 163 {key.secret}\n")
    return stem


def _without_serial(record: str) -> str:
    fields = record.split(" ")
    if fields[3] == "SOA":
        fields[6] = "{serial}"
    return " ".join(fields)

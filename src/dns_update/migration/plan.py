"""What becomes of another program's set-up: names, sources, servers and keys, and what there is to say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.remarks import Severity

OriginKind = Literal["interface", "dhcp-client", "interface-pattern", "public-address", "literal", "service"]
TriggerKind = Literal["manual", "interval", "startup", "interface-up", "lease-change", "host-up"]
Servers = Literal["one", "first-success", "all"]
ChangeCheck = Literal["none", "memory", "memory-broken", "dns", "event"]
Understood = Literal["yes", "partly", "no"]

IPV4, IPV6 = 4, 6
DEFAULT_ALGORITHM = "hmac-md5"
"""What RouterOS and ddclient sign with."""


class MovedKey(Value):
    """A key: its name on the server, its algorithm, and its secret in Base64.

    Or the `file` that has it already, whose key may be the only one, so that `name` is empty; or the `reference` of a
    secret, e.g. "@FILE" or "env:NAME". `table` is what its table is called, the name if it is empty.
    """

    name: str
    secret: str = ""
    algorithm: str = DEFAULT_ALGORITHM
    file: str = ""
    reference: str = ""
    table: str = ""

    def __repr__(self) -> str:
        if not hasattr(self, "table"):
            return "MovedKey(secret=<hidden>)"  # for a debugger, after __init__ raised
        return f"MovedKey(name={self.name!r}, algorithm={self.algorithm!r}, file={self.file!r}, secret=<hidden>)"


class AddressOrigin(Value):
    """Where an address comes from.

    `interface` is the interface's name as the set-up has it; for a pattern, a name that fits. `detail` is the address
    of a literal, the regular expression of a pattern, or the source that a "service" is for the agent, e.g.
    "https://ip.example.org/" or "command:/usr/local/bin/my-address". A "public-address" is what a service of the
    router's vendor tells, so the user must choose another one. `family` is 4 or 6.
    """

    kind: OriginKind
    interface: str = ""
    detail: str = ""
    family: int = IPV4


class Trigger(Value):
    """What starts an update: `seconds` of an interval and its start time, or the interface or host of an event."""

    kind: TriggerKind = "manual"
    seconds: int = 0
    start_time: str = ""
    item: str = ""


class MovedRecord(Value):
    """A name that is kept right: `name` and `zone` without the dot at the end; an empty zone is to be found.

    `servers` are addresses or host names with optional ports, in their order; `servers_used` says how many of them get
    an update. `ttl` is in seconds; None if none was given. An empty `transport` is UDP, an empty `local_address` any.
    `line` is where the update is in the file. With `allow_private`, also addresses are published that cannot be reached
    from the Internet.
    """

    name: str
    zone: str
    origin: AddressOrigin
    servers: tuple[str, ...] = ()
    servers_used: Servers = "one"
    key: MovedKey | None = None
    ttl: int | None = None
    transport: str = ""
    local_address: str = ""
    triggers: tuple[Trigger, ...] = (Trigger(),)
    change_check: ChangeCheck = "none"
    only_if_running: bool = False
    line: int = 0
    allow_private: bool = False

    @property
    def type(self) -> str:
        """The type of the record: "A" or "AAAA"."""
        return "AAAA" if self.origin.family == IPV6 else "A"


class ImportRemark(Value):
    """One thing to know about a line of the file; lines count from 1, and line 0 is the file as a whole.

    `code` is for programs, e.g. "cut-three". `text` says what is wrong, `hint` how to mend it.
    """

    line: int
    severity: Severity
    code: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.text}{f'; {self.hint}' if self.hint else ''}"


class MovePlan(Value):
    """All that is known of a set-up: its records in their order, and the remarks in the order of their lines."""

    records: tuple[MovedRecord, ...]
    remarks: tuple[ImportRemark, ...]

    @property
    def understood(self) -> Understood:
        """Whether everything was understood; "no" if there is no name to keep right."""
        if not self.records:
            return "no"
        return "partly" if any(remark.severity == "error" for remark in self.remarks) else "yes"

    @property
    def interval(self) -> int | None:
        """The longest interval of the records' triggers, in seconds; None if none has one."""
        seconds = [trigger.seconds for record in self.records for trigger in record.triggers if trigger.seconds]
        return max(seconds, default=None)


class Choices(Value):
    """What the user decides about a move.

    `interfaces` are names of this machine by the names in the source, `identity` the name that takes the place of the
    router's own, `public_address` the source for an address that the source asks a service of its vendor for.
    """

    interfaces: Mapping[str, str]
    identity: str
    public_address: str = "dns:"


def ordered(remarks: set[ImportRemark]) -> tuple[ImportRemark, ...]:
    """Return remarks in the order of their lines."""
    return tuple(sorted(remarks, key=lambda remark: (remark.line, remark.code, remark.text)))

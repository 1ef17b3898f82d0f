"""The commands of the nsupdate language, as values."""

from __future__ import annotations

from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.wire.name import Name


class Plain(Value):
    """A command that is one word: send, show, answer, debug, help, version, quit, gsstsig; empty for a comment."""

    word: str


class ServerCommand(Value):
    """`server HOST [PORT]`; without a port, the port of the options is used."""

    host: str
    port: int | None


class LocalCommand(Value):
    """`local ADDRESS [PORT]`: where to send from; with port 0, the kernel chooses the port."""

    address: str
    port: int


class ZoneCommand(Value):
    """`zone NAME`."""

    zone: Name


class ClassCommand(Value):
    """`class CLASS`."""

    rrclass: int


class TtlCommand(Value):
    """`ttl SECONDS`, or `ttl none`: `seconds` is then None."""

    seconds: int | None


class LeaseCommand(Value):
    """`lease SECONDS [KEY-SECONDS]`, or `lease none`: `seconds` is then empty."""

    seconds: tuple[int, ...]


class RealmCommand(Value):
    """`realm [REALM]`: the Kerberos realm of the servers, for GSS-TSIG; None is that of the ticket."""

    realm: str | None


class KeyCommand(Value):
    """`key [ALGORITHM:]NAME SECRET`."""

    key: Key


class CheckCommand(Value):
    """`check-names yes|no` and `check-svcb yes|no`; `subject` is `names` or `svcb`."""

    subject: str
    _: KW_ONLY
    wanted: bool


class Prerequisite(Value):
    """`prereq ...`: a name (type ANY) or an RRset must exist, or must not.

    With `data`, the RRset must have that record. `rrclass` is None if the line names no class.
    """

    name: Name
    rrtype: int
    rrclass: int | None
    data: str
    _: KW_ONLY
    must_exist: bool


class Addition(Value):
    """`update add ...`; `ttl` and `rrclass` are None if the line does not have them."""

    name: Name
    ttl: int | None
    rrclass: int | None
    rrtype: int
    data: str


class Deletion(Value):
    """`update delete ...`: deletes one record; without data, an RRset; with the type ANY, the whole name."""

    name: Name
    rrclass: int | None = None
    rrtype: int = RRType.ANY
    data: str = ""


NsupdateCommand: TypeAlias = (
    "Plain | ServerCommand | LocalCommand | ZoneCommand | ClassCommand | TtlCommand | LeaseCommand | RealmCommand"
    " | KeyCommand | CheckCommand | Prerequisite | Addition | Deletion"
)

"""The commands of the nsupdate language, as values."""

from __future__ import annotations

from dns_update.value import Value
from dns_update.wire.codes import RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import KW_ONLY
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.wire.name import Name


class Plain(Value):
    """A command that is one word: send, show, answer, debug, help, version, quit, gsstsig; empty for a comment."""

    word: str


class ServerCommand(Value):
    """`server HOST [PORT]`; no port means the one of the options."""

    host: str
    port: int | None


class LocalCommand(Value):
    """`local ADDRESS [PORT]`: where to send from; port 0 is the kernel's choice."""

    address: str
    port: int


class ZoneCommand(Value):
    """`zone NAME`."""

    zone: Name


class ClassCommand(Value):
    """`class CLASS`."""

    rrclass: int


class TtlCommand(Value):
    """`ttl SECONDS`, or `ttl none`, which is None."""

    seconds: int | None


class LeaseCommand(Value):
    """`lease SECONDS [KEY-SECONDS]`, or `lease none`, which has no times."""

    seconds: tuple[int, ...]


class KeyCommand(Value):
    """`key [ALGORITHM:]NAME SECRET`."""

    key: Key


class CheckCommand(Value):
    """`check-names yes|no` and `check-svcb yes|no`; `subject` is `names` or `svcb`."""

    subject: str
    _: KW_ONLY
    wanted: bool


class Prerequisite(Value):
    """`prereq ...`: a name (type ANY) or an RRset must exist, or must not; with `data`, that record must be in it.

    `rrclass` is None where the line names none.
    """

    name: Name
    rrtype: int
    rrclass: int | None
    data: str
    _: KW_ONLY
    must_exist: bool


class Addition(Value):
    """`update add ...`; `ttl` and `rrclass` are None where the line names none."""

    name: Name
    ttl: int | None
    rrclass: int | None
    rrtype: int
    data: str


class Deletion(Value):
    """`update delete ...`: a record; an RRset, where there is no data; the whole name, where the type is ANY."""

    name: Name
    rrclass: int | None = None
    rrtype: int = RRType.ANY
    data: str = ""


if TYPE_CHECKING:
    Command: TypeAlias = (
        Plain
        | ServerCommand
        | LocalCommand
        | ZoneCommand
        | ClassCommand
        | TtlCommand
        | LeaseCommand
        | KeyCommand
        | CheckCommand
        | Prerequisite
        | Addition
        | Deletion
    )

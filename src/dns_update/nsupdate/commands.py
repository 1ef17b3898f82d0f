"""The commands of the nsupdate language, as values."""

from __future__ import annotations

from dns_update.value import Value
from dns_update.wire.codes import RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.wire.name import Name


class Plain(Value):
    """A command that is one word: send, show, answer, debug, help, version, quit, gsstsig; empty for a comment."""

    __slots__ = ("word",)
    word: str

    def __init__(self, word: str) -> None:
        self._fill(word=word)


class ServerCommand(Value):
    """`server HOST [PORT]`; no port means the one of the options."""

    __slots__ = ("host", "port")
    host: str
    port: int | None

    def __init__(self, host: str, port: int | None) -> None:
        self._fill(host=host, port=port)


class LocalCommand(Value):
    """`local ADDRESS [PORT]`: where to send from; port 0 is the kernel's choice."""

    __slots__ = ("address", "port")
    address: str
    port: int

    def __init__(self, address: str, port: int) -> None:
        self._fill(address=address, port=port)


class ZoneCommand(Value):
    """`zone NAME`."""

    __slots__ = ("zone",)
    zone: Name

    def __init__(self, zone: Name) -> None:
        self._fill(zone=zone)


class ClassCommand(Value):
    """`class CLASS`."""

    __slots__ = ("rrclass",)
    rrclass: int

    def __init__(self, rrclass: int) -> None:
        self._fill(rrclass=rrclass)


class TtlCommand(Value):
    """`ttl SECONDS`, or `ttl none`, which is None."""

    __slots__ = ("seconds",)
    seconds: int | None

    def __init__(self, seconds: int | None) -> None:
        self._fill(seconds=seconds)


class LeaseCommand(Value):
    """`lease SECONDS [KEY-SECONDS]`, or `lease none`, which has no times."""

    __slots__ = ("seconds",)
    seconds: tuple[int, ...]

    def __init__(self, seconds: tuple[int, ...]) -> None:
        self._fill(seconds=seconds)


class KeyCommand(Value):
    """`key [ALGORITHM:]NAME SECRET`."""

    __slots__ = ("key",)
    key: Key

    def __init__(self, key: Key) -> None:
        self._fill(key=key)


class CheckCommand(Value):
    """`check-names yes|no` and `check-svcb yes|no`; `subject` is `names` or `svcb`."""

    __slots__ = ("subject", "wanted")
    subject: str
    wanted: bool

    def __init__(self, subject: str, *, wanted: bool) -> None:
        self._fill(subject=subject, wanted=wanted)


class Prerequisite(Value):
    """`prereq ...`: a name (type ANY) or an RRset must exist, or must not; with `data`, that record must be in it.

    `rrclass` is None where the line names none.
    """

    __slots__ = ("data", "must_exist", "name", "rrclass", "rrtype")
    name: Name
    rrtype: int
    rrclass: int | None
    must_exist: bool
    data: str

    def __init__(self, name: Name, rrtype: int, rrclass: int | None, data: str, *, must_exist: bool) -> None:
        self._fill(name=name, rrtype=rrtype, rrclass=rrclass, data=data, must_exist=must_exist)


class Addition(Value):
    """`update add ...`; `ttl` and `rrclass` are None where the line names none."""

    __slots__ = ("data", "name", "rrclass", "rrtype", "ttl")
    name: Name
    ttl: int | None
    rrclass: int | None
    rrtype: int
    data: str

    def __init__(self, name: Name, ttl: int | None, rrclass: int | None, rrtype: int, data: str) -> None:
        fill = object.__setattr__  # not _fill, which takes twice as long: scripts have many of these
        fill(self, "name", name)
        fill(self, "ttl", ttl)
        fill(self, "rrclass", rrclass)
        fill(self, "rrtype", rrtype)
        fill(self, "data", data)


class Deletion(Value):
    """`update delete ...`: a record; an RRset, where there is no data; the whole name, where the type is ANY."""

    __slots__ = ("data", "name", "rrclass", "rrtype")
    name: Name
    rrclass: int | None
    rrtype: int
    data: str

    def __init__(self, name: Name, rrclass: int | None = None, rrtype: int = RRType.ANY, data: str = "") -> None:
        fill = object.__setattr__  # as above
        fill(self, "name", name)
        fill(self, "rrclass", rrclass)
        fill(self, "rrtype", rrtype)
        fill(self, "data", data)


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

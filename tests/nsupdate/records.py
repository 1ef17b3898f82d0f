"""The records of additions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dns_update.nsupdate.command_reader import command_from_line
from dns_update.nsupdate.commands import (
    Addition,
)
from dns_update.nsupdate.pending import Checks, addition_record
from dns_update.wire.codes import RRClass

if TYPE_CHECKING:
    from dns_update.rr.record import Record


def added(line: str, rrclass: int = RRClass.IN, checks: Checks | None = None) -> Record:
    command = command_from_line(line, has_ttl=True)
    assert isinstance(command, Addition)
    return addition_record(command, rrclass, 5, checks if checks is not None else Checks())

"""Where a server listens by its configuration, compared with where no answer came from. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dns_update import errors
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import SilentPlace
from dns_update.value import Value
from dns_update.wire.inet import format_address, parse_address


class Listener(Value):
    """A setting that lets a server listen: whether it has the address that was asked, the port, and where it is."""

    port: int
    place: Place
    covers: bool = True


def examine_listeners(found: Findings, silent: SilentPlace, listeners: Sequence[Listener], setting: str) -> None:
    """Add that the server does not listen where it was asked; `setting` is what says where it listens."""
    there = [each for each in listeners if each.covers]
    if not listeners or any(each.port == silent.port for each in there):
        return
    address = format_address(silent.address)
    common = {"address": address, "port": str(silent.port), "setting": setting}
    if there:
        other = there[0].port
        host = f"[{address}]" if ":" in address else address
        found.fault("listens-at-other-port", there[0].place, other=str(other), at=f"{host}:{other}", **common)
    else:
        found.fault("listens-elsewhere", listeners[0].place, **common)


def covers(text: str, address: bytes) -> bool:
    """Return whether an address of a setting, or the one that means all, is the address that was asked."""
    try:
        listens = parse_address(text.partition("%")[0])
    except errors.InvalidText:
        return False
    return len(listens) == len(address) and (listens == address or not any(listens))

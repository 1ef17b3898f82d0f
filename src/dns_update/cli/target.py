"""The name that a command line is about; with type=PTR, it may be made from an address."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.locate import Target
from dns_update.wire.codes import RRType
from dns_update.wire.inet import reverse_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.commandline.properties import Options


def target_of(options: Options, command: str, *, is_routers: bool = False) -> Target:
    """Return the name that the request is about; raises UsageError.

    With type=PTR, the name may be made from an address. In a router's line without a name, it is the zone's name.
    """
    name = options.name
    if has_address_for_name(options):
        name = _name_of_address(options)
    elif name is None and is_routers and options.zone is not None and options.rrtype is None:
        name = "@"
    if name is None:
        example = f"for example: dns-update {command} name=home zone=example.com ..."
        raise errors.UsageError("name= is missing", hint=f"{example}; all about it: dns-update --help")
    return Target(name, options.zone, options.rrclass)


def has_address_for_name(options: Options) -> bool:
    """Return whether the addresses of a line make the name, and are no data."""
    return options.rrtype == RRType.PTR and bool(options.address)


def _name_of_address(options: Options) -> str:
    """Return the name that an address has for reverse look-ups; raises UsageError."""
    if options.name is not None:
        raise errors.UsageError(
            "name= and address= are both given with type=PTR", hint="the address makes the name, value= is the host"
        )
    address = options.address[0]
    if len(options.address) > 1 or not isinstance(address, bytes):
        raise errors.UsageError(
            "type=PTR takes one address, not a source of addresses", hint="e.g. address=203.0.113.45"
        )
    return reverse_name(address)

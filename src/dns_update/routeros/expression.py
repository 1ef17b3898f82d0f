"""RouterOS's expression for an interface's address: `[/ip address get [find interface=X] address]`."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted

_HINT = "understood is [/ip address get [find interface=NAME] address]; elsewhere write interface:NAME"
_FAMILIES = {"/ip": "ipv4", "/ipv6": "ipv6"}
_FILLER = ("where",)  # [find where interface=X] is the same


def source_from_expression(text: str) -> str:
    """Return the address source that the expression means: `interface:X/ipv4`, or `/ipv6` for `/ipv6 address`.

    Raises InvalidText for any other expression.
    """
    words = text.replace("[", " [ ").replace("]", " ] ").split()
    family: str
    match [word for word in words if word not in _FILLER]:
        case ["[", "/ip" | "/ipv6" as family, "address", "get", "[", *find, "]", "address", "]"]:
            pass
        case ["[", "/ip/address" | "/ipv6/address" as path, "get", "[", *find, "]", "address", "]"]:
            family = path.removesuffix("/address")
        case _:
            raise InvalidText(f"the expression {quoted(text)} cannot be evaluated outside a router", hint=_HINT)
    match find:
        case ["find", condition] | [_, "address", "find", condition] if condition.startswith("interface="):
            name = condition.removeprefix("interface=").strip('"')
        case _:
            raise InvalidText(f"the expression {quoted(text)} cannot be evaluated outside a router", hint=_HINT)
    return f"interface:{name}/{_FAMILIES[family]}"

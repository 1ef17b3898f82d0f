"""RouterOS's expressions in brackets that are used with `/tool dns-update`: an address, a server, the router's name."""

from __future__ import annotations

import os

from dns_update.errors import InvalidText, quoted

_FAMILIES = {"/ip": "ipv4", "/ipv6": "ipv6"}
_ALWAYS_TRUE = ("disabled=no", "!disabled", "invalid=no")  # of all addresses that the kernel has
_BETWEEN = 3  # words between the two expressions of `:pick`: 0 [:find
_FILLER = ("where",)  # [find where interface=X] means the same as [find interface=X]


def source_from_expression(text: str) -> str:
    """Return the address source of `[/ip address get [find interface=X] address]`, which is `interface:X/ipv4`.

    For `/ipv6 address` it is `interface:X/ipv6`. `[:pick E 0 [:find E "/"]]`, the address without its prefix length, is
    the same as the expression E. Raises InvalidText for any other expression.
    """
    error = _beyond_us(text, "[/ip address get [find interface=NAME] address]", "interface:NAME")
    family: str
    match _without_pick(_words(text)):
        case ["[", "/ip" | "/ipv6" as family, "address", "get", "[", *find, "]", "address" | "value-name=address", "]"]:
            pass
        case ["[", "/ip" | "/ipv6" as family, "address", "get", "value-name=address", "[", *find, "]", "]"]:
            pass
        case _:
            raise error
    match [word for word in find if word not in _ALWAYS_TRUE]:
        case ["find", condition] | [_, "address", "find", condition] if condition.startswith("interface="):
            name = condition.removeprefix("interface=").strip('"')
        case _:
            raise error
    return f"interface:{name}/{_FAMILIES[family]}"


def _without_pick(words: list[str]) -> list[str]:
    """Return the words of E for those of `[:pick E 0 [:find E "/"]]`; other words as they are."""
    match words:
        case ["[", ":pick", *rest, "/" | '"/"', "]", "]"]:
            half = (len(rest) - _BETWEEN) // 2
            first, second = rest[:half], rest[half + _BETWEEN :]
            return first if first == second and rest[half:-half] == ["0", "[", ":find"] else words
    return words


def host_from_expression(text: str) -> str:
    """Return the host of `[:resolve "ns1.example.com"]`, which is resolved later; raises InvalidText."""
    match _words(text):
        case ["[", ":resolve", host, "]"]:
            return host.strip('"')
        case _:
            raise _beyond_us(text, '[:resolve "HOST"]', "the host's name or address")


def name_from_expression(text: str) -> str:
    """Return this machine's name without its domain for `[/system identity get name]`; raises InvalidText."""
    match _words(text):
        case ["[", "/system", "identity", "get", "name" | "value-name=name", "]"]:
            return os.uname().nodename.partition(".")[0]
        case _:
            raise _beyond_us(text, "[/system identity get name]", "the name")


def _words(text: str) -> list[str]:
    """Return an expression's words; a path is split, so `/ip/address/get` means the same as `/ip address get`."""
    words: list[str] = []
    for word in text.replace("[", " [ ").replace("]", " ] ").split():
        if word.startswith("/"):
            first, *rest = word[1:].split("/")
            words += [f"/{first}", *rest]
        elif word not in _FILLER:
            words.append(word)
    return words


def _beyond_us(text: str, understood: str, elsewhere: str) -> InvalidText:
    return InvalidText(
        f"the expression {quoted(text)} cannot be evaluated outside a router",
        hint=f"write {understood}, or {elsewhere}",
    )

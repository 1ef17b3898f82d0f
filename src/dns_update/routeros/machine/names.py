"""The names of interfaces: the router's, which scripts have, and this machine's; mapped in both directions."""

from __future__ import annotations

from dns_update.errors import InvalidText, UsageError, quoted
from dns_update.value import Value

_LONGEST = 15  # octets of a name in the kernel; linux/if.h: IFNAMSIZ is 16, with a NUL at the end
_FORM = "ROUTER:HERE, e.g. map=ether1:eth0,pppoe-out1:ppp0"


class InterfaceNames(Value):
    """Pairs of a router's interface and this machine's; an interface that is in no pair has the same name on both."""

    pairs: tuple[tuple[str, str], ...] = ()

    def here(self, router_name: str) -> str:
        """Return the name on this machine of a router's interface."""
        return next((here for router, here in self.pairs if router == router_name), router_name)

    def on_router(self, name: str) -> str:
        """Return the name in scripts of an interface of this machine; empty if the map gives its name to another."""
        found = next((router for router, here in self.pairs if here == name), name)
        return "" if found == name and self.here(name) != name else found


def names_from_text(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `ether1:eth0,pppoe-out1:ppp0`; raises InvalidText."""
    return tuple([_pair(part.strip()) for part in text.split(",")])


def checked_names(pairs: tuple[tuple[str, str], ...]) -> InterfaceNames:
    """Return the names of all pairs of map=; raises UsageError if an interface is in two of them."""
    for side, whose in ((0, "of the router"), (1, "of this machine")):
        names = [pair[side] for pair in pairs]
        for name in names:
            if names.count(name) > 1:
                text = f"map=: {quoted(name)} {whose} is in two pairs"
                raise UsageError(text, hint="each interface has one other name")
    return InterfaceNames(pairs)


def _pair(text: str) -> tuple[str, str]:
    # A router's name may have a colon and a blank; a name of the kernel has neither.
    router, colon, here = text.rpartition(":")
    if not colon or not router or not here:
        raise InvalidText(f"{quoted(text)} is not a pair of interfaces", hint=_FORM)
    if len(here.encode("utf-8", "surrogateescape")) > _LONGEST or "/" in here or not here.isprintable() or " " in here:
        raise InvalidText(f"{quoted(here)} is not the name of an interface", hint=f"at most {_LONGEST} characters")
    return router, here

"""map=: names of interfaces, in both directions."""

import pytest

from dns_update.errors import InvalidText, UsageError
from dns_update.routeros.machine.names import InterfaceNames, checked_names, names_from_text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ether1", "'ether1' is not a pair of interfaces"),
        ("ether1:", "'ether1:' is not a pair"),
        (":eth0", "':eth0' is not a pair"),
        ("ether1:eth0,", "'' is not a pair"),
        ("ether1:eth0/4", "'eth0/4' is not the name"),
        ("ether1:a b", "'a b' is not the name"),
        ("ether1:abcdefghijklmnop", "is not the name"),
    ],
)
def test_what_is_not_a_map_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidText, match=says):
        names_from_text(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ether1:eth0,ether1:eth1", "'ether1' of the router is in two pairs"),
        ("ether1:eth0,wan:eth0", "'eth0' of this machine is in two pairs"),
    ],
)
def test_an_interface_is_in_one_pair(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        checked_names(names_from_text(text))


def test_names_are_mapped_in_both_directions_and_others_stay() -> None:
    names = checked_names(names_from_text("ether1:eth0, pppoe out:1:ppp0"))
    assert [names.here(name) for name in ("ether1", "pppoe out:1", "lo")] == ["eth0", "ppp0", "lo"]
    assert [names.on_router(name) for name in ("eth0", "ppp0", "lo")] == ["ether1", "pppoe out:1", "lo"]


def test_a_name_that_the_map_gives_to_another_is_not_used_twice() -> None:
    names = InterfaceNames((("eth0", "eth1"),))
    assert names.on_router("eth1") == "eth0"
    assert names.on_router("eth0") == ""
    swapped = InterfaceNames((("eth0", "eth1"), ("eth1", "eth0")))
    assert [swapped.on_router(name) for name in ("eth0", "eth1")] == ["eth1", "eth0"]

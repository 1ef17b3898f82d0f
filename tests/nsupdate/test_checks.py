"""The checks of additions: host names, SVCB parameters, NSEC3 iterations."""

from __future__ import annotations

import pytest

from dns_update.errors import InvalidText
from dns_update.nsupdate.pending import Checks
from dns_update.wire.codes import RR_CLASSES, RRClass
from tests.nsupdate.records import added


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add a_b A 192.0.2.1", "bad owner 'a_b'"),
        ("add -a AAAA ::1", "bad owner '-a'"),
        ("add a- MX 1 x", "bad owner 'a-'"),
        ("add *.a_b A 192.0.2.1", "bad owner '*.a_b'"),
        ("add x MX 1 a_b", "bad name 'a_b'"),
        ("add x NS a_b.", "bad name 'a_b'"),
        ("add x SRV 1 1 1 a_b", "bad name 'a_b'"),
        ("add x SOA b a.c_d 1 1 1 1 1", "bad name 'a.c_d'"),
        ("add x RP a.c_d e", "bad name 'a.c_d'"),
        ("add 1.in-addr.arpa PTR a_b", "bad name 'a_b'"),
        ("add x HTTPS 1 a_b", "bad name 'a_b'"),
        ("add a_b CH A x. 1", "bad owner 'a_b'"),
        ("add a_b CH MX 1 x", "bad owner 'a_b'"),
        ("add x NSEC3 1 0 1 - 00000000000000000000000000000000 A", "bad owner 'x'"),
    ],
)
def test_check_names_refuses_wrong_host_names_unless_it_is_off(line: str, said: str) -> None:
    rrclass = RR_CLASSES.get(line.split()[2], RRClass.IN)
    with pytest.raises(InvalidText) as caught:
        added(line, rrclass)
    assert caught.value.text == f"check-names failed: {said}"
    added(line, rrclass, checks=Checks(names=False))


@pytest.mark.parametrize(
    "line",
    [
        "add *.x A 192.0.2.1",
        "add gc._msdcs.x A 192.0.2.1",
        "add . A 192.0.2.1",
        "add a_b TXT x",
        "add x CNAME a_b",
        "add x PTR a_b",
        "add x MX 0 .",
        "add x SOA b a_c.d 1 1 1 1 1",
        # In other classes than IN these types have no format, and so no host names.
        "add a_b CH AAAA \\# 1 05",
        "add a_b CH WKS \\# 1 05",
        "add x CH A6 \\# 1 05",
        "add x CH SRV \\# 1 05",
        "add x CH SRV \\# 9 000000000000015F00",
        "add x NONE SVCB \\# 1 05",
        "add a_b HS A 192.0.2.1",
    ],
)
def test_check_names_accepts_what_bind_accepts(line: str) -> None:
    word = line.split()[2]
    added(line, RR_CLASSES.get(word, RRClass.IN))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add _dns.x SVCB 1 .", "no ALPN"),
        ("add _853._dns.x SVCB 1 . port=853", "no ALPN"),
        ("add _dns.x SVCB 1 . alpn=dot,h2", "no DOHPATH"),
        ("add x SVCB 0 y alpn=dot", "alias form"),
    ],
)
def test_check_svcb_refuses_what_no_resolver_could_use_unless_it_is_off(line: str, said: str) -> None:
    if "alias" not in said:
        added(line, checks=Checks(svcb=False))
        with pytest.raises(InvalidText, match=f"^check-svcb failed: {said}$"):
            added(line)
    else:
        with pytest.raises(InvalidText, match=r"alias|AliasMode"):
            added(line)


@pytest.mark.parametrize(
    "line",
    [
        "add _dns.x SVCB 1 . alpn=dot",
        'add _dns.x SVCB 1 . alpn=h3 key7="/q{?dns}"',
        "add x SVCB 1 . port=1",
        "add _0123._dns.x SVCB 1 .",
        "add _dns.x HTTPS 1 .",
    ],
)
def test_check_svcb_accepts_what_bind_accepts(line: str) -> None:
    added(line)


def test_nsec3param_has_fifty_iterations_at_most() -> None:
    added("add x NSEC3PARAM 1 0 50 -")
    with pytest.raises(InvalidText) as caught:
        added("add x NSEC3PARAM 1 0 51 -", checks=Checks(names=False, svcb=False))
    assert caught.value.text == "NSEC3PARAM has excessive iterations (> 50)"

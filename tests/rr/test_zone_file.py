"""Rdata read from a zone file's text: what dnspython reads, too, it reads the same."""

import re
from pathlib import Path

import dns.exception
import dns.name
import dns.rdata

from dns_update.errors import InvalidText
from dns_update.rr.record import rdata_from_text
from dns_update.wire.codes import RR_TYPES

_FORMS = (Path(__file__).parents[1] / "nsupdate" / "rdata" / "forms.txt").read_text(encoding="utf-8").splitlines()
_SPLIT = [(mnemonic, text) for mnemonic, _, text in (form.partition(" ") for form in _FORMS) if mnemonic in RR_TYPES]
_ESCAPE = re.compile(r"\\[^#]")  # before dnspython 2.4, \200 was two octets in some types

# dnspython takes some wrong locations for others; a TXT without quotes is one text here.
_OTHERWISE_THERE = ("LOC", "TXT", "SPF")


def _by_dnspython(mnemonic: str, text: str) -> bytes | None:
    try:
        return dns.rdata.from_text("IN", mnemonic, text, origin=dns.name.root, relativize=False).to_wire()
    except (dns.exception.DNSException, ValueError, LookupError, TypeError):
        return None


def _ours(mnemonic: str, text: str) -> bytes | None:
    try:
        return rdata_from_text(RR_TYPES[mnemonic], text)
    except InvalidText:
        return None


def test_what_dnspython_reads_too_has_the_same_octets() -> None:
    forms = [(m, text) for m, text in _SPLIT if m not in _OTHERWISE_THERE and not _ESCAPE.search(text)]
    read = [(m, text, _ours(m, text), _by_dnspython(m, text)) for m, text in forms]
    both = [each for each in read if None not in each]
    assert len(both) > len(read) // 4
    assert [each for each in both if each[2] != each[3]] == []

"""WKS records: their services and protocols have names in the system's tables."""

from pathlib import Path

import pytest

from dns_update.errors import InvalidText
from dns_update.rr import obsolete
from dns_update.rr.record import rdata_from_text
from dns_update.wire.codes import RR_TYPES

WKS = RR_TYPES["WKS"]


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services, protocols = tmp_path / "services", tmp_path / "protocols"
    services.write_text(
        "# comment\n\nsmtp 25/tcp mail # the old one\nodd\ndomain 53/udp\nAlpha 7/sctp\n", encoding="utf-8"
    )
    protocols.write_text("tcp 6 TCP\nudp 17\nsctp 132 SCTP\n", encoding="utf-8")
    monkeypatch.setattr(obsolete, "SERVICES", str(services))
    monkeypatch.setattr(obsolete, "PROTOCOLS", str(protocols))


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("192.0.2.1 tcp smtp", "c0000201 06 000000 40"),
        ("192.0.2.1 TCP MAIL 1", "c0000201 06 400000 40"),
        ("192.0.2.1 6 smtp", "c0000201 06 000000 40"),
        ("192.0.2.1 udp domain", "c0000201 11 000000000000 04"),
        ("192.0.2.1 sctp alpha", "c0000201 84 01"),
        ("192.0.2.1 132", "c0000201 84"),
    ],
)
def test_names_are_looked_up_in_any_case(text: str, octets: str) -> None:
    assert rdata_from_text(WKS, text) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("192.0.2.1 nosuch 25", "unknown protocol 'nosuch'"),
        ("192.0.2.1 256 25", "unknown protocol '256'"),
        ("192.0.2.1 tcp domain", "unknown service 'domain'"),
        ("192.0.2.1 tcp 65536", "unknown service '65536'"),
        ("192.0.2.1 tcp odd", "unknown service 'odd'"),
    ],
)
def test_what_is_not_in_the_tables_is_refused(text: str, what: str) -> None:
    with pytest.raises(InvalidText, match=what) as caught:
        rdata_from_text(WKS, text)
    assert caught.value.hint == "write its number"


def test_without_the_tables_numbers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obsolete, "SERVICES", "/nowhere/services")
    assert rdata_from_text(WKS, "192.0.2.1 6 25") == bytes.fromhex("c0000201 06 000000 40")
    with pytest.raises(InvalidText, match="unknown service"):
        rdata_from_text(WKS, "192.0.2.1 6 smtp")

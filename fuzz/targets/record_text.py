"""Whole records from text: what is read is written so that the same is read again."""

from dns_update.rr.record import Record
from fuzz.expect import expect, text_of

SEEDS = (
    b"home.example.com. 300 IN A 192.0.2.1",
    b"home.example.com 5m TXT hello; world",
    b"h 0 ANY ANY",
    b"h. 0 NONE MX 10 mail.example.",
    rb"\046. CLASS7 1w TYPE65280 \# 2 abcd",
)


def check(data: bytes) -> None:
    """Read a record, write it, read it again."""
    record = Record.from_text(text_of(data))
    expect("a record survives being written", holds=Record.from_text(record.to_text()) == record)

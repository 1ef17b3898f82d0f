"""Files of many names: each line is a wish or an error, and what a wish is sent as has its name and its data."""

from collections.abc import Callable
from contextlib import suppress

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.csv_lines import CsvReader
from dns_update.bulk.fields import Fields
from dns_update.bulk.json_lines import JsonReader
from dns_update.bulk.master_file import MasterFileReader
from dns_update.bulk.names_file import LineReader
from dns_update.bulk.packing import Packer
from dns_update.message import Message
from dns_update.wire.codes import RRClass
from dns_update.wire.name import Name
from fuzz.expect import expect, text_of

ZONE = Name.from_text("example.com")
_READERS: tuple[Callable[[Fields], LineReader], ...] = (CsvReader, JsonReader, MasterFileReader)
_PACKER = Packer(ZONE, RRClass.IN)
_LARGEST = 60_000  # octets of records that surely fit a message

SEEDS = (
    b"name,address,ttl,zone\nhome,192.0.2.1,5m,example.com\na.b.example.com.,2001:db8::1,,\n",
    b'name,type,value\nx,TXT,"a, ""b"""\n@,MX,10 mail.example.net\n\\046x,TYPE65280,\\# 2 abcd\n',
    b'{"name": "home", "address": ["192.0.2.1", "::1"], "ttl": 60}\n{"name": "t", "type": "TXT", "value": "x"}\n',
    b'$TTL 1h\n$ORIGIN sub.example.com.\n@ IN MX ( 10 ; x\n mail )\n  60 TXT "a;b" c\n',
)


def check(data: bytes) -> None:
    """Read all lines in each form, to set and to delete."""
    lines = text_of(data).split("\n")
    for make in _READERS:
        for deletes in (False, True):
            _check_reader(make(Fields(zone=ZONE, ttl=60, deletes=deletes)), lines)


def _check_reader(reader: LineReader, lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        try:
            wishes = reader.read(line, number)
        except errors.UsageError:
            continue
        for wish in wishes:
            _check_wish(wish)
    with suppress(errors.UsageError):
        reader.finish()


def _check_wish(wish: Wish) -> None:
    octets, count = _PACKER.packed(wish, wish.ttl or 0)
    if len(octets) > _LARGEST:
        return
    message = Message.decode(_PACKER.message([octets], count).encode(1))
    expect("every record has the owner's name", holds={record.name for record in message.authority} == {wish.name})
    expect("all data is there", holds=[r.rdata for r in message.authority if r.rdata] == [v for v in wish.values if v])

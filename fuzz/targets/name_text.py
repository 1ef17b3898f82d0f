"""Domain names in presentation form: a name that is read, written and read again stays the same."""

from dns_update.wire.cursor import Cursor
from dns_update.wire.name import MAX_NAME_OCTETS, Name
from fuzz.expect import expect, text_of

ORIGIN = Name.from_text("example.com")

SEEDS = (
    b"home.example.com.",
    b"@",
    b".",
    b"*.home",
    b"_acme-challenge.www",
    b"a\\.b\\046c\\\\.\\000\\255",
    b"a..b",
    b"a" * 64,
    b"a." * 127,
    "köln".encode(),
)


def check(data: bytes) -> None:
    """Read a name, also relative to an origin."""
    text = text_of(data)
    name = Name.from_text(text)
    expect("the text of a name reads as that name", holds=Name.from_text(name.to_text()).labels == name.labels)
    octets = name.to_wire()
    expect("a name has at most 255 octets", holds=len(octets) <= MAX_NAME_OCTETS)
    expect("the octets of a name read as that name", holds=Cursor(octets).name().labels == name.labels)
    below = Name.from_text(text, ORIGIN)
    relative = below.relative_to(ORIGIN)
    expect("a relative text reads as its name", holds=Name.from_text(relative, ORIGIN) == below)

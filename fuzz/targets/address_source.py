"""Address sources as users write them."""

from dns_update.address import Command, Interface, sources_from_text
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS
from fuzz.expect import expect, text_of

SEEDS = (
    b"203.0.113.45/24",
    b"2001:db8::1/64, 192.0.2.1",
    b"interface:ppp0, interface:eth0.5/ipv6",
    b"192.0.2.1,command:/usr/bin/my address, with commas",
    b"prefix:ppp0+::5",
    b"https://example.com/ip",
    b"::ffff:192.0.2.1",
)


def check(data: bytes) -> None:
    """Read one or several sources."""
    sources = sources_from_text(text_of(data))
    expect("there is a source", holds=bool(sources))
    for source in sources:
        match source:
            case bytes():
                expect("an address has 4 or 16 octets", holds=len(source) in {IPV4_OCTETS, IPV6_OCTETS})
            case Interface():
                expect("an interface has a name", holds=bool(source.name.strip()))
            case Command():
                expect("a command has a line", holds=bool(source.line.strip()))

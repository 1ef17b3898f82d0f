"""Address sources as users write them."""

from dns_update.address import Command, Interface, Prefix, Resolver, Web, sources_from_text
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS
from fuzz.expect import expect, text_of

SEEDS = (
    b"203.0.113.45/24",
    b"2001:db8::1/64, 192.0.2.1",
    b"interface:ppp0, interface:eth0.5/ipv6",
    b"192.0.2.1,command:/usr/bin/my address, with commas",
    b"prefix:ppp0+::5",
    b"prefix:br-lan+::1:0:0:0:5/56",
    b"dns:",
    b"dns:/ipv4,dns:myip.example.com@ns.example.com:5353/txt/ipv6",
    b"dns:myip.example.com@[2001:db8::1]:53",
    b"https://example.com/ip",
    b"http://user:secret@[2001:db8::1]:8080/ip?format=text#ipv6",
    b"::ffff:192.0.2.1",
)
FAMILIES = {IPV4_OCTETS, IPV6_OCTETS, None}


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
            case Prefix():
                shift = IPV6_OCTETS * 8 - source.length
                expect("the host part leaves the prefix alone", holds=not int.from_bytes(source.host) >> shift)
            case Resolver():
                expect("a name has a server", holds=(source.name is None) == (source.server is None))
                expect("a family is one of two", holds=source.octets in FAMILIES)
            case Web():
                expect("a host and a port", holds=bool(source.host) and 0 < source.port < 1 << 16)
                expect("one line", holds=source.target.isascii() and source.target.isprintable())
                expect("no blank", holds=" " not in source.target and source.target.startswith(("/", "?")))
            case Command():
                expect("a command has a line", holds=bool(source.line.strip()))

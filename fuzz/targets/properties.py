"""The words of a command line, one a line; the first octet chooses the command."""

from dns_update.commandline.line import CommandLine
from dns_update.commandline.readers import MAX_RETRIES, MAX_TIMEOUT
from dns_update.rr.record import MAX_TTL
from dns_update.wire.codes import is_zone_type
from fuzz.expect import expect, text_of

_COMMANDS = ("set", "delete", "show")
_MAX_PORT = 65535
_ANY = 255

SEEDS = (
    b"\0name=home\nzone=example.com\naddress=203.0.113.45/24,2001:db8::1\nttl=1h30m\ndns-server=192.0.2.1:5353,ns",
    b"\0--name\nhome\n--address=interface:ppp0/ipv6\n--key-name=ddns\n--key=@/etc/key\n--algorithm=hmac-sha256-128",
    b"\0name=home\naddress=[/ip\naddress\nget\n[find\ninterface=ether1]\naddress]",
    b"\1name=@\ntype=TXT\nvalue=one\nvalue=two\nrequire=existing\nverify=no\n--json\n--debug",
    b"\2name=home\ntype=TYPE65280\ntransport=tcp\nport=5353\ntimeout=2.5\nretries=0\nlocal-address=::1\nclass=CH",
    b"\0name=home\naddress=command:/bin/echo 192.0.2.1, x\nallow-private=yes\nkey-encoding=text\nkey-file=/etc/k",
)


def check(data: bytes) -> None:
    """Read the words, and check that every number is within its bounds."""
    command = _COMMANDS[(data[0] if data else 0) % len(_COMMANDS)]
    options = CommandLine(text_of(data[1:]).split("\n")).options(command)
    expect("a port is a port", holds=options.port is None or 0 < options.port <= _MAX_PORT)
    expect("the TTL is a TTL", holds=options.ttl is None or 0 <= options.ttl <= MAX_TTL)
    expect("the retries are bounded", holds=0 <= options.retries <= MAX_RETRIES)
    expect("the time for one try is bounded", holds=0 < options.timeout <= MAX_TIMEOUT)
    expect("the type can be asked for", holds=options.rrtype in (None, _ANY) or is_zone_type(options.rrtype))

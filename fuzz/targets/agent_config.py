"""The agent's configuration, the lines in its errors, and the lines of its keys."""

from __future__ import annotations

import tomllib

from dns_update.agent.config.load import config_from_text
from dns_update.agent.config.positions import positions
from dns_update.errors import ConfigError
from fuzz.expect import expect, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dns_update.agent.config.positions import Path

_FILE = "config.toml"

SEEDS = (
    b'[agent]\ninterval = "5m"\nhold-down = 0.5\nsocket = ""\nhistory-keep = "90d"\non-change = ["/bin/x", "a"]\n',
    (
        b'[keys.home]\nname = "k."\nsecret = "c2VjcmV0"\nalgorithm = "hmac-sha256"\nencoding = "auto"\n'
        b'[[records]]\nname = "a.b"\naddress = "192.0.2.1"\nkey = "home"\n'
    ),
    (
        b'[servers.main]\naddress = ["192.0.2.1:53", "ns"]\ntimeout = 3\nretries = 0\ntransport = "tcp"\n'
        b'[zones."example.com"]\nservers = ["main"]\nttl = "1h"\n'
        b'[[records]]\nname = "@"\nzone = "example.com"\ntype = "TXT"\nvalue = ["x", "y"]\n'
    ),
    (
        b'[[records]]\nname = "home.example.com"\naddress = "interface:ppp0/ipv4, prefix:br0+::5"\nowner = "r"\n'
        b'on-missing = "delete"\ngrace = 60\nallow-private = true\n'
    ),
    b"records = [{name = 'a.b', address = [ # x\n'::1',\n'''192.0.2.1''']}]\n",
    b'a."b.c" = """\n[x]\\"""" # y\n[[d]]\n[d.e]\nf = 1979-05-27 07:32:00\n',
)


def check(data: bytes) -> None:
    """Read a configuration, and find its keys."""
    text = text_of(data)
    _check_positions(text)
    # Which of this machine's files are read for a secret is not for the fuzzer to choose: some never end.
    text = text.replace("\\", "\\\\").replace("/dev", "/d").replace("/proc", "/p")
    try:
        config = config_from_text(text, _FILE, is_private=True)
    except ConfigError as error:
        places = [problem.removeprefix(f"{_FILE}:").partition(":")[0] for problem in error.problems]
        if not places[0].isdecimal():  # it is no TOML, and Python's own text has the line
            expect("nothing else is said of what is no TOML", holds=len(places) == 1)
            raise
        lines = [int(place) for place in places]
        expect("errors are in the order of their lines", holds=lines == sorted(lines))
        expect("lines are in the text", holds=set(lines) <= set(range(1, text.count("\n") + 2)))
        raise
    expect("there is a record", holds=bool(config.records))
    for record in config.records:
        expect("a record has something to publish", holds=bool(record.sources) != bool(record.values))
        expect("a zone holds its name", holds=record.zone is None or record.name.is_within(record.zone))
    expect("the same text is equal", holds=config == config_from_text(text, _FILE, is_private=True))


def _check_positions(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    found = {path for path, _line in positions(text)}
    expect("each key is found, and nothing else", holds=found == set(_paths_of(document)))


def _paths_of(document: object) -> Iterator[Path]:
    """Yield the paths of all values that tomllib read; without recursion, because nesting may be deep."""
    left: list[tuple[Path, object]] = [((), document)]
    while left:
        path, value = left.pop()
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        below = [((*path, part), content) for part, content in parts]
        yield from (inner for inner, _content in below)
        left += below

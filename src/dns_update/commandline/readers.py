"""Readers of the values of properties: each turns a text into what it means, or raises InvalidText.

The agent's configuration uses them, too.
"""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.commandline import COMMANDS
from dns_update.errors import quoted
from dns_update.rr.record import MAX_TTL
from dns_update.transport import DNS_PORT, Server
from dns_update.wire import codes
from dns_update.wire.inet import format_address, parse_address, parse_cidr
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, TypeVar

    from dns_update.address import Source
    from dns_update.auth import Algorithm

    W = TypeVar("W", bound=str)

MAX_TIMEOUT = 3600.0  # seconds for one try; a longer time is more likely a slip
MAX_RETRIES = 100
MAX_LIMIT = 10**12  # more rows than a disk holds; a larger number is a mistake

TRUTHS = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}
EXPRESSIONS = {"address": ("[",), "dns-server": ("[:resolve", "[/"), "name": ("[/",)}
"""How an expression of RouterOS begins, by property; an IPv6 address of a server has brackets, too."""
_SOURCES = ("[", "interface:", "prefix:", "dns:", "http:", "https:", "command:")
"""How a source of addresses begins that is not an address."""
_LONGEST_NUMBER = 3  # digits after the last hyphen of a machine's name, as in router-7
_LONGEST_SLIP = 20  # characters, somewhat more than the longest property has
_SHORTEST_SECRET = 6  # characters: a shorter secret protects nothing, so a shorter word is more likely a slip


# Times


def ttl_from_text(text: str) -> int:
    """Return seconds, written as a number, with units as in `1h30m` (w, d, h, m, s), or as RouterOS's `1d00:05:00`.

    Raises InvalidText.
    """
    seconds = _seconds(text)
    if seconds is None:
        raise errors.InvalidText(f"{quoted(text)} is not a TTL", hint=f"0 to {MAX_TTL} seconds, or 10m, 1h, 1d")
    return seconds


def span_from_text(text: str) -> int:
    """Return the seconds of a span of time, written like a TTL; raises InvalidText."""
    seconds = _seconds(text)
    if seconds is None:
        raise errors.InvalidText(f"{quoted(text)} is not a time", hint="seconds, or 10m, 1h, 1d, 2w")
    return seconds


def _seconds(text: str) -> int | None:
    """Return the seconds that a text means; None if it means none, or more than a TTL can have."""
    if text.isdecimal():
        return codes.decimal(text, MAX_TTL)
    from dns_update.wire.ttl import seconds_from_units  # most times are plain seconds

    hours, *rest = text.rsplit(":", 2)  # RouterOS's clock, `1d00:05:00`
    is_clock = len(rest) == 2  # noqa: PLR2004 - minutes and seconds
    return seconds_from_units(f"{hours}h{rest[0]}m{rest[1]}s" if is_clock else text, MAX_TTL)


def timeout_from_text(text: str) -> float:
    """Return the seconds of a timeout; raises InvalidText."""
    is_number = text.isascii() and text.replace(".", "", 1).isdecimal()
    seconds = float(text) if is_number else 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        hint = f"more than 0 and at most {MAX_TIMEOUT:.0f} seconds, e.g. 2.5"
        raise errors.InvalidText(f"{quoted(text)} is not a time", hint=hint)
    return seconds


# Numbers


def retries_from_text(text: str) -> int:
    """Return a number of retries; raises InvalidText."""
    retries = codes.decimal(text, MAX_RETRIES)
    if retries is None:
        raise errors.InvalidText(f"{quoted(text)} is not a number of retries", hint=f"0 to {MAX_RETRIES}")
    return retries


def share_from_text(text: str) -> tuple[int, bool]:
    """Return a number, and whether it is percent, as in `10%`; raises InvalidText."""
    number = codes.decimal(text.removesuffix("%"), 100 if text.endswith("%") else MAX_LIMIT)
    if number is None:
        raise errors.InvalidText(f"{quoted(text)} is not a number of names", hint="0 or more, or 0% to 100%")
    return number, text.endswith("%")


def message_octets_from_text(text: str) -> int:
    """Return how large a message may be, in octets; raises InvalidText."""
    from dns_update.bulk import MAX_MESSAGE_OCTETS, MIN_MESSAGE_OCTETS  # of one command only

    octets = codes.decimal(text, MAX_MESSAGE_OCTETS)
    if octets is None or octets < MIN_MESSAGE_OCTETS:
        raise errors.InvalidText(
            f"{quoted(text)} is not the size of a message", hint=f"{MIN_MESSAGE_OCTETS} to {MAX_MESSAGE_OCTETS} octets"
        )
    return octets


def limit_from_text(text: str) -> int | None:
    """Return a number of rows, None for `all`; raises InvalidText."""
    if text == "all":
        return None
    number = codes.decimal(text, MAX_LIMIT)
    if not number:
        raise errors.InvalidText(f"{quoted(text)} is not a number of attempts", hint=f"1 to {MAX_LIMIT}, or all")
    return number


# Addresses and names


def addresses_from_text(text: str) -> tuple[Source, ...]:
    """Return address sources, written with commas between them; raises InvalidText."""
    if text.startswith(EXPRESSIONS["address"]):
        from dns_update.routeros.expression import source_from_expression  # in routers' lines only

        text = source_from_expression(text)
    try:
        return (parse_cidr(text),)
    except errors.InvalidText:
        from dns_update.address import sources_from_text  # usually it is one literal address

        return sources_from_text(text)


def local_address_from_text(text: str) -> str:
    """Return an address of this machine in its usual form; raises InvalidText."""
    return format_address(parse_address(text))


def servers_from_text(text: str) -> tuple[str, ...]:
    """Return servers, written with commas between them, that `Server.from_text` understands; raises InvalidText."""
    if text.startswith(EXPRESSIONS["dns-server"]):
        from dns_update.routeros.expression import host_from_expression  # as above

        text = host_from_expression(text)
    servers = tuple(part.strip() for part in text.split(","))
    for server in servers:
        Server.from_text(server)
    return servers


def owner_from_text(text: str) -> str:
    """Return the name that a request is about, relative to its zone or in full; raises InvalidText."""
    if not text:
        raise errors.InvalidText("a domain name cannot be empty", hint="write @ for the zone itself")
    text = _name_evaluated(text)
    if text != "@":
        Name.from_text(text)
    return text


def owners_from_text(text: str) -> tuple[str, ...]:
    """Return names with commas between them, each relative to its zone or in full; raises InvalidText."""
    return tuple(owner_from_text(part.strip()) for part in text.split(","))


def domain_from_text(text: str) -> tuple[Name, ...]:
    """Return a domain that a certificate is for, in full; raises InvalidText for an address, too."""
    domain = name_from_text(text)
    if len(domain.labels) < 2 or domain.labels[-1].isdigit():  # noqa: PLR2004 - no one owns a top-level domain
        raise errors.InvalidText(f"{quoted(text)} is not a domain in full", hint="e.g. example.com or *.example.com")
    return (domain,)


def known_name_from_text(text: str) -> str:
    """Return a name that the agent may know, as written; raises InvalidText."""
    if not text:
        raise errors.InvalidText("the value is empty")
    return _name_evaluated(text)


def _name_evaluated(text: str) -> str:
    if not text.startswith(EXPRESSIONS["name"]):
        return text
    from dns_update.routeros.expression import name_from_expression  # as above

    return name_from_expression(text)


def name_from_text(text: str) -> Name:
    """Return a name in full; raises InvalidText."""
    if text == "@":
        raise errors.InvalidText("'@' is not a domain name here", hint="write the name in full, e.g. example.com")
    return Name.from_text(text)


def key_name_from_text(text: str) -> Name:
    """Return a key's name; raises InvalidText, which does not repeat a secret that is in its place."""
    if text.endswith("="):
        from dns_update.auth.mixed_up import refuse_secret_as_name  # as above

        refuse_secret_as_name(text)
    return name_from_text(text)


def new_algorithm_from_text(text: str) -> Algorithm:
    """Return the algorithm of a new key: of a TSIG key, or of a pair for SIG(0)."""
    from dns_update.auth import Algorithm  # for `key` only
    from dns_update.auth.sig0 import ALGORITHMS, pair_algorithm

    pair = pair_algorithm(text)
    if pair is not None:
        return pair
    try:
        return Algorithm.from_text(text)
    except errors.InvalidText as error:
        if error.cause == errors.causes.UNKNOWN_ALGORITHM:
            error.hint = f"{error.hint}; or of a key pair, {', '.join(ALGORITHMS)}"
        raise


def interface_map_from_text(text: str) -> tuple[tuple[str, str], ...]:
    """Return pairs of a router's and this machine's interface, written `ether1:eth0,...`; raises InvalidText."""
    from dns_update.routeros.machine.names import names_from_text  # of one command

    return names_from_text(text)


# Types and classes


def type_from_text(text: str) -> int:
    """Return a type that a zone can hold, or ANY; raises InvalidText."""
    rrtype = codes.rrtype_from_text(text)
    if not codes.is_zone_type(rrtype) and text.upper() != "ANY":
        raise errors.InvalidText(f"{quoted(text)} is not a type that a zone can hold")
    return rrtype


def types_from_text(text: str) -> tuple[str, ...]:
    """Return types that a zone can hold, written with commas between them, as mnemonics; raises InvalidText."""
    numbers = [type_from_text(part.strip()) for part in text.split(",")]
    if codes.RRType.ANY in numbers:
        raise errors.InvalidText("ANY is not a type that can be granted", hint="name each type, e.g. A,AAAA,TXT")
    return tuple(codes.rrtype_to_text(number) for number in numbers)


def class_from_text(text: str) -> int:
    """Return the class of a zone; raises InvalidText."""
    rrclass = codes.rrclass_from_text(text)
    if rrclass in (0, codes.RRClass.ANY, codes.RRClass.NONE):
        raise errors.InvalidText(f"{quoted(text)} is not a zone's class", hint="IN, CH or HS")
    return rrclass


# Texts and words


def text_from_text(text: str) -> str:
    """Return a text that is not empty; raises InvalidText."""
    if not text:
        raise errors.InvalidText("the value is empty")
    codes.utf8(text)
    return text


def data_from_text(text: str) -> tuple[str, ...]:
    """Return the data of one record, which is read when its type is known; raises InvalidText."""
    return (text_from_text(text),)


def path_from_text(text: str) -> str:
    """Return a path, which may begin with a home directory, as in `~/home.key`; raises InvalidText.

    A shell replaces the `~` at the beginning of a word only, and not in `key-file=~/home.key`.
    """
    path = text_from_text(text)
    return os.path.expanduser(path) if path.startswith("~") else path


def pins_from_text(text: str) -> tuple[bytes, ...]:
    """Return the octets of the SHA-256 of public keys, written in Base64, with commas; raises InvalidText."""
    from dns_update.auth.tls_settings import pin_from_text as read  # for TLS only

    return tuple([read(part) for part in text_from_text(text).split(",")])


def hostname_from_text(text: str) -> str:
    """Return the name, or the address, that a certificate must have; raises InvalidText."""
    host = Server.from_text(text_from_text(text))
    if host.port != DNS_PORT:
        raise _not_valid(text, "a host name, or an address, without a port")
    return host.host


def label_from_text(text: str) -> str:
    """Check the name of a machine, one label; raises InvalidText."""
    if not (text.isascii() and text.replace("-", "a").isalnum() and not text.startswith("-")):
        raise _not_valid(text, "letters, digits and hyphens, e.g. gw-north")
    return text


def token_from_text(text: str) -> tuple[str, ...]:
    """Check the token of an ACME challenge; raises InvalidText."""
    from dns_update.client.acme import check_token  # of one command

    check_token(text)
    return (text,)


def source_text_from_text(text: str) -> tuple[str, ...]:
    """Check address sources, but keep their text; raises InvalidText."""
    from dns_update.address.sources import sources_from_text  # of one command

    sources_from_text(text)
    return (text,)


def choice(*words: W) -> Callable[[str], W]:
    """Return a reader that accepts only these words."""

    def read(text: str) -> W:
        for word in words:
            if word == text:
                return word
        raise _not_valid(text, f"one of {', '.join(words)}")

    return read


def verify_from_text(text: str) -> bool | Literal["all"]:
    """Return whether a change is read back, or `all` for all name servers; raises InvalidText for any other text."""
    if text == "all":
        return "all"
    if text not in TRUTHS:
        raise _not_valid(text, "yes, no or all")
    return TRUTHS[text]


def yes_no(text: str) -> bool:
    """Return what `yes` or `no`, `true` or `false`, `on` or `off` means; raises InvalidText for any other text."""
    if text not in TRUTHS:
        raise _not_valid(text, "yes or no")
    return TRUTHS[text]


def _not_valid(text: str, hint: str) -> errors.InvalidText:
    return errors.InvalidText(f"{'that' if may_be_secret(text) else quoted(text)} is not a valid value", hint=hint)


def may_be_nameless(name: str, word: str, *, is_first: bool) -> bool:
    """Return whether a word may be the value of a property without its name; `is_first`: no other value precedes it.

    A part of a value that needed quotes must not be taken for a name or an address, nor a secret without its `key=`.
    """
    if name == "address":
        return is_address(word) or word.startswith(_SOURCES)
    if name != "name":
        return True
    is_name = word.strip("-_*@") != "" and all(character.isalnum() or character in "-_.*/" for character in word)
    is_name = is_name and not word.startswith("-") and not is_address(word) and word not in COMMANDS
    head, _hyphen, number = word.rpartition("-")
    is_numbered = number.isdecimal() and len(number) <= _LONGEST_NUMBER
    is_open = "." in word or not may_be_secret(head if is_numbered else word)
    return is_first and ((is_name and is_open) or word == "@" or word.startswith("[/"))


def is_address(word: str) -> bool:
    """Return whether a word is meant to be an IP address, right or wrong."""
    has_digits_only = "." in word and set(word) <= set("0123456789./")
    return has_digits_only or (word.count(":") > 1 and set(word) <= set("0123456789abcdefABCDEF:./"))


def may_be_secret(word: str) -> bool:
    """Return whether an unknown word may be a secret whose `key=` was forgotten, and not just a slip."""
    letters = word.removeprefix("/").replace("-", "").replace("_", "")  # RouterOS's menus begin with a slash
    is_plain = word.islower() and letters.isalpha()
    return len(word) > _LONGEST_SLIP or (len(word) >= _SHORTEST_SECRET and not is_plain)

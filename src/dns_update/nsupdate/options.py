"""nsupdate's options, as getopt(3) reads them."""

from __future__ import annotations

from dns_update.nsupdate import Fatal, shown
from dns_update.transport import DNS_PORT
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, MAX_U32, RR_TYPES, decimal, is_zone_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    Given: TypeAlias = dict[str, str]

OPTIONS = "46A:C:dDE:ghH:iK:lL:MoOk:p:Pr:R:St:Tu:vVy:"
SESSION_KEY_FILE = "/run/named/session.key"
RESOLV_CONF = "/etc/resolv.conf"
LOCAL_HOST = ("::1", "127.0.0.1")  # in the order in which BIND tries them
USAGE = (
    "usage: nsupdate [-CdDi] [-L level] [-l] [-g | -o | -y keyname:secret | -k keyfile] [-p port] "
    "[ -S [-K tlskeyfile] [-E tlscertfile] [-A tlscafile] [-H tlshostname] [-O] ] [-v] [-V] [-P] [-T] [-4 | -6] "
    "[filename]"
)

_TLS = "SAEKHO"
_PRIVATE_TYPES = 0xFF00


class NsupdateOptions(Value, kw_only=True):
    """What the options say.

    Attributes:
        families: the IP versions that may be used: 4, 6 or both.
        resolv_conf: path of the file that lists the resolvers (`-C`).
        debug: 0, 1 for the messages (`-d`), 2 for more (`-D`).
        goes_on: continue after a syntax error (`-i`).
        local: update the local server with its session key (`-l`).
        key: `[algorithm:]name:secret`, or None. It is secret: never show it.
        key_file: path, or None.
        gss: sign with GSS-TSIG (`-g`, `-o`).
        tls: use TLS (`-S` and its companions).
        tls_ca, tls_cert, tls_key: paths (`-A`, `-E`, `-K`), or None.
        tls_hostname: the name that the server's certificate must have (`-H`), or None.
        tls_verify: verify whom the server is; not with `-O`.
        port: of the servers (`-p`), if a `server` command gives none.
        total_timeout: seconds for a TCP exchange (`-t`); 0 for no limit.
        udp_timeout: seconds for a UDP try (`-u`); 0 for a share of the total.
        udp_retries: tries that follow the first (`-r`).
        tcp: use TCP (`-v`).
        file: path of the commands; None or `-` for standard input.

    """

    families: tuple[int, ...]
    resolv_conf: str
    debug: int
    goes_on: bool
    local: bool
    key: str | None
    key_file: str | None
    gss: bool
    tls: bool
    tls_ca: str | None
    tls_cert: str | None
    tls_key: str | None
    tls_hostname: str | None
    tls_verify: bool
    port: int
    total_timeout: int
    udp_timeout: int
    udp_retries: int
    tcp: bool
    file: str | None

    @classmethod
    def from_letters(cls, given: Given, file: str | None = None) -> NsupdateOptions:
        """Return the values of options: `given` maps each letter to its argument, or to ""; raises Fatal."""
        tls = any(option in given for option in _TLS)
        return cls(
            families=(4,) if "4" in given else (6,) if "6" in given else (4, 6),
            resolv_conf=given.get("C", RESOLV_CONF),
            debug=2 if "D" in given or "M" in given else 1 if "d" in given else 0,
            goes_on="i" in given,
            local="l" in given,
            key=given.get("y"),
            key_file=given.get("k"),
            gss="g" in given or "o" in given,
            tls=tls,
            tls_ca=given.get("A"),
            tls_cert=given.get("E"),
            tls_key=given.get("K"),
            tls_hostname=given.get("H"),
            tls_verify="O" not in given,
            port=_number(given, "p", DNS_PORT, "port number", MAX_U16),
            total_timeout=_number(given, "t", 300, "timeout"),
            udp_timeout=_number(given, "u", 3, "udp timeout"),
            udp_retries=_number(given, "r", 3, "udp retries"),
            tcp="v" in given or tls,
            file=file,
        )

    def __repr__(self) -> str:
        return "NsupdateOptions(<not shown: they may contain a secret>)"


def options_from_words(words: Sequence[str]) -> NsupdateOptions | str:
    """Return the options of a command line; for `-T`, `-P` and `-V`, the text to print instead of a run.

    Raises Fatal, with nsupdate's text, for a mistake.
    """
    given: Given = {}
    rest = _read(words, given)
    text = _text_to_print(given)
    if text is not None:
        return text
    _number(given, "L", 0, "library debug value")
    if "R" in given:
        raise Fatal("The -R option has been deprecated.")
    _check_exclusions(given)
    return NsupdateOptions.from_letters(given, rest[0] if rest else None)


def _read(words: Sequence[str], given: Given) -> list[str]:
    """Put the options at the start of the words into `given`; return the words after them."""
    remaining = iter(words)
    for word in remaining:
        if word == "--":
            break
        if word == "-" or not word.startswith("-"):
            return [word, *remaining]
        _read_cluster(word[1:], remaining, given)
    return list(remaining)


def _read_cluster(cluster: str, remaining: Iterator[str], given: Given) -> None:
    """Read the options after one dash, e.g. `dvk key` or `dvkkey`; the last one may have an argument."""
    for position, option in enumerate(cluster):
        index = OPTIONS.find(option) if option != ":" else -1
        if index < 0:
            raise Fatal(f"nsupdate: illegal option -- {option}\nnsupdate: invalid argument -{option}\n{USAGE}")
        if option == "h":
            raise Fatal(USAGE)
        _exclude_families(option, given)
        if OPTIONS[index + 1 : index + 2] != ":":
            given[option] = ""
            continue
        argument = cluster[position + 1 :] or next(remaining, None)
        if argument is None:
            raise Fatal(f"nsupdate: option requires an argument -- {option}\n{USAGE}")
        given[option] = argument
        return


def _exclude_families(option: str, given: Given) -> None:
    if (option == "4" and "6" in given) or (option == "6" and "4" in given):
        raise Fatal("only one of -4 and -6 allowed")


def _text_to_print(given: Given) -> str | None:
    """Return what `-T`, `-P` and `-V` print, in the order given; None if none of them is given."""
    if not {"T", "P", "V"} & given.keys():
        return None
    from dns_update.nsupdate.help_text import VERSION  # an update does not need it

    types = sorted((number, name) for name, number in RR_TYPES.items() if is_zone_type(number))
    texts = {
        "P": [name for number, name in types if number >= _PRIVATE_TYPES],
        "T": [name for number, name in types if number < _PRIVATE_TYPES],
        "V": [VERSION],
    }
    return "".join(f"{line}\n" for option in given if option in texts for line in texts[option])


def _check_exclusions(given: Given) -> None:
    if "k" in given and "y" in given:
        raise Fatal("nsupdate: cannot specify both -k and -y")
    if ("g" in given or "o" in given) and ("k" in given or "y" in given):
        raise Fatal("nsupdate: cannot specify -g with -k or -y")
    if ("K" in given) != ("E" in given):
        raise Fatal("nsupdate: cannot specify the -K option without the -E option, and vice versa.")
    if "A" in given and "O" in given:
        raise Fatal("nsupdate: cannot specify the -A option in conjunction with the -O option.")


def _number(given: Given, option: str, default: int, kind: str, highest: int = MAX_U32) -> int:
    if option not in given:
        return default
    number = decimal(given[option], highest)
    if number is None:
        raise Fatal(f"bad {kind} '{shown(given[option])}'")
    return number

"""The client's key is not the one that the server has; or its clock."""

import base64
from contextlib import ExitStack
from pathlib import Path

from lab import Bind, LabKey
from tests.support.broken.servers import ANY, KEY, OTHER, SECRET, bind, line, secondary_of, secret_line
from tests.support.broken.set_up import Words, broken


@broken("BIND does not know the key", "key-unknown", 'named.conf needs: key "unknown"')
def bind_unknown_key(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey.generate("unknown"))


@broken("BIND has the key with another algorithm", "other-algorithm", "algorithm=hmac-sha256")
def bind_another_algorithm(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey("home", "hmac-sha512", KEY.secret))


@broken("key= and key-name= are given, without the algorithm", "other-algorithm", "algorithm=hmac-sha256")
def bind_algorithm_left_out(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return secret_line(server, directory, KEY.secret, "key-encoding=base64")


@broken("BIND has the key with another algorithm and another secret", "other-algorithm-and-secret", "hmac-sha256")
def bind_another_algorithm_and_secret(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey("home", "hmac-sha512", OTHER.secret))


@broken("BIND has the key by the name with the zone", "other-key-name", "key-name=home.example.com")
def bind_key_name_with_zone(stack: ExitStack, directory: Path) -> Words:
    key = LabKey("home.example.com", "hmac-sha256", KEY.secret)
    server = stack.enter_context(Bind(directory / "bind", keys=[key]))
    return line(server, directory)


@broken("BIND has the key by the name without the zone", "other-key-name", "key-name=home")
def bind_key_name_without_zone(stack: ExitStack, directory: Path) -> Words:
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    return line(server, directory, LabKey("home.example.com", "hmac-sha256", KEY.secret))


@broken("BIND has the key by a name with a hyphen", "other-key-name", "key-name=my-home")
def bind_key_name_with_hyphen(stack: ExitStack, directory: Path) -> Words:
    key = LabKey("my-home", "hmac-sha256", KEY.secret)
    server = stack.enter_context(Bind(directory / "bind", keys=[key]))
    return line(server, directory, LabKey("my_home", "hmac-sha256", KEY.secret))


@broken("a secondary passes updates on, and its primary does not know the key", "cannot-forward-to", "know the key")
def bind_secondary_of_a_primary_without_key(stack: ExitStack, directory: Path) -> Words:
    primary = stack.enter_context(Bind(directory / "primary", keys=[OTHER], listen_v6=False))
    return line(stack.enter_context(secondary_of(directory, primary, "allow-update-forwarding { any; };")), directory)


@broken(
    "a secondary of BIND does not know the key, which its primary permits", "is-secondary", "is a secondary",
    "dns-server=127.0.0.1:",
)  # fmt: skip
def bind_secondary_without_key(stack: ExitStack, directory: Path) -> Words:
    primary = stack.enter_context(Bind(directory / "primary", keys=[KEY], listen_v6=False))
    return line(stack.enter_context(secondary_of(directory, primary, key=OTHER)), directory)


@broken("BIND has another secret", "secret-differs", "only the secret is another one", "copy it again")
def bind_another_secret(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey("home", "hmac-sha256", OTHER.secret))


def _with_secret(name: str, how: str, cause: str, written: str, *says: str) -> None:
    """Add a set-up in which the secret is written down wrongly."""

    def start(stack: ExitStack, directory: Path) -> Words:
        server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
        return secret_line(server, directory, written)

    start.__name__ = name
    broken(how, cause, *says)(start)


_with_secret("secret_in_quotes", "the secret has its quotes", "secret-without-quotes", f'"{SECRET}"', "quotes")
_with_secret(
    "secret_with_semicolon", "the secret has its semicolon", "secret-without-quotes", f"{SECRET};", "semicolon"
)
_with_secret(
    "secret_with_blank", "the secret was wrapped", "secret-without-quotes", f"{SECRET[:20]} {SECRET[20:]}", "blanks"
)
_with_secret(
    "secret_statement", "the whole statement was copied", "secret-without-statement", f"secret {SECRET}", "word"
)
_with_secret(
    "secret_of_nsupdate", "what nsupdate -y takes", "secret-without-name", f"hmac-sha256:home:{SECRET}", "colon"
)
_with_secret("secret_without_padding", "the secret lost its =", "secret-padded", SECRET.rstrip("="), '"="')
_with_secret(
    "secret_encoded_twice", "Base64 of the Base64", "secret-decoded-again",
    base64.b64encode(SECRET.encode()).decode(), "encoded twice",
)  # fmt: skip
_with_secret(
    "secret_with_line_end", "a line end was encoded, too", "secret-without-line-end",
    base64.b64encode(base64.b64decode(SECRET) + b"\n").decode(), "printf %s SECRET | base64",
)  # fmt: skip
_with_secret(
    "secret_in_hexadecimal", "the secret is hexadecimal", "secret-hexadecimal",
    base64.b64decode(SECRET).hex(), "hexadecimal",
)  # fmt: skip


@broken("BIND limits its rate, and does not know the key", "key-unknown", 'named.conf needs: key "unknown"')
def bind_limited_rate(stack: ExitStack, directory: Path) -> Words:
    limit = "rate-limit { responses-per-second 2; errors-per-second 2; window 5; slip 0; };"
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY], options=limit))
    return line(server, directory, LabKey.generate("unknown"))


@broken("the clock of BIND is 20 minutes ahead", "", "clocks differ", "NTP")
def bind_clock_ahead(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(Bind(directory / "bind", keys=[KEY], clock_offset="+20m")), directory)


@broken("BIND: the key of rndc, which named.conf does not include", "key-of-rndc", 'include "/etc/bind/rndc.key";')
def bind_key_of_rndc(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, ANY), directory, LabKey.generate("rndc-key"))


@broken("the secret has the quotes of a word processor", "secret-without-quotes", "quotes")
def bind_secret_in_typographic_quotes(stack: ExitStack, directory: Path) -> Words:
    return secret_line(bind(stack, directory, ANY), directory, f"\u201c{SECRET}\u201d\u00a0")

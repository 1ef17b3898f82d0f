"""The language and options of BIND's nsupdate: commands are read, carried out, and answered in nsupdate's words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.errors import DnsUpdateError

# A word of at least this many characters may be a secret in Base64: sensible secrets are not shorter.
_LEAST_SECRET = 12  # characters: 8 octets
_LEAST_PLAIN_SECRET = 16  # where it has small letters only, as a word of a language does
_BASE64 = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=")


class Fatal(Exception):
    """Ends a run at once with status 1; its text is what the user reads."""


def shown(text: str, otherwise: str = "...") -> str:
    """Return a text as errors show it: the text itself, or `otherwise` if it may contain a secret."""
    return otherwise if any(map(_may_be_secret, text.replace(":", " ").split())) else text


def shown_path(path: str, otherwise: str = "...") -> str:
    """Return a path as errors show it; `otherwise` if no part of it exists and it may contain a secret."""
    from dns_update.auth.private_file import called_in_errors  # only when something is wrong

    return called_in_errors(path, "") or shown(path, otherwise)


def hint_of(error: DnsUpdateError) -> str:
    """Return an error's hint as the command line spells it; empty if it has none."""
    from dns_update.errors.hints import COMMAND_LINE, rendered  # only when something is wrong

    return rendered(error.hint, COMMAND_LINE)


def _may_be_secret(word: str) -> bool:
    if not _BASE64.issuperset(word) or word.isdecimal():
        return False
    return len(word) >= (_LEAST_PLAIN_SECRET if word.isalpha() and word.islower() else _LEAST_SECRET)

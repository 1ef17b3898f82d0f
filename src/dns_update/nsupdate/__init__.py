"""The language and the options of BIND's nsupdate: parsed, carried out, and answered in its words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.errors import DnsUpdateError

# Words that may be secrets in Base64. No sensible secret is shorter, and few words of so many letters are typed.
_LEAST_SECRET = 12  # characters: 8 octets
_LEAST_PLAIN_SECRET = 16  # of small letters only
_BASE64 = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=")


class Fatal(Exception):
    """What ends a run at once with status 1; its text is what the user reads."""


def shown(text: str, otherwise: str = "...") -> str:
    """Return what somebody wrote as an error repeats it; `otherwise` where it may be a secret in a wrong place."""
    return otherwise if any(map(_may_be_secret, text.replace(":", " ").split())) else text


def shown_path(path: str, otherwise: str = "...") -> str:
    """Return a path as an error repeats it; `otherwise` where nothing of it exists, and it may be a secret."""
    from dns_update.auth import called_in_errors  # noqa: PLC0415 - only when something is wrong

    return called_in_errors(path, "") or shown(path, otherwise)


def hint_of(error: DnsUpdateError) -> str:
    """Return an error's hint as the command line spells it; empty if it has none."""
    from dns_update.errors.hints import COMMAND_LINE, rendered  # noqa: PLC0415 - only when something is wrong

    return rendered(error.hint, COMMAND_LINE)


def _may_be_secret(word: str) -> bool:
    if not _BASE64.issuperset(word) or word.isdecimal():
        return False
    return len(word) >= (_LEAST_PLAIN_SECRET if word.isalpha() and word.islower() else _LEAST_SECRET)

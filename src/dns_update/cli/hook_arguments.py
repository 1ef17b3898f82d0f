"""What ACME clients give their hooks as arguments, as properties of `dns-update acme`.

lego and acme.sh give the TXT record's name and the token; dehydrated gives a domain, a file's name and the token, of
several domains one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = {"present": "present", "cleanup": "cleanup", "deploy_challenge": "present", "clean_challenge": "cleanup"}
_OF_DEHYDRATED = 3  # words for each challenge
_TOKEN_LENGTH = 43


def as_properties(words: Sequence[str]) -> list[str]:
    """Return the words after `acme` with hook arguments written as properties; all others stay as they are.

    A hook may put its properties before the client's arguments, or after them.
    """
    own = next((index for index, word in enumerate(words) if "=" not in word), len(words))
    if own == len(words) or words[own].startswith("-"):
        return list(words)
    hook, rest = words[own], list(words[own + 1 :])
    step = _STEPS.get(hook, hook)
    if hook in _STEPS:
        rest = _of_name(rest) if hook == step else _of_domains(rest)
    return [step, *words[:own], *rest]


def _of_name(words: list[str]) -> list[str]:
    """Return `NAME TOKEN ...` as properties."""
    if not words or _is_property(words[0]):
        return words
    name, *rest = words
    is_token = bool(rest) and (not _is_property(rest[0]) or _may_be_token(rest[0]))
    return [f"name={name}", *([f"token={rest[0]}", *rest[1:]] if is_token else rest)]


def _of_domains(words: list[str]) -> list[str]:
    """Return `DOMAIN FILE TOKEN ...` as properties."""
    properties: list[str] = []
    while len(words) >= _OF_DEHYDRATED and not any("=" in word for word in words[:_OF_DEHYDRATED]):
        domain, _file, token, *words = words
        properties += [f"domain={domain}", f"token={token}"]
    return properties + words


def _is_property(word: str) -> bool:
    return "=" in word or word.startswith("-")


def _may_be_token(word: str) -> bool:
    """Return whether a word that looks like an option is a token: one in 64 begins with a hyphen."""
    return len(word) == _TOKEN_LENGTH and "=" not in word

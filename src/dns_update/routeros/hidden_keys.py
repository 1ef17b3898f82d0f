"""The keys that a script has in it, so that nothing which it logs or prints shows them."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.routeros import syntax
from dns_update.routeros.scopes import name_of
from dns_update.routeros.syntax import Node
from dns_update.routeros.tool import SECRET_SOURCES

_SHORTEST = 6
"""Characters: a shorter key is no secret, and would be found in ordinary words."""

_HIDDEN = "(hidden)"
_ASSIGNING = ("local", "global", "set")


def secrets_in(script: syntax.Script) -> frozenset[str]:
    """Return the keys of all updates in a script: those written there, and those that its variables are set to."""
    commands = list(syntax.commands_in(script.commands))
    keys = [node for command in commands if command.verb == "dns-update" and (node := command.named("key"))]
    names = {node.name for node in keys if isinstance(node, syntax.Variable)}
    for command in commands:
        words = command.unnamed()
        if command.is_global and command.verb in _ASSIGNING and len(words) > 1 and name_of(words[0]) in names:
            keys.append(words[1])
    return frozenset(filter(_is_secret, map(_literal, keys)))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which each secret is replaced."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text


def _is_secret(text: str) -> bool:
    return len(text) >= _SHORTEST and not text.startswith(SECRET_SOURCES)


def _literal(node: Node) -> str:
    """Return what a word or a string says; empty for any other expression."""
    if isinstance(node, syntax.Text):
        return "".join([part for part in node.parts if isinstance(part, str)]) if node.parts else ""
    return node.text if isinstance(node, syntax.Word) else ""

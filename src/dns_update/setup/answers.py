"""All that a set-up needs to know, as one value; it is complete, or it is not there."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.value import KW_ONLY, Value
from dns_update.wire.name import Name


class Answers(Value):
    """The answers to all questions.

    `servers` are as a user writes them, and so are `sources`, which say where the addresses of all `owners` come from.
    With `is_key_made`, the `key` is new, and `server_type` says which server must get it: `bind`, `knot` or `powerdns`.
    Without `ttl`, each name keeps the one that it has.
    """

    servers: tuple[str, ...]
    zone: Name
    owners: tuple[Name, ...]
    sources: tuple[str, ...]
    key: Key
    _: KW_ONLY
    is_key_made: bool = False
    server_type: str = ""
    ttl: int | None = None
    allow_private: bool = False

"""All that a set-up needs to know, as one value, and what it becomes: a configuration, and the key file beside it."""

from __future__ import annotations

import os

from dns_update.auth import Key
from dns_update.keys.statement import key_text
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.plan import AddressOrigin, Choices, MovedKey, MovedRecord, MovePlan
from dns_update.value import KW_ONLY, Value
from dns_update.wire.name import Name

_OF_SERVICE = "config.toml"  # the file that the systemd unit reads, and `home.key` the credential that it has loaded
_KEY_OF_SERVICE = "home.key"


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


def key_file_beside(output: str) -> str:
    """Return the path of the key file for a configuration: the one that the systemd unit loads, if that is its file."""
    directory, name = os.path.split(output)
    stem = name.removesuffix(".toml")
    return os.path.join(directory, _KEY_OF_SERVICE if name == _OF_SERVICE else f"{stem}.key")


def configuration_text(answers: Answers, key_file: str, chosen: Name | None = None) -> str:
    """Return the agent's configuration, without a secret; `key_file` is beside it.

    The key's name is in it only if it was `chosen` among several: otherwise a successor that `key rotate` puts into the
    file is used.
    """
    credential = os.path.basename(key_file)
    key = MovedKey(
        "" if chosen is None else str(chosen), file=f"credential:{credential}", table=credential.removesuffix(".key")
    )
    records = [
        MovedRecord(
            str(owner),
            str(answers.zone),
            AddressOrigin("service", detail=source),
            answers.servers,
            "first-success",
            key,
            answers.ttl,
            allow_private=answers.allow_private,
        )
        for owner in answers.owners
        for source in answers.sources
    ]
    plan, choices = MovePlan(tuple(records), ()), Choices({}, "")
    return toml_from_plan(plan, choices, origin="your answers", key_file=key_file, command="init")


def key_file_text(answers: Answers, day: str) -> str:
    """Return the text of the key file: the key, and the one that it replaces, if the given file has both."""
    keys = [answers.key] if answers.key.predecessor is None else [answers.key, answers.key.predecessor]
    if answers.is_key_made:
        return key_text(keys, day)
    return "".join(key_text([key], day).partition("\n")[2] for key in keys)  # nobody knows when it was made

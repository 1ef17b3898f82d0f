"""What the answers become: the text of the agent's configuration, and that of the key file beside it."""

from __future__ import annotations

import os

from dns_update.keys.statement import key_text
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.plan import AddressOrigin, Choices, MovedKey, MovedRecord, MovePlan
from dns_update.setup.answers import Answers
from dns_update.wire.name import Name

_OF_SERVICE = "config.toml"  # the file that the systemd unit reads, and `home.key` the credential that it has loaded
_KEY_OF_SERVICE = "home.key"


def key_file_beside(output: str) -> str:
    """Return the path of the key file for a configuration: the one that the systemd unit loads, if that is its file."""
    directory, name = os.path.split(output)
    stem = name.removesuffix(".toml")
    return os.path.join(directory, _KEY_OF_SERVICE if name == _OF_SERVICE else f"{stem}.key")  # noqa: PTH118 - text


def configuration_text(answers: Answers, key_file: str, chosen: Name | None = None) -> str:
    """Return the agent's configuration, without a secret; `key_file` is beside it.

    The key's name is in it only if it was `chosen` among several: otherwise a successor that `key rotate` puts into the
    file is used.
    """
    credential = os.path.basename(key_file)  # noqa: PTH119 - as above
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

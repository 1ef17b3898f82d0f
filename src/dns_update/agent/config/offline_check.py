"""What `agent --check` finds besides mistakes in the text: a history file of another kind, and weak secrets."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.agent.config.settings import Config
from dns_update.agent.output.history import fault_of_file
from dns_update.doctor.weak_secrets import weakness_of
from dns_update.errors import ConfigError


def refuse_files(config: Config, path: str) -> None:
    """Raise ConfigError if the history file that the configuration at `path` names is not a history."""
    fault = fault_of_file(config.agent.history) if config.agent.history else ""
    if fault:
        hint = "name another file; the agent would leave this one as it is, and keep no history"
        raise ConfigError([(f"{path}: [agent] history: {config.agent.history}: {fault}", hint)])


def warnings_about(config: Config) -> Iterator[str]:
    """Yield a line for each key whose secret can be guessed."""
    keys = {record.key.name: record.key for record in config.records if record.key is not None}
    for name, key in keys.items():
        if weakness := weakness_of(key):
            yield (
                f"the secret of key {name} {weakness}; one captured request is enough to find it: "
                "tsig-keygen makes one of 256 bits"
            )

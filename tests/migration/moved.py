"""Reads a plan as its user does: as the agent's configuration, and as remarks."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dns_update.agent.config.load import read_config
from dns_update.agent.config.settings import Config
from dns_update.keys.files import OPEN_MODE, write_new_files
from dns_update.migration.agent_toml import key_file_text, toml_from_plan
from dns_update.migration.plan import Choices, MovePlan
from lab import NameServer, dig
from tests.support.command import dns_update

Importer = Callable[[str, Choices], MovePlan]

CHOICES = Choices({}, "box")


def remarks(plan: MovePlan) -> set[tuple[int, str, str]]:
    """Return line, severity and code of each remark."""
    return {(remark.line, remark.severity, remark.code) for remark in plan.remarks}


def codes(plan: MovePlan) -> set[str]:
    """Return the codes of the remarks, without the one that most plans have."""
    return {remark.code for remark in plan.remarks} - {"private-addresses"}


def write(plan: MovePlan, directory: Path, choices: Choices = CHOICES) -> Path:
    """Write the configuration, and the keys whose secrets are known; return the path of the configuration."""
    keys = [record.key for record in plan.records if record.key is not None]
    path = directory / "agent.toml"
    key_file = str(directory / "agent.keys")
    toml = toml_from_plan(plan, choices, origin="the test", key_file=key_file)
    texts = {str(path): toml}
    if key_file_text(keys):
        texts[key_file] = key_file_text(keys)
    write_new_files(texts, {str(path): OPEN_MODE})
    return path


def configured(plan: MovePlan, directory: Path, choices: Choices = CHOICES) -> Config:
    """Return the configuration as the agent reads it."""
    return read_config(str(write(plan, directory, choices)))


def addresses(config: Config) -> Mapping[str, list[str]]:
    """Return the texts of the sources of each name."""
    found: dict[str, list[str]] = {}
    for record in config.records:
        texts = [source.hex() if isinstance(source, bytes) else str(source) for source in record.sources]
        found.setdefault(str(record.name), []).extend(texts)
    return found


def published(plan: MovePlan, server: NameServer, directory: Path, name: str) -> list[str]:
    """Let the agent set the names once; return what the server then has for one of them: TTL and address."""
    configuration = write(plan, directory)
    checked = dns_update("agent", "--check", f"config={configuration}")
    assert checked.status == 0, checked.stderr
    done = dns_update("agent", "--once", f"config={configuration}", env={"STATE_DIRECTORY": str(directory)})
    assert done.status == 0, done.stderr
    found = dig(server, name, "A") + dig(server, name, "AAAA")
    return [f"{line.split()[1]} {line.split()[4]}" for line in found]

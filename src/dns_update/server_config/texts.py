"""What findings mean, in sentences: what it is and where, then the one next thing to do. Pure.

The sentences about each server are in its own package, with lines in the language of its configuration. They are
templates: `$name` is a value of the finding, `$NAME` a phrase that several sentences share.
"""

from __future__ import annotations

from string import Template

from dns_update.server_config.finding import ConfigFinding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_UNKNOWN = {"key": "KEY", "algorithm": "hmac-sha256", "client": "(not known)"}
"""What a line to write has in the place of what the question leaves out."""


def texts(finding: ConfigFinding) -> tuple[str, str]:
    """Return what a finding means, with the file and the line, and what to do; the latter may be empty."""
    sentences, phrases = _tables(finding)
    text, hint = sentences[finding.code]
    return f"{_filled(text, phrases, finding)} ({finding.place})", _filled(hint, phrases, finding)


def _filled(template: str, phrases: Mapping[str, str], finding: ConfigFinding) -> str:
    whole = Template(template).safe_substitute(phrases)
    values = {name: value or _UNKNOWN.get(name, "") for name, value in finding.values.items()}
    return Template(whole).substitute(values, file=values.get("file", finding.file))


def _tables(finding: ConfigFinding) -> tuple[Mapping[str, tuple[str, str]], Mapping[str, str]]:
    """Return the sentences about a server, and their phrases."""
    if finding.server != "bind":
        raise NotImplementedError(finding.server)
    from dns_update.server_config.bind import texts as bind

    return bind.TEXTS, bind.PHRASES

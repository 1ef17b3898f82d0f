"""What a line of a server's log means, in sentences: what is wrong, then the one next thing to do. Pure."""

from __future__ import annotations

import re
from string import Template

from dns_update.errors import Hint
from dns_update.server_log.findings import LogFinding
from dns_update.server_log.lines import shown

_PROPERTY = re.compile(r"\{[a-z-]+(?::[^{}\s]+)?\}")


def texts(finding: LogFinding) -> tuple[str, str]:
    """Return what a line means, and what to do; what comes from the line has no control characters in it."""
    values = {name: shown(value) for name, value in finding.values.items()}
    what = Template(finding.message.what).substitute(values)
    to_do = finding.message.to_do
    if not _PROPERTY.search(to_do):
        return what, Template(to_do).substitute(values)
    return what, Hint.of(re.sub(r"\$(\w+)", r"{\1}", to_do), values)

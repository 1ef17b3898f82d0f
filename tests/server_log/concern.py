"""The update that the tests ask logs about, and logs of it."""

from dns_update.server_log import Concern, LogFinding
from dns_update.server_log.findings import findings, in_order
from dns_update.server_log.lines import lines_of
from dns_update.wire.name import Name

NOW = 1_796_126_400.0  # 2026-12-01 12:00 UTC
ZONE, OWNER, KEY = Name.from_text("example.com"), Name.from_text("home.example.com"), Name.from_text("home-key")
OURS = Concern(ZONE, OWNER, "A", KEY)


def found(text: str, concern: Concern = OURS) -> tuple[LogFinding, ...]:
    return findings(in_order([list(lines_of(text, "log", NOW))]), concern)


def causes(text: str, concern: Concern = OURS) -> list[str]:
    return [finding.message.cause for finding in found(text, concern)]

"""Logs of name servers: whatever a client has written there, the sentences about it are one line and show no secret."""

from __future__ import annotations

from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.server_log import Concern, texts
from dns_update.server_log.findings import findings, in_order
from dns_update.server_log.lines import lines_of
from dns_update.wire.name import Name
from fuzz.expect import expect, text_of

_NOW = 1_796_126_400.0
_SECRET = "c2VjcmV0IG9mIHRoZSBmdXp6ZXIgMTIzNDU2Nzg5MA=="  # noqa: S105 - of the seeds
_CONCERN = Concern(Name.from_text("example.com"), Name.from_text("home.example.com"), "A", None)

SEEDS = (
    (
        b"01-Dec-2026 11:44:20.123 client 192.0.2.9#5/key dd: updating zone 'example.com/IN': error: journal open "
        b"failed: permission denied\n01-Dec-2026 11:44:21.123 zone example.com/IN: loaded serial 5\n"
    ),
    b"Dec  1 11:44:20 ns1 named[5]: /etc/bind/named.conf:3: unknown option 'foo\x1b[31m'\n",
    (
        b"2026-12-01T11:44:20+0000 error: [example.com.] DDNS, processing failed (zone size exceeded)\n"
        b"2026-12-01T11:44:20+0000 error: config, file 'k', line 5, item 'secret', value "
        b"'c2VjcmV0IG9mIHRoZSBmdXp6ZXIgMTIzNDU2Nzg5MA==' (invalid parameter)\n"
    ),
    b"Dec 01 11:44:20 UPDATE (5) from 192.0.2.9 for example.com: Caught PDNSException: x; Sending ServFail!\n",
    b"[2026/12/01 11:44:20.1,  2] ../../dns_update.c:828(x)\n  Updates disabled.\n",
)


def check(data: bytes) -> None:
    """Read a text as a log."""
    lines = list(lines_of(text_of(data), "log", _NOW))
    for finding in findings(in_order([lines]), _CONCERN):
        sentences = [rendered(sentence, COMMAND_LINE) for sentence in texts(finding)]
        for shown in (finding.line.shown, *sentences):
            expect("what is shown has no control characters", holds=shown.isprintable())
            expect("what is shown has no secret", holds=_SECRET not in shown)

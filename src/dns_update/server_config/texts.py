"""What findings mean, in sentences: what it is and where, then the one next thing to do. Pure.

The sentences about each server are in its own package, with lines in the language of its configuration. They are
templates: `$name` is a value of the finding, `$NAME` a phrase that several sentences share, and `{zone:$name}`, in what
to do, a property that each door spells in its own way.
"""

from __future__ import annotations

import re
from string import Template

from dns_update.errors import Hint
from dns_update.server_config.finding import ConfigFinding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = {
    "zone-parent": (
        "the configuration has no zone $zone, but its parent $parent",
        "send the update to the zone $parent: {zone:$parent} {name:$owner}",
    ),
    "zone-of-owner": (
        "the configuration has no zone $zone; it has $other, which contains $owner",
        "send the update to the zone $other: {zone:$other} {name:$owner}",
    ),
    "zone-similar": (
        "the configuration has no zone $zone, but a zone $other",
        "if that is meant: {zone:$other}",
    ),
    "zone-below": (
        "$owner is in a zone of its own, $below, which this server has, too",
        "send the update to the zone $below: {zone:$below} {name:$owner}",
    ),
    "key-similar": (
        "the configuration has no key $key, but a key $similar",
        "use the name of the server's key: {key-name:$similar}",
    ),
    "key-algorithm": (
        "the key $key has the algorithm $other, and the update is signed with $algorithm",
        "use the server's algorithm: {algorithm:$other}",
    ),
    "key-secret": (
        "the secret of the key $key differs from that of the update",
        "copy the key again, with all of its characters",
    ),
    "key-secret-reading": (
        "the secret of the key $key is the one of the update in its other reading: Base64 and text are mixed up",
        "say how the secret is read: {key-encoding:text} or {key-encoding:base64}",
    ),
    "disk-full": (
        "the disk of $directory is full, so the server cannot write a change there, and answers SERVFAIL",
        "run: df -h -i $directory; and make room there",
    ),
    "disk-read-only": (
        (
            "$directory is on a file system that is mounted read-only, so the server cannot write a change there, and "
            "answers SERVFAIL"
        ),
        (
            "findmnt -T $directory shows it: mount it writable (a volume of a container without :ro), or put the zone "
            "file in a directory that the server can write, e.g. below /var/lib"
        ),
    ),
    "service-read-only": (
        (
            "the server sees $directory as read-only, although it is writable for others: its service or container "
            "has it so; it cannot write a change there, and answers SERVFAIL"
        ),
        (
            "under systemd, run: systemctl edit $unit; and write there, below [Service]: ReadWritePaths=$directory; "
            "then restart it; in a container, mount the volume without :ro"
        ),
    ),
    "immutable": (
        (
            "$directory, or the file to write there, has the attribute i (immutable), so not even root can write a "
            "change there, and the server answers SERVFAIL"
        ),
        "lsattr -d $directory $directory/* shows it; chattr -i removes it",
    ),
    "listens-at-other-port": (
        "the server listens at port $other of $address, and port $port was asked",
        "give that port: {dns-server:$at}; or change it in $setting, and restart the server",
    ),
    "listens-elsewhere": (
        "the server does not listen at $address, which was asked ($setting)",
        "add $address to $setting, and restart the server; or give an address that it has: {dns-server:ADDRESS}",
    ),
    "key-right": ("the server has the key $key", ""),
}
"""Sentences that are the same for all servers."""

_UNKNOWN = {"key": "KEY", "algorithm": "hmac-sha256", "client": "(not known)"}
"""What a line to write has in the place of what the update leaves out."""


_PROPERTY = re.compile(r"\{[a-z-]+:[^{}\s]+\}")


def texts(finding: ConfigFinding) -> tuple[str, str]:
    """Return what a finding means, with the file and the line, and what to do; the latter may be empty."""
    sentences, phrases = _tables(finding)
    text, hint = sentences.get(finding.code) or COMMON[finding.code]
    return f"{_filled(text, phrases, finding)} ({finding.place})", _hint(hint, phrases, finding)


def _hint(template: str, phrases: Mapping[str, str], finding: ConfigFinding) -> str:
    if not _PROPERTY.search(template):
        return _filled(template, phrases, finding)
    return Hint.of(re.sub(r"\$(\w+)", r"{\1}", template), finding.values)


def _filled(template: str, phrases: Mapping[str, str], finding: ConfigFinding) -> str:
    whole = Template(template).safe_substitute(phrases)
    values = {name: value or _UNKNOWN.get(name, "") for name, value in finding.values.items()}
    return Template(whole).substitute(values, file=values.get("file", finding.file))


def _tables(finding: ConfigFinding) -> tuple[Mapping[str, tuple[str, str]], Mapping[str, str]]:
    """Return the sentences about a server, and their phrases."""
    if finding.server == "bind":
        from dns_update.server_config.bind import texts as bind

        return bind.TEXTS, bind.PHRASES
    if finding.server == "knot":
        from dns_update.server_config.knot import texts as knot

        return knot.TEXTS, knot.PHRASES
    from dns_update.server_config.powerdns import texts as powerdns

    return powerdns.TEXTS, powerdns.PHRASES

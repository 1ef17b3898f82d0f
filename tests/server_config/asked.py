"""Asks a configuration, and the real server that runs with it, about the same update."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import dns_update
from dns_update import Client, Key, Name, Update
from dns_update.server_config import ConfigFinding, IntendedUpdate, examine_configuration, texts
from dns_update.wire.codes import rrtype_from_text
from dns_update.wire.inet import parse_address
from lab import LabKey, NameServer

LOOPBACK = "127.0.0.1"
SAMPLES = {"A": "192.0.2.9", "AAAA": "2001:db8::9", "TXT": "text", "NS": "ns.example.net.", "MX": "10 mx.example.net."}


def key_of(key: LabKey) -> Key:
    return Key.from_secret(key.name, key.secret, key.algorithm, encoding="base64")


def intended(
    zone: str, owner: str, types: str = "A", key: Key | None = None, client: str | None = LOOPBACK
) -> IntendedUpdate:
    numbers = tuple(map(rrtype_from_text, types.split()))
    address = None if client is None else parse_address(client)
    return IntendedUpdate(Name.from_text(zone), Name.from_text(owner), numbers, key=key, client=address)


def faults(found: Sequence[ConfigFinding]) -> list[str]:
    return [finding.code for finding in found if finding.severity == "fault"]


def codes(found: Sequence[ConfigFinding]) -> list[str]:
    return [finding.code for finding in found]


def asked(path: Path, asked_for: IntendedUpdate) -> tuple[ConfigFinding, ...]:
    """Return the findings; each has sentences, and none shows a secret."""
    found = examine_configuration(str(path), asked_for)
    shown = "\n".join(f"{texts(finding)} {finding!r}" for finding in found)
    for secret in secrets_in(path.read_text(errors="replace")):
        assert secret not in shown
    assert "$" not in shown.replace("$@", "@")  # of the principal of a host in Active Directory
    assert not any("  " in sentence for finding in found for sentence in texts(finding))
    return found


def secrets_in(text: str) -> list[str]:
    """Return the words after `secret`."""
    words = text.replace('"', " ").replace(";", " ").replace(":", " ").split()
    return [after for word, after in pairwise(words) if word == "secret"]


def accepts(server: NameServer, asked_for: IntendedUpdate) -> bool:
    """Return whether the real server carries the update out."""
    update = Update(str(asked_for.zone))
    for rrtype in asked_for.rrtypes:
        name = next((each for each in SAMPLES if rrtype_from_text(each) == rrtype), "")
        if not name:
            update = update.delete_name(f"{asked_for.owner}.")
            continue
        update = update.add(f"{asked_for.owner}.", 300, name, SAMPLES[name])
    try:
        with Client(f"{server.host}:{server.port}", key=asked_for.key) as client:
            client.send(update)
    except dns_update.DnsUpdateError:
        return False
    return True

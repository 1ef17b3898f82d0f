"""Knot DNS in the way of an update."""

import base64
from contextlib import ExitStack
from pathlib import Path

from lab import Bind, Knot, LabKey, Zone
from lab.key import write_private
from lab.port import IPV6
from tests.support.broken.servers import ANY, KEY, OTHER, UPDATE, knot, line, run_tool, zones
from tests.support.broken.set_up import Words, broken


@broken("Knot: the zone has no acl", "key-in-no-acl", "knot.conf needs", "action: update")
def knot_without_acl(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory), directory)


@broken("Knot: the acl names another key", "key-in-no-acl", "no acl of the zone has it")
def knot_acl_of_another_key(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    key: [other]\n    action: update\n"), directory)


@broken("Knot: the acl permits transfers only", "zone-closed", "action: update")
def knot_acl_for_transfers(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    key: [home]\n    action: transfer\n"), directory)


@broken("Knot: the acl permits another name", "not-granted", "update-owner-name")
def knot_acl_of_another_name(stack: ExitStack, directory: Path) -> Words:
    acl = "    key: [home]\n    action: update\n    update-owner: name\n    update-owner-name: [office]\n"
    return line(knot(stack, directory, acl), directory)


@broken("Knot: the acl permits TXT only", "type-denied", "may change TXT at home.example.com, and not A", "update-type")
def knot_acl_of_another_type(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    key: [home]\n    action: update\n    update-type: [TXT]\n"), directory)


@broken("Knot: the acl has an address and no key", "updates-by-address", "leave the key out")
def knot_acl_of_an_address(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    address: 127.0.0.1\n    action: update\n"), directory)


@broken("Knot has the key with another algorithm", "other-algorithm", "algorithm=hmac-sha256")
def knot_another_algorithm(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, "    key: [home]\n    action: update\n")
    return line(server, directory, LabKey("home", "hmac-sha512", KEY.secret))


@broken("Knot has another secret", "secret-differs", "only the secret is another one", "knot.conf")
def knot_another_secret(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, "    key: [home]\n    action: update\n")
    return line(server, directory, LabKey("home", "hmac-sha256", OTHER.secret))


@broken("Knot: no key is given", "key-needed", "key-file=")
def knot_without_key(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    key: [home]\n    action: update\n"), directory, None)


@broken("Knot: the zone is the host's own name", "other-zone", "zone=example.com", check_stops_before=True)
def knot_zone_is_a_name(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, "    key: [home]\n    action: update\n")
    return line(server, directory, KEY, "zone=home.example.com", "name=home.example.com")


@broken("Knot does not have the zone", "no-zone", "has no zone example.org")
def knot_unknown_zone(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory), directory, KEY, "zone=example.org")


@broken("Knot: the acl has the key, and the address of another machine", "key-in-no-acl", "include this machine's")
def knot_acl_of_another_address(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, f"    address: 192.0.2.0/24\n{UPDATE}"), directory)


@broken("Knot: an acl that denies is before the one of the key", "key-in-no-acl", "an acl with deny: on must be after")
def knot_acl_denies_first(stack: ExitStack, directory: Path) -> Words:
    acl = f"    address: 127.0.0.1\n    action: update\n    deny: on\n  - id: second\n{UPDATE}"
    return line(knot(stack, directory, acl, ids="of-test, second"), directory)


@broken("Knot: update-owner-match: sub, and the name itself", "not-granted", "update-owner-match")
def knot_acl_below_the_name(stack: ExitStack, directory: Path) -> Words:
    acl = f"{UPDATE}    update-owner: name\n    update-owner-name: [home]\n    update-owner-match: sub\n"
    return line(knot(stack, directory, acl), directory)


@broken("Knot: update-owner-name without the final dot", "not-granted", "home.example.com. (with the dot)")
def knot_acl_of_a_relative_name(stack: ExitStack, directory: Path) -> Words:
    acl = f"{UPDATE}    update-owner: name\n    update-owner-name: [home.example.com]\n"
    return line(knot(stack, directory, acl), directory)


@broken("Knot: update-owner: key, and the key has another name", "not-granted", "update-owner")
def knot_acl_of_the_key_name(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, f"{UPDATE}    update-owner: key\n"), directory)


@broken("Knot: the acl has the address of another machine, and no key is given", "key-needed", "this machine's address")
def knot_acl_of_other_addresses(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    address: 192.0.2.0/24\n    action: update\n"), directory, None)


@broken("Knot: the zone is frozen", "knot-frozen", "knotc zone-thaw example.com", or_cause="updates-dropped")
def knot_frozen_zone(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, UPDATE)
    run_tool("knotc", "-s", str(server.directory / "knot.sock"), "zone-freeze", "example.com")
    return line(server, directory)


@broken("Knot: the zone file is missing", "zone-not-loaded", "kzonecheck -o example.net")
def knot_missing_zone_file(stack: ExitStack, directory: Path) -> Words:
    zone = "zone:\n  - domain: example.net\n    file: missing\n    acl: of-test\n"
    path = write_private(directory / "more.conf", zone)
    acl = f"  - id: of-test\n{UPDATE}include: {path}"
    server = Knot(directory / "knot", keys=[OTHER], readonly_keys=[KEY], extra=acl)
    return line(stack.enter_context(server), directory, KEY, "zone=example.net")


@broken("Knot: an alias has the name", "", "CNAME", "www.example.com")
def knot_alias_at_the_name(stack: ExitStack, directory: Path) -> Words:
    return line(
        stack.enter_context(Knot(directory / "knot", keys=[KEY], zones=zones(records="home CNAME www\n"))), directory
    )


@broken("Knot has the key by the name without the zone", "other-key-name", "key-name=home")
def knot_key_name_with_zone(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, UPDATE), directory, LabKey("home.example.com", "hmac-sha256", KEY.secret))


def _knot_secondary(stack: ExitStack, directory: Path, policy: str) -> tuple[Bind, Knot]:
    """Start BIND as the primary, and Knot as a secondary, which passes on what the key sends."""
    primary = Bind(directory / "primary", readonly_keys=[KEY], zones=zones(policy), listen_v6=False)
    stack.enter_context(primary)
    remote = f"  - id: of-test\n{UPDATE}remote:\n  - id: primary\n    address: 127.0.0.1@{primary.port}\n"
    zone = Zone("example.com", type="secondary", policy="    acl: of-test\n    master: primary")
    secondary = Knot(
        directory / "knot", keys=[OTHER], readonly_keys=[KEY], zones=[zone], extra=remote, host=IPV6, port=primary.port
    )
    return primary, stack.enter_context(secondary)


@broken("a secondary of Knot, and its primary is down", "cannot-forward-to", "is down", "dns-server=127.0.0.1")
def knot_secondary_of_a_dead_primary(stack: ExitStack, directory: Path) -> Words:
    primary, secondary = _knot_secondary(stack, directory, ANY)
    primary.stop()
    return line(secondary, directory)


@broken(
    "a secondary of Knot has no acl for updates, and its primary permits the key", "is-secondary", "is a secondary",
    "dns-server=127.0.0.1:",
)  # fmt: skip
def knot_secondary_without_acl(stack: ExitStack, directory: Path) -> Words:
    primary = stack.enter_context(Bind(directory / "primary", keys=[KEY], listen_v6=False))
    remote = "  - id: of-test\n    address: 127.0.0.1\n    action: notify\nremote:\n  - id: primary\n    address: "
    zone = Zone("example.com", type="secondary", policy="    acl: of-test\n    master: primary")
    extra = f"{remote}127.0.0.1@{primary.port}\n"
    secondary = Knot(directory / "knot", keys=[OTHER], zones=[zone], extra=extra, host=IPV6, port=primary.port)
    return line(stack.enter_context(secondary), directory)


@broken("a secondary of Knot, and its primary permits nothing", "knot-refused", "let its primary allow key home")
def knot_secondary_of_a_closed_primary(stack: ExitStack, directory: Path) -> Words:
    _primary, secondary = _knot_secondary(stack, directory, "allow-update { none; };")
    return line(secondary, directory)


@broken("Knot: the zone is as large as it may be", "refused-in-the-end", "zone-max-size", only_by_update=True)
def knot_largest_zone(stack: ExitStack, directory: Path) -> Words:
    zone = Zone("example.com", extra="    zone-max-size: 152")
    return line(stack.enter_context(Knot(directory / "knot", keys=[KEY], zones=[zone])), directory)


@broken("Knot: a signed zone without its private keys", "cannot-write-or-sign", "*.pem", only_by_update=True)
def knot_signed_zone_without_keys(stack: ExitStack, directory: Path) -> Words:
    zone = Zone("example.com", extra="    dnssec-signing: on")
    server = stack.enter_context(Knot(directory / "knot", keys=[KEY], zones=[zone]))
    for key in server.directory.rglob("*.pem"):
        key.unlink()
    return line(server, directory)


@broken("Knot: a DNSKEY record of a zone that Knot signs", "", "change its DNSSEC policy", only_by_update=True)
def knot_key_of_a_signed_zone(stack: ExitStack, directory: Path) -> Words:
    zone = Zone("example.com", extra="    dnssec-signing: on")
    server = stack.enter_context(Knot(directory / "knot", keys=[KEY], zones=[zone]))
    public = base64.b64encode(bytes(63)).decode()  # so long that it ends without "=", which `line` would leave out
    return line(server, directory, KEY, "address=", "type=DNSKEY", f"value=257 3 13 {public}", name="@")


@broken("Knot: the acl has the address and the key of others", "key-in-no-acl", "an acl takes what has both")
def knot_acl_for_others(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, f"    address: 192.0.2.0/24\n{UPDATE}".replace("home", "other")), directory)

"""BIND does not permit what the line asks for."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

from lab import Bind, LabKey, Zone
from lab.key import write_private
from lab.port import IPV6
from tests.support.broken.servers import ANY, KEY, bind, line, mount_read_only, zones
from tests.support.broken.set_up import Words, broken


@broken("BIND: the zone has neither update-policy nor allow-update", "zone-closed", "rndc zonestatus", 'grant "home"')
def bind_static_zone(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "notify no;"), directory)


@broken("BIND: allow-update { none; }", "zone-closed", "rndc zonestatus")
def bind_allow_update_none(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "allow-update { none; };"), directory)


@broken("BIND: allow-update names another key", "zone-closed", "names no key, or another")
def bind_allow_update_another_key(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "allow-update { key other; };"), directory)


@broken(
    "BIND: allow-update has addresses, and the client a key that BIND does not know",
    "updates-by-address",
    "leave the key out",
)
def bind_allow_update_address(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, "allow-update { 127.0.0.1; };")
    return line(server, directory, LabKey.generate("unknown"))


@broken("BIND: the zone is frozen", "zone-closed", "rndc thaw example.com")
def bind_frozen_zone(stack: ExitStack, directory: Path) -> Words:
    control = LabKey.generate("control")
    with Bind(directory / "port", zones=()) as unused:
        port = unused.port
    controls = f'controls {{ inet 127.0.0.1 port {port} allow {{ 127.0.0.1; }} keys {{ "control"; }}; }};'
    policy = 'update-policy { grant "home" zonesub ANY; };'
    server = bind(stack, directory, policy, extra=f"{control.bind_clause()}\n{controls}")
    path = write_private(directory / "rndc.conf", control.bind_clause())
    rndc = ["rndc", "-k", str(path), "-s", "127.0.0.1", "-p", str(port)]
    subprocess.run([*rndc, "freeze", "example.com"], check=True, capture_output=True)
    return line(server, directory)


@broken("BIND: update-policy has no rule for the key", "not-granted", 'grant "home" name home.example.com. A;')
def bind_no_rule_for_key(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, 'update-policy { grant "other" zonesub ANY; };'), directory)


@broken("BIND: update-policy grants another name", "not-granted", 'grant "home" name home.example.com. A;')
def bind_rule_for_another_name(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, 'update-policy { grant "home" name office.example.com. A; };'), directory)


@broken("BIND: update-policy denies this name", "name-denied", "may change other names of example.com, and not home")
def bind_rule_denies_the_name(stack: ExitStack, directory: Path) -> Words:
    policy = 'update-policy { deny "home" name home.example.com.; grant "home" zonesub ANY; };'
    return line(bind(stack, directory, policy), directory)


@broken("BIND: update-policy grants TXT only", "type-denied", "may change TXT at home.example.com, and not A")
def bind_rule_for_another_type(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, 'update-policy { grant "home" name home.example.com. TXT; };'), directory)


@broken(
    "BIND: update-policy grants A, and AAAA is set, too",
    "type-denied",
    "may change A at home.example.com, and not AAAA",
)
def bind_rule_for_one_family(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" name home.example.com. A; };')
    return line(server, directory, KEY, "address=192.0.2.9,2001:db8::9")


@broken("BIND: grant KEY self, and the key has another name", "only-own-name", "name=gate.example.com")
def bind_rule_for_own_name(stack: ExitStack, directory: Path) -> Words:
    key = LabKey.generate("gate.example.com")
    policy = "update-policy { grant gate.example.com self gate.example.com. A; };"
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[key], zones=zones(policy)))
    return line(server, directory, key)


@broken("BIND: update-policy local, and a key that is not the session's", "not-granted", 'grant "home" name')
def bind_policy_local(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "update-policy local;"), directory)


@broken(
    "BIND: a name with an underscore (check-names)", "check-names", "living_room.example.com", "check-names ignore;"
)
def bind_name_with_underscore(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, KEY, "check-names=no", name="living_room")


@broken("BIND: no key is given", "key-needed", "key-file=")
def bind_without_key(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };'), directory, None)


@broken("BIND answers no queries about the zone (allow-query)", "asking-refused", "allow-query")
def bind_queries_refused(stack: ExitStack, directory: Path) -> Words:
    # The lab waits until the zone answers, so the address that it asks from may ask.
    policy = 'update-policy { grant "home" zonesub ANY; }; allow-query { ! 127.0.0.9; any; };'
    return line(bind(stack, directory, policy), directory, KEY, "ttl=", "local-address=127.0.0.9")


@broken("a zone of Active Directory, without a key", "kerberos-only", "Active Directory", "auth=gss")
def domain_controller(stack: ExitStack, directory: Path) -> Words:
    records = "_ldap._tcp.dc._msdcs SRV 0 100 389 ns\n"
    return line(bind(stack, directory, "notify no;", records=records), directory, None)


@broken("BIND: allow-update has other addresses, and no key is given", "key-needed", "include the one that named sees")
def bind_allow_update_other_addresses(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "allow-update { 192.0.2.0/24; };"), directory, None)


@broken(
    "BIND: allow-update has 127.0.0.1, and the client comes from ::1", "is-secondary", "without a key",
    "an address with other rules", "dns-server=127.0.0.1:",
)  # fmt: skip
def bind_allow_update_one_family(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, "allow-update { 127.0.0.1; };")
    return line(f"[{IPV6}]:{server.port}", directory, None)


@broken(
    "BIND: allow-update denies the address before the key", "zone-closed", "denies this machine's address before it"
)
def bind_allow_update_denies_address(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "allow-update { !127.0.0.1; key home; };"), directory)


@broken(
    "BIND: grant * self *, and the key's name is not a full one", "not-granted", 'grant "home" name home.example.com'
)
def bind_rule_for_self(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "update-policy { grant * self * A AAAA; };"), directory)


@broken("BIND: a wildcard rule for another branch", "not-granted", 'grant "home" name home.example.com. A;')
def bind_rule_for_another_branch(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, 'update-policy { grant "home" wildcard *.dyn.example.com. A; };'), directory)


@broken(
    "BIND: the rule is for the challenge of the zone, not of a host", "not-granted",
    'grant "home" name _acme-challenge.home.example.com. TXT;',
)  # fmt: skip
def bind_rule_for_another_challenge(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" name _acme-challenge.example.com. TXT; };')
    return line(server, directory, KEY, "address=", "type=TXT", "value=abc", name="_acme-challenge.home")


@broken("BIND: a static zone with records of Active Directory", "zone-closed", "rndc zonestatus")
def bind_static_zone_of_domain(stack: ExitStack, directory: Path) -> Words:
    records = "_ldap._tcp.dc._msdcs SRV 0 100 389 ns\n"
    return line(bind(stack, directory, "allow-update { 192.0.2.1; };", records=records), directory)


@broken("BIND: a rule tcp-self, and the update goes by UDP", "only-by-tcp", "transport=tcp")
def bind_rule_for_tcp(stack: ExitStack, directory: Path) -> Words:
    own = [Zone("0.0.127.in-addr.arpa", policy="update-policy { grant * tcp-self . PTR; };")]
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own))
    words = ["zone=0.0.127.in-addr.arpa", "address=", "type=PTR", "value=home.example.com."]
    return line(server, directory, None, *words, name="1")


@broken("BIND: the zone's directory is mounted read-only", "cannot-write", "findmnt -T DIRECTORY", only_by_update=True)
def bind_read_only(stack: ExitStack, directory: Path) -> Words:
    place = directory / "bind" / "zones"
    place.mkdir(parents=True)
    (place / "zone").write_text(Zone("example.com").text, encoding="utf-8")
    own = f'zone example.com {{ type primary; file "zones/zone"; {ANY} }};'
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=[], extra=own))
    mount_read_only(stack, place)
    return line(server, directory)


@broken("BIND: an NSEC record, which only the server makes", "made-by-server", "made by the server itself")
def bind_record_of_the_signer(stack: ExitStack, directory: Path) -> Words:
    words = ["address=", "type=NSEC", "value=www.example.com. A"]
    return line(bind(stack, directory, ANY), directory, KEY, *words)

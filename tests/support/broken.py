"""Set-ups that are broken in one way each, on real servers: what people ask about, with the cause that must be named.

`set` and `check` are judged by them. A set-up gives the properties of a command line for it.
"""

import base64
import contextlib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.wire.codes import Flag, Rcode
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone
from lab.key import write_private
from lab.others import Dnsdist, Dnsmasq, Nsd, Unbound
from lab.port import IPV6
from lab.powerdns import PowerDnsBind
from lab.server import find_program
from tests.support.command import given
from tests.support.forwarder import Forwarder
from tests.support.peer import closed_port, is_update

Words = list[str]
Start = Callable[[ExitStack, Path], Words]

KEY = LabKey.generate("home")
OTHER = LabKey.generate("other")
ANY = 'update-policy { grant "home" zonesub ANY; };'  # of BIND: the key may change everything
_UPDATE = "    key: [home]\n    action: update\n"  # of Knot: the same


@dataclass(frozen=True)
class SetUp:
    """One broken set-up: how it is broken, the cause that must be found, words that its sentences must have.

    With `only_by_update`, only an update shows that it is broken, so `check` cannot know it. Another version of the
    server may answer so that the cause is `or_cause`.
    """

    name: str
    how: str
    cause: str
    says: tuple[str, ...]
    start: Start
    only_by_update: bool = False
    or_cause: str = ""

    def is_named_by(self, cause: str) -> bool:
        """Return whether a cause is that of this set-up."""
        return cause in (self.cause, self.or_cause or self.cause)

    @contextmanager
    def started(self, directory: Path) -> Iterator[Words]:
        """Start its servers; yield the properties of a line for it."""
        with ExitStack() as stack:
            yield self.start(stack, directory)


SET_UPS: list[SetUp] = []


def broken(
    how: str, cause: str, *says: str, only_by_update: bool = False, or_cause: str = ""
) -> Callable[[Start], Start]:
    """Add a function that starts a set-up to the list; its name is the set-up's."""

    def add(start: Start) -> Start:
        SET_UPS.append(SetUp(start.__name__, how, cause, says, start, only_by_update, or_cause))
        return start

    return add


def line(server: NameServer | str, directory: Path, key: LabKey | None = KEY, *more: str, name: str = "home") -> Words:
    """Return the properties that everybody gives: server, zone, name, address, TTL, key."""
    at = server if isinstance(server, str) else str(Endpoint(server.host, server.port))
    words = [f"dns-server={at}", "zone=example.com", f"name={name}", "address=192.0.2.9", "ttl=300", "retries=1"]
    words += [] if key is None else [f"key-file={key.write(directory / 'client.key')}"]
    given = {word.partition("=")[0] for word in more}
    return [word for word in words if word.partition("=")[0] not in given] + [word for word in more if word[-1:] != "="]


def zones(policy: str = "", records: str = "") -> list[Zone]:
    return [Zone("example.com", policy=policy, records=records)]


def bind(stack: ExitStack, directory: Path, policy: str = "", *, extra: str = "", records: str = "") -> Bind:
    """Start BIND with both keys and a policy for the zone."""
    own = zones(policy, records)
    server = Bind(directory / "bind", keys=[OTHER], readonly_keys=[KEY], zones=own, extra=extra)
    return stack.enter_context(server)


def knot(stack: ExitStack, directory: Path, acl: str = "", ids: str = "of-test") -> Knot:
    """Start Knot with both keys, the zone with an acl of these lines."""
    policy = f"    acl: [{ids}]" if acl else "    semantic-checks: off"
    extra = f"  - id: of-test\n{acl}" if acl else ""
    return stack.enter_context(
        Knot(directory / "knot", keys=[OTHER], readonly_keys=[KEY], zones=zones(policy), extra=extra)
    )


def powerdns(stack: ExitStack, directory: Path, *, keys: tuple[LabKey, ...] = (KEY,), options: str = "") -> PowerDns:
    return stack.enter_context(PowerDns(directory / "powerdns", keys=keys, readonly_keys=[], options=options))


def secret_line(server: NameServer, directory: Path, secret: str, *more: str) -> Words:
    """Return a line with a secret as somebody wrote it into a file; with HMAC-SHA256 if nothing `more` is given."""
    path = write_private(directory / "secret", secret)
    return line(server, directory, None, f"key=@{path}", "key-name=home", *(more or ["algorithm=hmac-sha256"]))


# BIND, its permission


@broken("BIND: the zone has neither update-policy nor allow-update", "zone-closed", "rndc zonestatus", 'grant "home"')
def bind_static_zone(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "notify no;"), directory)


@broken("BIND: allow-update { none; }", "zone-closed", "rndc zonestatus")
def bind_allow_update_none(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "allow-update { none; };"), directory)


@broken("BIND: allow-update names another key", "zone-closed", "allow-update does not name this key")
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


@broken("a zone of Active Directory, without a key", "kerberos-only", "Active Directory", "nsupdate -g")
def domain_controller(stack: ExitStack, directory: Path) -> Words:
    records = "_ldap._tcp.dc._msdcs SRV 0 100 389 ns\n"
    return line(bind(stack, directory, "notify no;", records=records), directory, None)


@broken("BIND: allow-update has other addresses, and no key is given", "key-needed", "include the one that the server")
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


# BIND, its zones


@broken("the server is a secondary that does not forward", "is-secondary", "dns-server=127.0.0.1")
def bind_secondary(stack: ExitStack, directory: Path) -> Words:
    own = zones('update-policy { grant "home" zonesub ANY; };')
    primary = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own, listen_v6=False))
    secondary = _secondary(directory, primary)
    return line(stack.enter_context(secondary), directory)


@broken("a secondary forwards, and its primary is down", "cannot-forward-to", "its primary", "dns-server=127.0.0.1")
def bind_secondary_of_a_dead_primary(stack: ExitStack, directory: Path) -> Words:
    with Bind(directory / "primary", keys=[KEY], listen_v6=False) as primary:
        secondary = _secondary(directory, primary, "allow-update-forwarding { any; };")
        stack.enter_context(secondary)
    return line(secondary, directory)


def _secondary(directory: Path, primary: NameServer, policy: str = "") -> Bind:
    primaries = f"primaries {{ 127.0.0.1 port {primary.port}; }};"
    zone = Zone("example.com", type="secondary", policy=policy, extra=primaries)
    return Bind(directory / "secondary", readonly_keys=[KEY], zones=[zone], host=IPV6, port=primary.port)


@broken("BIND: the zone is the host's own name", "other-zone", "zone=example.com")
def bind_zone_is_a_name(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, KEY, "zone=home.example.com", "name=home.example.com")


@broken("BIND does not have the zone", "no-zone", "has no zone example.org")
def bind_unknown_zone(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory), directory, KEY, "zone=example.org")


@broken("BIND: the zone is in a view for others", "no-zone", "views")
def bind_another_view(stack: ExitStack, directory: Path) -> Words:
    own = views(directory, ("others", "192.0.2.0/24;", "example.com", ""), ("here", "any;", "example.net", ""))
    server = Bind(directory / "bind", readonly_keys=[KEY], zones=[], extra=own)
    return line(stack.enter_context(server), directory)


@broken("BIND: the zone file is missing", "zone-not-loaded", "has not loaded it", "named-checkzone example.net")
def bind_missing_zone_file(stack: ExitStack, directory: Path) -> Words:
    extra = 'zone "example.net" { type primary; file "missing"; update-policy { grant "home" zonesub ANY; }; };'
    return line(bind(stack, directory, extra=extra), directory, KEY, "zone=example.net")


@broken("BIND: the zone file has an error", "zone-not-loaded", "has not loaded it")
def bind_wrong_zone_file(stack: ExitStack, directory: Path) -> Words:
    text = write_private(directory / "wrong", "@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns\nns 300 A 192.0.2.256\n")
    extra = f'zone "example.net" {{ type primary; file "{text}"; allow-update {{ key home; }}; }};'
    return line(bind(stack, directory, extra=extra), directory, KEY, "zone=example.net")


@broken("BIND: the journal does not fit the zone file any more", "zone-not-loaded", "move FILE.jnl away")
def bind_journal_out_of_step(stack: ExitStack, directory: Path) -> Words:
    zone = 'zone "example.net" { type primary; file "edited"; update-policy { grant "home" zonesub ANY; }; };'
    text = Zone("example.net").text
    (directory / "bind").mkdir()
    (directory / "bind" / "edited").write_text(text, encoding="utf-8")
    server = Bind(directory / "bind", readonly_keys=[KEY], extra=zone)
    with server:
        given(*line(server, directory, KEY, "zone=example.net"))
    (directory / "bind" / "edited").write_text(text.replace(" 1 3600", " 2000 3600"), encoding="utf-8")
    return line(stack.enter_context(server), directory, KEY, "zone=example.net")


def _recursive(stack: ExitStack, directory: Path, extra: str = "") -> Bind:
    own = zones(ANY)
    return stack.enter_context(_Resolver(directory / "bind", readonly_keys=[KEY], zones=own, extra=extra))


@broken("BIND resolves names, too, and the zone is mistyped", "no-zone", "has no zone exampel.com", "the spelling")
def bind_recursive_unknown_zone(stack: ExitStack, directory: Path) -> Words:
    return line(_recursive(stack, directory), directory, KEY, "zone=exampel.com")


@broken("BIND resolves names, too, and the zone file is missing", "zone-not-loaded", "has not loaded it")
def bind_recursive_missing_zone_file(stack: ExitStack, directory: Path) -> Words:
    zone = f'zone "example.net" {{ type primary; file "missing"; {ANY} }};'
    return line(_recursive(stack, directory, zone), directory, KEY, "zone=example.net")


@broken("BIND resolves names, too, and the zone is in a view for others", "no-zone", "with views")
def bind_recursive_another_view(stack: ExitStack, directory: Path) -> Words:
    own = views(directory, ("others", "192.0.2.0/24;", "example.com", ANY), ("here", "any;", "example.net", ""))
    return line(stack.enter_context(_Resolver(directory / "bind", zones=[], readonly_keys=[KEY], extra=own)), directory)


def views(directory: Path, *parts: tuple[str, str, str, str]) -> str:
    """Return views of a name, the clients, the zone and its policy, as lines of named.conf."""
    lines = []
    for name, clients, zone, policy in parts:
        path = write_private(directory / name, Zone(zone).text)
        own = f'zone {zone} {{ type primary; file "{path}"; {policy} }};'
        lines.append(f"view {name} {{ match-clients {{ {clients} }}; {own} }};\n")
    return "".join(lines)


@broken("BIND: split horizon, and the view that matches has a static zone", "zone-closed", "another view answers")
def bind_split_horizon(stack: ExitStack, directory: Path) -> Words:
    own = views(directory, ("inside", "192.0.2.0/24;", "example.com", ANY), ("outside", "any;", "example.com", ""))
    return line(stack.enter_context(Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=own)), directory)


@broken("BIND: the key's own view has a static zone", "zone-closed", "rndc zonestatus example.com")
def bind_view_of_the_key(stack: ExitStack, directory: Path) -> Words:
    own = views(directory, ("inside", "key home;", "example.com", ""), ("outside", "any;", "example.net", ""))
    return line(stack.enter_context(Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=own)), directory)


@broken("BIND: the key is in a view for others", "key-unknown", "a key inside a view")
def bind_key_in_another_view(stack: ExitStack, directory: Path) -> Words:
    key = LabKey.generate("inside")
    others = ("others", f"192.0.2.0/24; }}; {key.bind_clause()} allow-query {{ any;", "example.com", "")
    own = views(directory, others, ("here", "any;", "example.com", ""))
    return line(stack.enter_context(Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=own)), directory, key)


@broken("a reverse zone with the parts of the address in order", "zone-reversed", "zone=2.0.192.in-addr.arpa")
def bind_reverse_zone_not_reversed(stack: ExitStack, directory: Path) -> Words:
    own = [Zone("2.0.192.in-addr.arpa", policy=ANY)]
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own))
    words = ["zone=192.0.2.in-addr.arpa", "address=", "type=PTR", "value=home.example.com."]
    return line(server, directory, KEY, *words, name="9")


@broken("a reverse zone of IPv6 with the parts in order", "zone-reversed", "zone=8.b.d.0.1.0.0.2.ip6.arpa")
def bind_reverse_zone_of_ipv6(stack: ExitStack, directory: Path) -> Words:
    own = [Zone("8.b.d.0.1.0.0.2.ip6.arpa", policy=ANY)]
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own))
    words = ["zone=2.0.0.1.0.d.b.8.ip6.arpa", "address=", "type=PTR", "value=home.example.com."]
    return line(server, directory, KEY, *words, name="1")


@broken(
    "the zone is below the server's, and the name relative", "other-zone", "zone=example.com name=home.dyn.example.com"
)
def bind_zone_below(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, ANY), directory, KEY, "zone=dyn.example.com")


@broken("a reverse zone that is delegated by RFC 2317", "", "CNAME", "change 9.0-15.2.0.192.in-addr.arpa")
def bind_classless_reverse_zone(stack: ExitStack, directory: Path) -> Words:
    records = "9 CNAME 9.0-15\n0-15 NS ns.example.net.\n"
    own = [Zone("2.0.192.in-addr.arpa", policy=ANY, records=records)]
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own))
    words = ["zone=2.0.192.in-addr.arpa", "address=", "type=PTR", "value=home.example.com."]
    return line(server, directory, KEY, *words, name="9")


@broken("the zone is left out, and the server does not have it", "no-zone-of-name", "spelling of name=")
def bind_unknown_domain(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, ANY), directory, KEY, "zone=", name="home.example.org")


@broken("a DNAME is above the name", "", "DNAME at lab.example.com hides")
def bind_alias_above(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, ANY, records="lab DNAME example.net.\n")
    return line(server, directory, KEY, name="host.lab")


@broken("a CNAME is wanted, and the name has an address", "", "a CNAME cannot be beside other records")
def bind_alias_beside_address(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, ANY, records="home A 192.0.2.1\n")
    return line(server, directory, KEY, "address=", "type=CNAME", "value=www.example.com.")


@broken("the challenge of ACME is delegated by a CNAME", "", "CNAME", "change home.auth.example.net")
def bind_delegated_challenge(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, ANY, records="_acme-challenge.home CNAME home.auth.example.net.\n")
    return line(server, directory, KEY, "address=", "type=TXT", "value=abc", name="_acme-challenge.home")


@broken("BIND: the zone has as many records as it may", "cannot-write", "max-records", only_by_update=True)
def bind_most_records(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, f"{ANY} max-records 3;"), directory)


@broken("BIND: a signed zone without its private keys", "cannot-write-or-sign", "K*.private", only_by_update=True)
def bind_signed_zone_without_keys(stack: ExitStack, directory: Path) -> Words:
    (directory / "zone").write_text(Zone("example.com").text, encoding="utf-8")
    for flags in ([], ["-f", "KSK"]):
        _run("dnssec-keygen", "-a", "ECDSAP256SHA256", *flags, "-K", str(directory), "example.com")
    files = ["-d", str(directory), "-K", str(directory), "-o", "example.com", str(directory / "zone")]
    _run("dnssec-signzone", "-S", *files)
    (directory / "keys").mkdir()
    zone = (
        f'zone example.com {{ type primary; file "{directory}/zone.signed"; key-directory "{directory}/keys"; {ANY} }};'
    )
    return line(stack.enter_context(Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=zone)), directory)


def _run(*command: str) -> None:
    subprocess.run([find_program(command[0], "bind9"), *command[1:]], check=True, capture_output=True)


@broken("a secondary whose primary is not the one in the SOA record", "zone-closed", '"type: secondary"')
def bind_hidden_primary(stack: ExitStack, directory: Path) -> Words:
    primary = stack.enter_context(Bind(directory / "primary", readonly_keys=[KEY], zones=zones(ANY)))
    primaries = f"primaries {{ 127.0.0.1 port {primary.port}; }};"
    zone = Zone("example.com", type="secondary", extra=primaries)
    return line(stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=[zone])), directory)


@broken("the zone is delegated to another server", "delegated", "dns-server=ns.example.net")
def bind_delegated_zone(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, records="lab NS ns.example.net.\n")
    return line(server, directory, KEY, "zone=lab.example.com")


@broken("BIND cannot write the journal", "cannot-write", "/var/lib/bind", only_by_update=True)
def bind_journal_not_writable(stack: ExitStack, directory: Path) -> Words:
    policy = 'update-policy { grant "home" zonesub ANY; }; journal "/proc/example.com.jnl";'
    return line(bind(stack, directory, policy), directory)


@broken("BIND: an alias has the name", "", "CNAME", "www.example.com")
def bind_alias_at_the_name(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };', records="home CNAME www\n")
    return line(server, directory)


# Keys


@broken("BIND does not know the key", "key-unknown", 'named.conf needs: key "unknown"')
def bind_unknown_key(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey.generate("unknown"))


@broken("BIND has the key with another algorithm", "other-algorithm", "algorithm=hmac-sha256")
def bind_another_algorithm(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey("home", "hmac-sha512", KEY.secret))


@broken("key= and key-name= are given, without the algorithm", "other-algorithm", "algorithm=hmac-sha256")
def bind_algorithm_left_out(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return secret_line(server, directory, KEY.secret, "key-encoding=base64")


@broken("BIND has the key with another algorithm and another secret", "other-algorithm-and-secret", "hmac-sha256")
def bind_another_algorithm_and_secret(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey("home", "hmac-sha512", OTHER.secret))


@broken("BIND has the key by the name with the zone", "other-key-name", "key-name=home.example.com")
def bind_key_name_with_zone(stack: ExitStack, directory: Path) -> Words:
    key = LabKey("home.example.com", "hmac-sha256", KEY.secret)
    server = stack.enter_context(Bind(directory / "bind", keys=[key]))
    return line(server, directory)


@broken("BIND has the key by the name without the zone", "other-key-name", "key-name=home")
def bind_key_name_without_zone(stack: ExitStack, directory: Path) -> Words:
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    return line(server, directory, LabKey("home.example.com", "hmac-sha256", KEY.secret))


@broken("BIND has the key by a name with a hyphen", "other-key-name", "key-name=my-home")
def bind_key_name_with_hyphen(stack: ExitStack, directory: Path) -> Words:
    key = LabKey("my-home", "hmac-sha256", KEY.secret)
    server = stack.enter_context(Bind(directory / "bind", keys=[key]))
    return line(server, directory, LabKey("my_home", "hmac-sha256", KEY.secret))


@broken("a secondary passes updates on, and its primary does not know the key", "cannot-forward-to", "know the key")
def bind_secondary_of_a_primary_without_key(stack: ExitStack, directory: Path) -> Words:
    primary = stack.enter_context(Bind(directory / "primary", keys=[OTHER], listen_v6=False))
    return line(stack.enter_context(_secondary(directory, primary, "allow-update-forwarding { any; };")), directory)


@broken("BIND has another secret", "secret-differs", "only the secret is another one", "copy it again")
def bind_another_secret(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, 'update-policy { grant "home" zonesub ANY; };')
    return line(server, directory, LabKey("home", "hmac-sha256", OTHER.secret))


def _with_secret(name: str, how: str, cause: str, written: str, *says: str) -> None:
    """Add a set-up in which the secret is written down wrongly."""

    def start(stack: ExitStack, directory: Path) -> Words:
        server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
        return secret_line(server, directory, written)

    start.__name__ = name
    broken(how, cause, *says)(start)


_SECRET = KEY.secret
_with_secret("secret_in_quotes", "the secret has its quotes", "secret-without-quotes", f'"{_SECRET}"', "quotes")
_with_secret(
    "secret_with_semicolon", "the secret has its semicolon", "secret-without-quotes", f"{_SECRET};", "semicolon"
)
_with_secret(
    "secret_with_blank", "the secret was wrapped", "secret-without-quotes", f"{_SECRET[:20]} {_SECRET[20:]}", "blanks"
)
_with_secret(
    "secret_statement", "the whole statement was copied", "secret-without-statement", f"secret {_SECRET}", "word"
)
_with_secret(
    "secret_of_nsupdate", "what nsupdate -y takes", "secret-without-name", f"hmac-sha256:home:{_SECRET}", "colon"
)
_with_secret("secret_without_padding", "the secret lost its =", "secret-padded", _SECRET.rstrip("="), '"="')
_with_secret(
    "secret_encoded_twice", "Base64 of the Base64", "secret-decoded-again",
    base64.b64encode(_SECRET.encode()).decode(), "encoded twice",
)  # fmt: skip
_with_secret(
    "secret_with_line_end", "a line end was encoded, too", "secret-without-line-end",
    base64.b64encode(base64.b64decode(_SECRET) + b"\n").decode(), "printf %s SECRET | base64",
)  # fmt: skip
_with_secret(
    "secret_in_hexadecimal", "the secret is hexadecimal", "secret-hexadecimal",
    base64.b64decode(_SECRET).hex(), "hexadecimal",
)  # fmt: skip


@broken("BIND limits its rate, and does not know the key", "key-unknown", 'named.conf needs: key "unknown"')
def bind_limited_rate(stack: ExitStack, directory: Path) -> Words:
    limit = "rate-limit { responses-per-second 2; errors-per-second 2; window 5; slip 0; };"
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY], options=limit))
    return line(server, directory, LabKey.generate("unknown"))


@broken("the clock of BIND is 20 minutes ahead", "", "clocks differ", "NTP")
def bind_clock_ahead(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(Bind(directory / "bind", keys=[KEY], clock_offset="+20m")), directory)


# No answer, or of another kind of server


@broken("nothing listens at the port", "not-listening", "nothing listens at 127.0.0.1:1, for UDP", "ss -lnup")
def closed_server_port(_stack: ExitStack, directory: Path) -> Words:
    return line(f"127.0.0.1:{closed_port()}", directory)


def _forwarded(stack: ExitStack, directory: Path, loses: Callable[[str, bytes], bool]) -> str:
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    return stack.enter_context(Forwarder(server, loses)).address


@broken("a firewall drops UDP", "udp-filtered", "transport=tcp")
def firewall_drops_udp(stack: ExitStack, directory: Path) -> Words:
    return line(_forwarded(stack, directory, lambda by, _: by == "udp"), directory, KEY, "timeout=0.5")


@broken("a firewall drops TCP, and the message is large", "tcp-filtered", "let TCP port", "512 octets")
def firewall_drops_tcp(stack: ExitStack, directory: Path) -> Words:
    large = "value=" + "x" * 240
    words = ["address=", "type=TXT", *(f"{large}{n}" for n in range(3)), "timeout=0.5"]
    return line(_forwarded(stack, directory, lambda by, _: by == "tcp"), directory, KEY, *words)


@broken("a firewall lets only queries through", "updates-dropped", "silent to updates")
def firewall_drops_updates(stack: ExitStack, directory: Path) -> Words:
    return line(_forwarded(stack, directory, lambda _, message: is_update(message)), directory, KEY, "timeout=0.5")


@broken("the port is that of another program", "no-dns-at-port", "953 is rndc's")
def port_of_another_program(stack: ExitStack, directory: Path) -> Words:
    return line(f"127.0.0.1:{_silent_stream(stack)}", directory, KEY, "timeout=0.5")


def _silent_stream(stack: ExitStack) -> int:
    """Return the port of a server that closes each TCP connection."""
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

    def run() -> None:
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()

    threading.Thread(target=run, daemon=True).start()
    stack.callback(listener.shutdown, socket.SHUT_RDWR)
    return int(listener.getsockname()[1])


@broken("the port is after an IPv6 address without brackets", "port-in-address", "dns-server=[::1]:5353")
def port_after_ipv6_address(_stack: ExitStack, directory: Path) -> Words:
    return line("::1:5353", directory, KEY, "timeout=0.5")


@broken(
    "the server answers from another address", "udp-filtered", "from another address than 127.0.0.1", "transport=tcp"
)
def answers_from_another_address(stack: ExitStack, directory: Path) -> Words:
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    forwarder = Forwarder(server, lambda _by, _message: False, answers_from="127.0.0.3")
    return line(stack.enter_context(forwarder).address, directory, KEY, "timeout=0.5")


def _changed(stack: ExitStack, server: NameServer, change: Callable[[bytes, bytes], bytes]) -> str:
    """Put a proxy in front of a server that changes its answers."""
    return stack.enter_context(Forwarder(server, lambda _by, _message: False, change)).address


def _not_implemented(request: bytes, answer: bytes) -> bytes:
    """Answer updates as a DNS proxy does that knows queries only."""
    if not is_update(request):
        return answer
    asked = Message.decode(request)
    return Message(opcode=asked.opcode, question=asked.question, flags=Flag.QR, rcode=Rcode.NOTIMP).encode(
        asked.message_id
    )


def _without_signature(_request: bytes, answer: bytes) -> bytes:
    told = Message.decode(answer)
    return told._replace(additional=()).encode(told.message_id)


@broken("a DNS proxy answers updates itself", "answered-between", "something in front of the server", "opcode UPDATE")
def proxy_answers_updates(stack: ExitStack, directory: Path) -> Words:
    return line(_changed(stack, bind(stack, directory, ANY), _not_implemented), directory)


@broken(
    "a DNS proxy answers unsigned updates itself", "answered-between-unsigned", "never answers an update with NOTIMP"
)
def proxy_answers_unsigned_updates(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, "allow-update { 127.0.0.1; };")
    return line(_changed(stack, server, _not_implemented), directory, None)


@broken("a DNS proxy removes signatures", "ignores-signatures", "a DNS proxy on the way removes it")
def proxy_removes_signatures(stack: ExitStack, directory: Path) -> Words:
    return line(_changed(stack, bind(stack, directory, ANY), _without_signature), directory)


@broken("dnsdist refuses updates", "answered-between", "dnsdist", "opcode UPDATE")
def dnsdist_refuses_updates(stack: ExitStack, directory: Path) -> Words:
    rule = "addAction(OpcodeRule(DNSOpcode.Update), RCodeAction(DNSRCode.REFUSED))"
    server = bind(stack, directory, ANY)
    return line(stack.enter_context(Dnsdist(directory / "dnsdist", upstream=server, options=rule)), directory)


@broken("dnsdist drops updates", "updates-dropped", "silent to updates", "a DNS proxy")
def dnsdist_drops_updates(stack: ExitStack, directory: Path) -> Words:
    rule = "addAction(OpcodeRule(DNSOpcode.Update), DropAction())"
    server = Dnsdist(directory / "dnsdist", upstream=bind(stack, directory, ANY), options=rule)
    return line(stack.enter_context(server), directory, KEY, "timeout=0.5")


@broken("the server is dnsmasq with the zone in auth-zone", "ignores-signatures", "dns-server= must be", "no dnsmasq")
def dnsmasq_with_zone(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    options = "--auth-server=ns.example.com,lo --auth-zone=example.com"
    server = stack.enter_context(Dnsmasq(directory / "dnsmasq", upstream=upstream, options=options))
    return line(server, directory, KEY, "timeout=0.5")


@broken(
    "Unbound has data of the zone, and hides its version",
    "takes-no-updates",
    "dns-server= must be",
    or_cause="ignores-signatures",
)
def unbound_with_data(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    data = 'local-data: "example.com. 300 IN SOA ns.example.com. h.example.com. 1 2 3 4 5"'
    options = f'  hide-version: yes\n  local-zone: "example.com." static\n  {data}'
    return line(stack.enter_context(Unbound(directory / "unbound", upstream=upstream, options=options)), directory)


@broken("the server is Unbound, a resolver", "is-resolver-beside", "is a resolver (Unbound", "another port")
def unbound(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    resolver = stack.enter_context(Unbound(directory / "unbound", upstream=upstream))
    return line(resolver, directory)


@broken("the server is dnsmasq of a router", "is-resolver-beside", "is a resolver (dnsmasq", "primary, ns.example.com")
def dnsmasq(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    return line(stack.enter_context(Dnsmasq(directory / "dnsmasq", upstream=upstream)), directory)


@broken("the server is BIND as a resolver", "is-resolver-of-zone", "is a resolver (BIND", "dns-server=127.0.0.1 ")
def bind_resolver(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "upstream", keys=[KEY]))
    forward = f"zone example.com {{ type forward; forward only; forwarders {{ 127.0.0.1 port {upstream.port}; }}; }};"
    resolver = _Resolver(directory / "bind", zones=[], readonly_keys=[KEY], extra=forward)
    stack.enter_context(resolver)
    return line(f"[{IPV6}]:{resolver.port}", directory)


class _Resolver(Bind):
    """BIND that resolves names for everybody."""

    def _configuration(self) -> str:
        return super()._configuration().replace("recursion no;", "recursion yes; allow-recursion { any; };")


@broken("the server is NSD", "takes-no-updates", "NSD", "secondary of BIND")
def nsd(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(Nsd(directory / "nsd")), directory, None)


@broken("the server is NSD, and a key is given", "takes-no-updates", "NSD", "secondary of BIND")
def nsd_with_key(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(Nsd(directory / "nsd")), directory)


@broken("the server is NSD that hides its version", "takes-no-updates", "takes no dynamic updates at all")
def nsd_without_version(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(Nsd(directory / "nsd", options="  hide-version: yes")), directory)


@broken("NSD has the key and hides its version", "takes-no-updates", "takes no dynamic updates at all")
def nsd_with_known_key(stack: ExitStack, directory: Path) -> Words:
    key = f"key:\n  name: home\n  algorithm: hmac-sha256\n  secret: {KEY.secret}\n"
    path = write_private(directory / "key.conf", key)
    options = f"  hide-version: yes\ninclude: {path}"
    return line(stack.enter_context(Nsd(directory / "nsd", options=options)), directory)


# PowerDNS


@broken("PowerDNS: dnsupdate is off", "powerdns-updates-off", "dnsupdate=yes")
def powerdns_updates_off(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "pdns", keys=[KEY], dnsupdate=False)), directory)


@broken("PowerDNS: allow-dnsupdate-from leaves the client out", "powerdns-updates-off", "allow-dnsupdate-from")
def powerdns_address_not_allowed(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory, options="allow-dnsupdate-from=192.0.2.0/24"), directory)


@broken("PowerDNS: TSIG-ALLOW-DNSUPDATE names another key", "powerdns-key-not-allowed", "TSIG-ALLOW-DNSUPDATE home")
def powerdns_key_not_allowed(stack: ExitStack, directory: Path) -> Words:
    server = PowerDns(directory / "pdns", keys=[OTHER], readonly_keys=[KEY])
    return line(stack.enter_context(server), directory)


@broken("PowerDNS does not know the key", "key-not-accepted", "pdnsutil list-tsig-keys")
def powerdns_unknown_key(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, LabKey.generate("unknown"))


@broken("PowerDNS has another secret", "key-not-accepted", "pdnsutil list-tsig-keys")
def powerdns_another_secret(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, LabKey("home", "hmac-sha256", OTHER.secret))


@broken("PowerDNS has the key with another algorithm", "other-algorithm", "algorithm=hmac-sha256")
def powerdns_another_algorithm(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, LabKey("home", "hmac-sha512", KEY.secret))


@broken("PowerDNS: the secret has quotes", "secret-without-quotes", "quotes")
def powerdns_secret_in_quotes(stack: ExitStack, directory: Path) -> Words:
    return secret_line(powerdns(stack, directory), directory, f'"{_SECRET}"')


@broken("the clock of PowerDNS is 20 minutes ahead", "clock", "ahead of", "NTP")
def powerdns_clock_ahead(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "pdns", keys=[KEY], clock_offset="+20m")), directory)


@broken("the clock of PowerDNS is an hour behind", "clock", "behind")
def powerdns_clock_behind(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "pdns", keys=[KEY], clock_offset="-1h")), directory)


@broken("PowerDNS: no key is given", "key-needed", "key-file=")
def powerdns_without_key(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, None)


@broken("PowerDNS: the zone is the host's own name", "other-zone", "zone=example.com")
def powerdns_zone_is_a_name(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, KEY, "zone=home.example.com", "name=home.example.com")


@broken("PowerDNS: a Lua policy refuses", "powerdns-ignored", "lua-dnsupdate-policy-script", only_by_update=True)
def powerdns_policy(stack: ExitStack, directory: Path) -> Words:
    script = write_private(directory / "policy.lua", "function updatepolicy(input)\n  return false\nend\n")
    return line(powerdns(stack, directory, options=f"lua-dnsupdate-policy-script={script}"), directory)


@broken("PowerDNS does not have the zone", "no-zone", "has no zone example.org")
def powerdns_unknown_zone(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, KEY, "zone=example.org")


@broken(
    "PowerDNS: the zone's ALLOW-DNSUPDATE-FROM leaves the client out", "powerdns-updates-off", "ALLOW-DNSUPDATE-FROM"
)
def powerdns_zone_address(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory, options="allow-dnsupdate-from=")
    rule = "INSERT INTO domainmetadata (domain_id, kind, content) SELECT id, 'ALLOW-DNSUPDATE-FROM', ? FROM domains"
    server.execute(rule, "192.0.2.0/24")
    return line(server, directory)


@broken("PowerDNS: the zone is a secondary, and its primary is silent", "updates-dropped", "pdnsutil show-zone")
def powerdns_secondary(stack: ExitStack, directory: Path) -> Words:
    silent = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
    server = powerdns(stack, directory, options="distributor-threads=4")  # one waits for the primary
    server.execute("UPDATE domains SET type = 'SLAVE', master = ?", f"127.0.0.1:{silent.getsockname()[1]}")
    return line(server, directory)


@broken("PowerDNS: the zone is a secondary, and its primary is down", "cannot-forward", "primary's address")
def powerdns_secondary_of_a_dead_primary(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("UPDATE domains SET type = 'SLAVE', master = ?", f"127.0.0.1:{closed_port()}")
    return line(server, directory)


@broken("PowerDNS: an alias has the name", "", "CNAME", "www.example.com")
def powerdns_alias_at_the_name(stack: ExitStack, directory: Path) -> Words:
    server = PowerDns(directory / "pdns", keys=[KEY], zones=zones(records="home CNAME www\n"))
    return line(stack.enter_context(server), directory)


@broken("PowerDNS: its database cannot be written", "cannot-write", "of SQLite the file", only_by_update=True)
def powerdns_read_only(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("CREATE TRIGGER no BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'read-only'); END")
    return line(server, directory)


@broken("PowerDNS: the zone is in the bind backend", "powerdns-backend", "backend cannot write", "gsqlite3")
def powerdns_bind_backend(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDnsBind(directory / "pdns", keys=[KEY])), directory)


# Knot DNS


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


@broken("Knot: the zone is the host's own name", "other-zone", "zone=example.com")
def knot_zone_is_a_name(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, "    key: [home]\n    action: update\n")
    return line(server, directory, KEY, "zone=home.example.com", "name=home.example.com")


@broken("Knot does not have the zone", "no-zone", "has no zone example.org")
def knot_unknown_zone(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory), directory, KEY, "zone=example.org")


@broken("Knot: the acl has the key, and the address of another machine", "key-in-no-acl", "include this machine's")
def knot_acl_of_another_address(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, f"    address: 192.0.2.0/24\n{_UPDATE}"), directory)


@broken("Knot: an acl that denies is before the one of the key", "key-in-no-acl", "an acl with deny: on must be after")
def knot_acl_denies_first(stack: ExitStack, directory: Path) -> Words:
    acl = f"    address: 127.0.0.1\n    action: update\n    deny: on\n  - id: second\n{_UPDATE}"
    return line(knot(stack, directory, acl, ids="of-test, second"), directory)


@broken("Knot: update-owner-match: sub, and the name itself", "not-granted", "update-owner-match")
def knot_acl_below_the_name(stack: ExitStack, directory: Path) -> Words:
    acl = f"{_UPDATE}    update-owner: name\n    update-owner-name: [home]\n    update-owner-match: sub\n"
    return line(knot(stack, directory, acl), directory)


@broken("Knot: update-owner-name without the final dot", "not-granted", "home.example.com. (with the dot)")
def knot_acl_of_a_relative_name(stack: ExitStack, directory: Path) -> Words:
    acl = f"{_UPDATE}    update-owner: name\n    update-owner-name: [home.example.com]\n"
    return line(knot(stack, directory, acl), directory)


@broken("Knot: update-owner: key, and the key has another name", "not-granted", "update-owner")
def knot_acl_of_the_key_name(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, f"{_UPDATE}    update-owner: key\n"), directory)


@broken("Knot: the acl has the address of another machine, and no key is given", "key-needed", "this machine's address")
def knot_acl_of_other_addresses(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, "    address: 192.0.2.0/24\n    action: update\n"), directory, None)


@broken("Knot: the zone is frozen", "knot-frozen", "knotc zone-thaw example.com", or_cause="updates-dropped")
def knot_frozen_zone(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, _UPDATE)
    _run("knotc", "-s", str(server.directory / "knot.sock"), "zone-freeze", "example.com")
    return line(server, directory)


@broken("Knot: the zone file is missing", "zone-not-loaded", "kzonecheck -o example.net")
def knot_missing_zone_file(stack: ExitStack, directory: Path) -> Words:
    zone = "zone:\n  - domain: example.net\n    file: missing\n    acl: of-test\n"
    path = write_private(directory / "more.conf", zone)
    acl = f"  - id: of-test\n{_UPDATE}include: {path}"
    server = Knot(directory / "knot", keys=[OTHER], readonly_keys=[KEY], extra=acl)
    return line(stack.enter_context(server), directory, KEY, "zone=example.net")


@broken("Knot: an alias has the name", "", "CNAME", "www.example.com")
def knot_alias_at_the_name(stack: ExitStack, directory: Path) -> Words:
    return line(
        stack.enter_context(Knot(directory / "knot", keys=[KEY], zones=zones(records="home CNAME www\n"))), directory
    )


@broken("Knot has the key by the name without the zone", "other-key-name", "key-name=home")
def knot_key_name_with_zone(stack: ExitStack, directory: Path) -> Words:
    return line(knot(stack, directory, _UPDATE), directory, LabKey("home.example.com", "hmac-sha256", KEY.secret))


def _knot_secondary(stack: ExitStack, directory: Path, policy: str) -> tuple[Bind, Knot]:
    """Start BIND as the primary, and Knot as a secondary, which passes on what the key sends."""
    primary = Bind(directory / "primary", readonly_keys=[KEY], zones=zones(policy), listen_v6=False)
    stack.enter_context(primary)
    remote = f"  - id: of-test\n{_UPDATE}remote:\n  - id: primary\n    address: 127.0.0.1@{primary.port}\n"
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


@broken("a secondary of Knot, and its primary permits nothing", "knot-refused", "let its primary allow key home")
def knot_secondary_of_a_closed_primary(stack: ExitStack, directory: Path) -> Words:
    _primary, secondary = _knot_secondary(stack, directory, "allow-update { none; };")
    return line(secondary, directory)

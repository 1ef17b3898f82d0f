"""BIND has the zone in another way than the line means: not at all, not loaded, as a secondary, in another view."""

from contextlib import ExitStack
from pathlib import Path

from lab import Bind, LabKey, Zone
from lab.key import write_private
from tests.support.broken.servers import ANY, KEY, Resolver, bind, line, run_tool, secondary_of, views, zones
from tests.support.broken.set_up import Words, broken
from tests.support.command import given


@broken("the server is a secondary that does not forward", "is-secondary", "dns-server=127.0.0.1")
def bind_secondary(stack: ExitStack, directory: Path) -> Words:
    own = zones('update-policy { grant "home" zonesub ANY; };')
    primary = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own, listen_v6=False))
    secondary = secondary_of(directory, primary)
    return line(stack.enter_context(secondary), directory)


@broken("a secondary forwards, and its primary is down", "cannot-forward-to", "its primary", "dns-server=127.0.0.1")
def bind_secondary_of_a_dead_primary(stack: ExitStack, directory: Path) -> Words:
    with Bind(directory / "primary", keys=[KEY], listen_v6=False) as primary:
        secondary = secondary_of(directory, primary, "allow-update-forwarding { any; };")
        stack.enter_context(secondary)
    return line(secondary, directory)


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
    return stack.enter_context(Resolver(directory / "bind", readonly_keys=[KEY], zones=own, extra=extra))


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
    return line(stack.enter_context(Resolver(directory / "bind", zones=[], readonly_keys=[KEY], extra=own)), directory)


@broken(
    "BIND: split horizon, and the view that matches has a static zone", "zone-closed", "multiple views", '!key "home"'
)
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


@broken("a reverse zone that is delegated by RFC 2317", "", "CNAME", "name=9.0-15.2.0.192.in-addr.arpa")
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


@broken("the challenge of ACME is delegated by a CNAME", "", "CNAME", "name=home.auth.example.net")
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
        run_tool("dnssec-keygen", "-a", "ECDSAP256SHA256", *flags, "-K", str(directory), "example.com")
    files = ["-d", str(directory), "-K", str(directory), "-o", "example.com", str(directory / "zone")]
    run_tool("dnssec-signzone", "-S", *files)
    (directory / "keys").mkdir()
    zone = (
        f'zone example.com {{ type primary; file "{directory}/zone.signed"; key-directory "{directory}/keys"; {ANY} }};'
    )
    return line(stack.enter_context(Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=zone)), directory)


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


@broken(
    "BIND: a new name server of the zone has no address", "check-integrity", "ns9.example.com, which is in the zone",
    "an address first", only_by_update=True,
)  # fmt: skip
def bind_name_server_without_address(stack: ExitStack, directory: Path) -> Words:
    words = ["address=", "type=NS", "value=ns9.example.com."]
    return line(bind(stack, directory, ANY), directory, KEY, *words, name="@")


@broken(
    "BIND: a mail server in the zone has no address", "check-integrity", "mail.example.com, which is in the zone",
    only_by_update=True,
)  # fmt: skip
def bind_mail_server_without_address(stack: ExitStack, directory: Path) -> Words:
    words = ["address=", "type=MX", "value=10 mail.example.com."]
    return line(bind(stack, directory, ANY), directory, KEY, *words)


@broken(
    "BIND: a name with more than 100 addresses (max-records-per-type)", "too-many-records", "101 records of type A",
    "max-records-per-type", only_by_update=True,
)  # fmt: skip
def bind_many_addresses(stack: ExitStack, directory: Path) -> Words:
    addresses = ",".join(f"192.0.2.{n}" for n in range(101))
    server = bind(stack, directory, f"{ANY} max-records-per-type 100;")
    return line(server, directory, KEY, f"address={addresses}")


@broken(
    "BIND: named.conf was changed, and not read again",
    "zone-closed",
    "then run rndc reconfig (if that is there already, named may not have read it yet)",
)
def bind_configuration_not_read(stack: ExitStack, directory: Path) -> Words:
    closed = "allow-update { none; };"
    server = bind(stack, directory, closed)
    file = server.directory / "named.conf"
    file.write_text(file.read_text(encoding="utf-8").replace(closed, ANY), encoding="utf-8")
    return line(server, directory)


@broken(
    "BIND: the name is an alias into a zone in which alone the key may write",
    "alias",
    "name=home.acme.example.net zone=acme.example.net",
)
def bind_alias_into_another_zone(stack: ExitStack, directory: Path) -> Words:
    """So people delegate ACME challenges."""
    own = [*zones(records="home CNAME home.acme.example.net.\n"), Zone("acme.example.net", policy=ANY)]
    return line(stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own)), directory)


@broken("BIND: the name is an alias of one elsewhere", "alias-elsewhere", "at the primary of its zone, which is not")
def bind_alias_elsewhere(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, records="home CNAME home.example.org.\n"), directory)


@broken(
    "BIND: the name is a zone of its own, in which alone the key may write",
    "zone-below",
    "give zone=home.example.com",
    "would not be seen at this name",
)
def bind_zone_of_its_own(stack: ExitStack, directory: Path) -> Words:
    own = [*zones("allow-update { none; };", "home NS ns\n"), Zone("home.example.com", policy=ANY)]
    return line(stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own)), directory)


@broken(
    "BIND refuses, and the name is below a delegation to another server",
    "zone-below-elsewhere",
    "give dns-server=ns.example.net zone=lab.example.com",
    check_stops_before=True,
)
def bind_name_below_a_delegation(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, records="lab NS ns.example.net.\n"), directory, name="home.lab")


@broken(
    "BIND is a secondary of a primary that it does not show, and passes nothing on",
    "secondary-closed",
    "is a secondary of example.com, and passes no update with key home on",
    "allow-update-forwarding",
)
def bind_secondary_of_a_stranger(stack: ExitStack, directory: Path) -> Words:
    """Its own name is in the SOA record, so only its answer to NOTIFY tells that it is a secondary."""
    own = zones(ANY, "ns AAAA ::1\n")
    primary = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own, listen_v6=False))
    return line(stack.enter_context(secondary_of(directory, primary)), directory)


@broken(
    "BIND is a secondary that passes nothing on, and does not know the primary's address",
    "secondary-closed-of",
    "which is hidden.example.net by the SOA record",
    "dns-server=hidden.example.net",
)
def bind_secondary_of_a_hidden_primary(stack: ExitStack, directory: Path) -> Words:
    own = Zone("example.com", policy=ANY, primary="hidden.example.net.")
    primary = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=[own], listen_v6=False))
    return line(stack.enter_context(secondary_of(directory, primary)), directory)


@broken(
    "BIND: the key selects a view that has only the zone above",
    "view-with-other-zone",
    "home.lab.example.com is in the zone example.com",
    "give zone=example.com name=home.lab.example.com",
)
def bind_view_of_the_key_has_the_zone_above(stack: ExitStack, directory: Path) -> Words:
    extra = views(
        directory,
        ("internal", "!key home; any;", "lab.example.com", ""),
        ("external", "any;", "example.com", ANY),
    )
    server = Bind(directory / "bind", readonly_keys=[KEY], zones=[], extra=extra)
    return line(stack.enter_context(server), directory, KEY, "zone=lab.example.com")


@broken(
    "BIND: the key selects a view that does not have the zone", "view-without-zone", "!key home; into those",
)  # fmt: skip
def bind_view_of_the_key_lacks_the_zone(stack: ExitStack, directory: Path) -> Words:
    extra = views(
        directory, ("internal", "!key home; any;", "example.com", ""), ("external", "any;", "example.net", ANY)
    )
    server = Bind(directory / "bind", readonly_keys=[KEY], zones=[], extra=extra)
    return line(stack.enter_context(server), directory)


@broken(
    "BIND has only the zone by which the key is named", "no-zone-but-keys", "it has acme.example.org",
    "let it be an alias (CNAME) into that zone",
)  # fmt: skip
def bind_only_the_zone_of_the_key(stack: ExitStack, directory: Path) -> Words:
    key = LabKey.generate("acme.example.org")
    server = Bind(directory / "bind", keys=[key], zones=[Zone("acme.example.org")])
    return line(stack.enter_context(server), directory, key, "zone=", name="home.example.org")


class WithEmptyZones(Resolver):
    """BIND that resolves names, as most of them are: with the zones of RFC 6303."""

    def _configuration(self) -> str:
        return super()._configuration().replace("empty-zones-enable no", "empty-zones-enable yes")


def _reverse(server: Bind, directory: Path, zone: str, name: str) -> Words:
    words = [f"zone={zone}", "address=", "type=PTR", "value=home.example.com."]
    return line(server, directory, KEY, *words, name=name)


@broken(
    "BIND resolves names, too, and has the reverse zone only as an empty one (RFC 6303)", "empty-zone",
    "as an empty zone", 'zone "168.192.in-addr.arpa" { type primary;',
)  # fmt: skip
def bind_empty_zone(stack: ExitStack, directory: Path) -> Words:
    server = WithEmptyZones(directory / "bind", readonly_keys=[KEY], zones=zones(ANY))
    return _reverse(stack.enter_context(server), directory, "168.192.in-addr.arpa", "9.7")


@broken(
    "BIND has an empty zone above the reverse zone", "empty-zone", "as an empty zone", 'zone "7.168.192.in-addr.arpa" {'
)
def bind_empty_zone_above(stack: ExitStack, directory: Path) -> Words:
    server = WithEmptyZones(directory / "bind", readonly_keys=[KEY], zones=zones(ANY))
    return _reverse(stack.enter_context(server), directory, "7.168.192.in-addr.arpa", "9")


@broken("BIND has neither the zone nor the key: it is another server", "no-zone", "has no zone example.com")
def bind_is_another_server(stack: ExitStack, directory: Path) -> Words:
    server = stack.enter_context(Bind(directory / "bind", zones=[Zone("example.net")]))
    return line(server, directory)


@broken(
    "BIND: NSEC3PARAM in a zone that is not signed", "", "and this one has no DNSKEY records: sign it first",
    only_by_update=True,
)  # fmt: skip
def bind_parameters_without_signatures(stack: ExitStack, directory: Path) -> Words:
    words = ["address=", "type=NSEC3PARAM", "value=1 0 0 -", "timeout=0.2"]
    return line(bind(stack, directory, ANY), directory, KEY, *words, name="@")


@broken("BIND: the data of a PTR record is not a host name (check-names)", "check-names", "my_host.example.com")
def bind_pointer_with_underscore(stack: ExitStack, directory: Path) -> Words:
    own = [Zone("2.0.192.in-addr.arpa", policy=ANY)]
    server = stack.enter_context(Bind(directory / "bind", readonly_keys=[KEY], zones=own))
    words = ["zone=2.0.192.in-addr.arpa", "address=", "type=PTR", "value=my_host.example.com.", "check-names=no"]
    return line(server, directory, KEY, *words, name="9")

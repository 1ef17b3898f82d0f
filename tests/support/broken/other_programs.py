"""The server is another program than one that takes updates."""

from contextlib import ExitStack
from pathlib import Path

from lab import Bind, Zone
from lab.key import write_private
from lab.others import Dnsmasq, Nsd, Unbound
from lab.port import IPV6
from lab.versions import version
from tests.support.broken.servers import KEY, Resolver, line
from tests.support.broken.set_up import Words, broken

_UNBOUND_DROPS_UPDATES = version("unbound") >= (1, 20)
"""So `set` gets no answer, and `check` learns before that answers are not signed."""


@broken(
    "the server is dnsmasq with the zone in auth-zone", "ignores-signatures", "dns-server= must be", "no dnsmasq",
    check_stops_before=True,
)  # fmt: skip
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
    check_stops_before=_UNBOUND_DROPS_UPDATES,
)
def unbound_with_data(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    data = 'local-data: "example.com. 300 IN SOA ns.example.com. h.example.com. 1 2 3 4 5"'
    options = f'  hide-version: yes\n  local-zone: "example.com." static\n  {data}'
    return line(stack.enter_context(Unbound(directory / "unbound", upstream=upstream, options=options)), directory)


@broken(
    "the server is Unbound, a resolver", "is-resolver-beside", "is a resolver (Unbound", "another port",
    check_stops_before=_UNBOUND_DROPS_UPDATES,
)  # fmt: skip
def unbound(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    resolver = stack.enter_context(Unbound(directory / "unbound", upstream=upstream))
    return line(resolver, directory)


@broken(
    "Unbound has the reverse zone only as an empty one", "empty-zone", "as an empty zone", "let the resolver ask it",
    check_stops_before=_UNBOUND_DROPS_UPDATES,
)  # fmt: skip
def unbound_empty_zone(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    resolver = stack.enter_context(Unbound(directory / "unbound", upstream=upstream))
    words = ["zone=168.192.in-addr.arpa", "address=", "type=PTR", "value=home.example.com."]
    return line(resolver, directory, KEY, *words, name="9.7")


@broken("the server is dnsmasq of a router", "is-resolver-beside", "is a resolver (dnsmasq", "primary, ns.example.com")
def dnsmasq(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    return line(stack.enter_context(Dnsmasq(directory / "dnsmasq", upstream=upstream)), directory)


@broken("the server is BIND as a resolver", "is-resolver-of-zone", "is a resolver (BIND", "dns-server=127.0.0.1 ")
def bind_resolver(stack: ExitStack, directory: Path) -> Words:
    upstream = stack.enter_context(Bind(directory / "upstream", keys=[KEY]))
    forward = f"zone example.com {{ type forward; forward only; forwarders {{ 127.0.0.1 port {upstream.port}; }}; }};"
    resolver = Resolver(directory / "bind", zones=[], readonly_keys=[KEY], extra=forward)
    stack.enter_context(resolver)
    return line(f"[{IPV6}]:{resolver.port}", directory)


@broken(
    "the server is a resolver, and the zone is at Route 53", "hosted-elsewhere", "Amazon Route 53", "an alias (CNAME)"
)
def bind_resolver_of_a_hosted_zone(stack: ExitStack, directory: Path) -> Words:
    own = Zone("example.com", primary="ns-1.awsdns-01.org.")
    upstream = stack.enter_context(Bind(directory / "upstream", zones=[own], keys=[KEY]))
    forward = f"zone example.com {{ type forward; forward only; forwarders {{ 127.0.0.1 port {upstream.port}; }}; }};"
    resolver = Resolver(directory / "bind", zones=[], readonly_keys=[KEY], extra=forward)
    stack.enter_context(resolver)
    return line(f"[{IPV6}]:{resolver.port}", directory)


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

"""No answer comes, or something between changes it."""

import contextlib
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from dns_update.message import Message
from dns_update.wire.codes import Flag, Rcode
from lab import Bind, NameServer
from lab.others import Dnsdist
from tests.support.broken.servers import ANY, KEY, bind, knot, line, powerdns
from tests.support.broken.set_up import Words, broken
from tests.support.forwarder import Forwarder
from tests.support.peer import Silent, closed_port, is_update


@broken(
    "nothing listens at the port, of this machine or this container", "not-listening-here",
    "nothing listens at port 1 of 127.0.0.1, for UDP", "inside a container", "ss -lnup", "if at another port, "
    "dns-server=127.0.0.1:PORT",
)  # fmt: skip
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


@broken(
    "a DNS proxy answers updates itself", "answered-between", "in front of", "opcode UPDATE",
    or_cause="answered-between-unsigned",
)  # fmt: skip
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


@broken(
    "the server's name has the address 127.0.1.1 here, as Debian gives it", "other-loopback",
    "a DNS server of this machine answers at 127.0.0.1", "/etc/hosts",
)  # fmt: skip
def server_at_another_loopback_address(stack: ExitStack, directory: Path) -> Words:
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY]))
    return line(f"127.0.1.1:{server.port}", directory)


@broken(
    "dnsdist adds the client's address, which breaks signatures", "ignores-signatures", "useClientSubnet=true",
    "adds to the message",
)  # fmt: skip
def dnsdist_adds_client_subnet(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, ANY)
    options = f'newServer({{address="{server.host}:{server.port}", healthCheckMode="up", useClientSubnet=true}})\n'
    options += "rmServer(0)"
    return line(stack.enter_context(Dnsdist(directory / "dnsdist", upstream=server, options=options)), directory)


@broken(
    "dnsdist adds the client's address, and PowerDNS is silent to what is signed", "signed-dropped",
    "silent to what is signed with key home", "useClientSubnet=true",
)  # fmt: skip
def dnsdist_adds_client_subnet_for_powerdns(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory, options="edns-subnet-processing=yes")
    options = f'newServer({{address="{server.host}:{server.port}", healthCheckMode="up", useClientSubnet=true}})\n'
    proxy = Dnsdist(directory / "dnsdist", upstream=server, options=f"{options}rmServer(0)")
    return line(stack.enter_context(proxy), directory, KEY, "timeout=0.5")


def _behind_dnsdist(stack: ExitStack, directory: Path, server: NameServer) -> str:
    """Put dnsdist in front of a server, which sees its address, 127.0.0.9, in the place of the client's."""
    place = f"{server.host}:{server.port}"
    options = f'newServer({{address="{place}", source="127.0.0.9", healthCheckMode="up"}})\nrmServer(0)'
    proxy = stack.enter_context(Dnsdist(directory / "dnsdist", upstream=server, options=options))
    return f"{proxy.host}:{proxy.port}"


@broken(
    "PowerDNS: allow-dnsupdate-from has the client, and not the dnsdist between", "powerdns-updates-off",
    "PowerDNS sees the proxy's address", "journalctl -u pdns | grep UPDATE",
)  # fmt: skip
def powerdns_behind_dnsdist(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory, options="allow-dnsupdate-from=127.0.0.1/32")
    return line(_behind_dnsdist(stack, directory, server), directory)


@broken(
    "BIND: allow-update has the client's address, and not that of the dnsdist between", "key-needed",
    "the one that named sees", "journalctl -u named | grep denied",
)  # fmt: skip
def bind_behind_dnsdist(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, "allow-update { 127.0.0.1; };")
    return line(_behind_dnsdist(stack, directory, server), directory, None)


@broken(
    "Knot: the acl has the client's address, and not that of the dnsdist between", "key-needed",
    "the one that Knot sees", "journalctl -u knot | grep 'ACL, denied'",
)  # fmt: skip
def knot_behind_dnsdist(stack: ExitStack, directory: Path) -> Words:
    server = knot(stack, directory, "    address: 127.0.0.1\n    action: update\n")
    return line(_behind_dnsdist(stack, directory, server), directory, None)


@broken("BIND: blackhole has the client's address", "drops-this-address", "blackhole in named.conf")
def bind_blackhole(stack: ExitStack, directory: Path) -> Words:
    server = stack.enter_context(Bind(directory / "bind", keys=[KEY], options="blackhole { 127.0.0.9; };"))
    return line(server, directory, KEY, "local-address=127.0.0.9", "timeout=0.5")


@broken("dnsdist: its ACL leaves the client out", "drops-this-address", "setACL or addACL of dnsdist")
def dnsdist_acl(stack: ExitStack, directory: Path) -> Words:
    server = bind(stack, directory, ANY)
    acl = 'setACL({"127.0.0.1/32", "::1/128"})'
    proxy = stack.enter_context(Dnsdist(directory / "dnsdist", upstream=server, options=acl))
    return line(proxy, directory, KEY, "local-address=127.0.0.9", "timeout=0.5")


@broken("no machine answers at the address", "silent", "tcpdump -n port", "no machine has the address")
def silent_address(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(Silent()).address, directory, KEY, "timeout=0.3")


@broken(
    "a load balancer sends queries to another server than updates", "read-elsewhere", "a load balancer or proxy",
    only_by_update=True,
)  # fmt: skip
def queries_go_elsewhere(stack: ExitStack, directory: Path) -> Words:
    primary = bind(stack, directory, ANY)
    other = stack.enter_context(Bind(directory / "other", readonly_keys=[KEY]))
    updates = f'newServer({{address="127.0.0.1:{primary.port}", pool="updates", healthCheckMode="up"}})'
    rule = 'addAction(OpcodeRule(DNSOpcode.Update), PoolAction("updates"))'
    server = Dnsdist(directory / "dnsdist", upstream=other, options=f"{updates}\n{rule}")
    return line(stack.enter_context(server), directory, KEY, "timeout=0.2")

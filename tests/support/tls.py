"""BIND with ports that speak TLS, each with a certificate of its own."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import dig
from lab.bind import Bind
from lab.certificates import Authority, Certificate
from lab.key import LabKey
from lab.port import IPV4, Port
from tests.support.command import Result, in_process

RIGHT, EXPIRED, WITHOUT_NAMES, WANTS_OURS = "right", "expired", "without-names", "wants-ours"
HOST = "ns.example.com"


@dataclass(frozen=True)
class SecureBind:
    """A running server: what its ports speak, what is particular about each, and the files of both sides."""

    transport: str
    server: Bind
    ports: Mapping[str, int]
    key: LabKey
    key_file: Path
    authority: Certificate
    certificate: Certificate
    ours: Certificate
    ours_of_nobody: Certificate
    """A certificate of this client that another authority signed."""

    def at(self, port: str = RIGHT) -> str:
        """Return the server with one of its ports, as dns-server= takes it."""
        return f"{IPV4}:{self.ports[port]}"

    def asked(self, *own: str) -> Result:
        """Run a command that asks it, with all that is needed to trust it."""
        trusted = [f"tls-ca={self.authority.certificate}", f"key-file={self.key_file}"]
        return in_process(*own, f"dns-server={self.at()}", f"transport={self.transport}", *trusted)

    def shown(self, name: str) -> list[str]:
        """Return the addresses that it has for a name of example.com."""
        return [line.rpartition(" ")[2] for line in dig(self.server, f"{name}.example.com", "A")]


@contextmanager
def tls_bind(directory: Path) -> Iterator[SecureBind]:
    """Start a server; its own port speaks no TLS."""
    (other := directory / "other").mkdir(parents=True)
    authority = Authority(directory)
    right = authority.certificate(HOST)
    certificates = {
        RIGHT: right,
        EXPIRED: authority.certificate("expired.example.com", expired=True),
        WITHOUT_NAMES: authority.certificate("nameless.example.com", ""),
        WANTS_OURS: right,
    }
    key = LabKey.generate()
    with ExitStack() as stack:
        ports = {name: Port.claim_any() for name in certificates}
        for port in ports.values():
            stack.callback(port.release)
        server = Bind(
            directory / "server",
            keys=[key],
            options="\n".join(f"listen-on port {ports[name].number} tls {name} {{ {IPV4}; }};" for name in ports),
            extra="\n".join(_statement(name, each, authority) for name, each in certificates.items()),
        )
        stack.enter_context(server)
        yield SecureBind(
            transport="tls",
            server=server,
            ports={name: port.number for name, port in ports.items()},
            key=key,
            key_file=key.write(directory / "ddns.key"),
            authority=authority.root,
            certificate=right,
            ours=authority.certificate("client.example.com", usage="clientAuth"),
            ours_of_nobody=Authority(other).certificate("client.example.com", usage="clientAuth"),
        )


def _statement(name: str, own: Certificate, authority: Authority) -> str:
    wants = f'ca-file "{authority.root.certificate}";' if name == WANTS_OURS else ""
    return f'tls {name} {{ cert-file "{own.certificate}"; key-file "{own.key}"; {wants} }};'

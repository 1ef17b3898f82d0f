"""BIND with ports that speak TLS, each with a certificate of its own."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.bind import Bind
from lab.certificates import Authority, Certificate
from lab.key import LabKey
from lab.port import IPV4, Port

RIGHT, EXPIRED, WITHOUT_NAMES, WANTS_OURS = "right", "expired", "without-names", "wants-ours"
HOST = "ns.example.com"


@dataclass(frozen=True)
class TlsBind:
    """A running server: its ports by what is particular about them, and the files of both sides."""

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


@contextmanager
def tls_bind(directory: Path) -> Iterator[TlsBind]:
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
        yield TlsBind(
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

"""A Kerberos realm with a KDC, and servers in it: a BIND that takes GSS-TSIG, and one that does not."""

import contextlib
import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.bind import Bind
from lab.kdc import Kdc, in_realm
from lab.port import IPV4, Port
from lab.server import libraries_of_faketime
from lab.zone import Zone

ZONE = "example.test"
FOREIGN_ZONE = "foreign.invalid"
"""A zone whose primary has no principal."""
KEYLESS_ZONE = "keyless.test"
"""A zone whose primary has one, and the server has not its key."""
PASSWORD = "correct horse"
POLICY = """update-policy {
    grant EXAMPLE.TEST krb5-self . A AAAA;
    grant EXAMPLE.TEST ms-self . A AAAA;
    grant EXAMPLE.TEST krb5-subdomain sub.example.test. A;
    grant "user@EXAMPLE.TEST" zonesub ANY;
    grant "pw@EXAMPLE.TEST" zonesub ANY;
};"""

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Realm:
    """What runs in the realm, and the keytabs and tickets of its principals."""

    kdc: Kdc
    server: Bind
    without_gss: Bind
    tls_port: int

    def keytab(self, principal: str = "user") -> Path:
        """Return the keytab of a principal: user, other, host/client.example.test or CLIENT$."""
        return self.kdc.directory / f"{principal.replace('/', '-')}.keytab"

    @functools.cached_property
    def ccache(self) -> Path:
        """A cache with a ticket of user."""
        return self.kdc.ticket(f"cc-{next(_NUMBERS)}", "user", self.keytab())

    @functools.cached_property
    def used_ccache(self) -> Path:
        """One that has a ticket for the server, too."""
        path = self.kdc.ticket(f"cc-{next(_NUMBERS)}", "user", self.keytab())
        self.kdc.use(path, f"DNS/ns.{ZONE}")
        return path

    @property
    def where(self) -> list[str]:
        """The server and the zone, for a command."""
        return [f"dns-server={IPV4}:{self.server.port}", f"zone={ZONE}"]

    @property
    def ticket(self) -> list[str]:
        """What signs with the ticket of user."""
        return ["auth=gss", f"ccache={self.ccache}"]


@contextlib.contextmanager
def realm_at(directory: Path) -> Iterator[Realm]:
    """Start the KDC and the servers; this process is in the realm for as long as they run."""
    with Kdc(directory / "kdc") as kdc, in_realm(kdc), _port() as tls_port:
        kdc.add(f"DNS/ns.{ZONE}")
        kdc.add(f"DNS/ns.{KEYLESS_ZONE}")
        kdc.add("DNS/ns.example.com")  # the primary of the servers that know nothing of Kerberos
        kdc.add("pw", PASSWORD)
        kdc.add("locked", PASSWORD)
        kdc.lock("locked")
        kdc.add("locks", PASSWORD)
        kdc.count_failures("locks")
        for principal in ("user", "other", "host/client.example.test", "CLIENT$", "renewed"):
            kdc.add(principal)
            kdc.keytab(f"{principal.replace('/', '-')}.keytab", principal)
        kdc.renew("renewed")
        kdc.add("brief", lifetime="1 second")
        kdc.keytab("brief.keytab", "brief")
        keytab = kdc.keytab("dns.keytab", f"DNS/ns.{ZONE}")
        zones = [Zone(name, policy=POLICY) for name in (ZONE, FOREIGN_ZONE, KEYLESS_ZONE)]
        options = f'tkey-gssapi-keytab "{keytab}"; listen-on port {tls_port} tls ephemeral {{ {IPV4}; }};'
        plain = Bind(directory / "plain", zones=[Zone(ZONE, policy=POLICY)])
        with Bind(directory / "bind", zones=zones, options=options) as server, plain as without_gss:
            yield Realm(kdc, server, without_gss, tls_port)


def at_another_time(offset: str) -> Mapping[str, str]:
    """Return the environment of a program whose clock is wrong, e.g. by "+20m"."""
    return {"LD_PRELOAD": libraries_of_faketime(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@contextlib.contextmanager
def _port() -> Iterator[int]:
    port = Port.claim_any()
    try:
        yield port.number
    finally:
        port.release()

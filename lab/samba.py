"""Samba as a domain controller of Active Directory, with its own DNS server and KDC, in a network namespace."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.errors import ServerFailed
from lab.port import IPV4
from lab.server import NameServer, find_program
from lab.zone import Zone

REALM = "AD.TEST"
HOST = "dc1.ad.test"
_ADMINISTRATORS_PASSWORD = "Passw0rd.1"  # noqa: S105 - of a domain that lasts as long as a test run


@dataclass(eq=False, kw_only=True)
class Samba(NameServer):
    """A domain ad.test; its namespace and port 53 must be given.

    It serves neither files nor remote calls, so nothing of this machine is touched.
    """

    zones: Sequence[Zone] = (Zone("ad.test"),)
    start_seconds: ClassVar[float] = 30.0
    program: ClassVar[str] = "samba"
    package: ClassVar[str] = "samba-ad-dc"

    @property
    def configuration(self) -> Path:
        """Its smb.conf."""
        return self.directory / "domain" / "etc" / "smb.conf"

    @property
    def environment(self) -> dict[str, str]:
        """What programs in its namespace need to use its KDC."""
        return {"KRB5_CONFIG": str(self.directory / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.directory}/no-ccache"}

    def add_user(self, name: str, password: str) -> Path:
        """Add a user to the domain, and return a keytab of it."""
        keytab = self.directory / f"{name}.keytab"
        self._tool("user", "create", name, password)
        self._tool("domain", "exportkeytab", str(keytab), f"--principal={name}")
        keytab.chmod(0o600)
        return keytab

    @property
    def keytab_of_bind(self) -> Path:
        """The keytab of BIND, once it has the domain's DNS."""
        return self.directory / "domain" / "bind-dns" / "dns.keytab"

    def give_to_bind(self) -> None:
        """Prepare the domain for BIND as its DNS server."""
        upgrade = find_program("samba_upgradedns", "samba-ad-dc")
        self._run([*self._inside(), upgrade, "--dns-backend=BIND9_DLZ", "-s", str(self.configuration)])

    def _prepare(self) -> None:
        if self.namespace is None:
            raise ServerFailed("Samba needs a namespace: it uses the ports 53, 88 and 389")
        self.namespace.write("hosts", f"{IPV4} localhost\n{IPV4} {HOST} dc1\n")
        (self.directory / "krb5.conf").write_text(
            f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_kdc = false\ndns_lookup_realm = false\n"
            f"dns_canonicalize_hostname = false\nrdns = false\n[realms]\n{REALM} = {{\nkdc = {IPV4}:88\n}}\n",
            "ascii",
        )
        words = ["--realm", REALM, "--domain=AD", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL"]
        words += [f"--adminpass={_ADMINISTRATORS_PASSWORD}", "--host-name=dc1", f"--host-ip={IPV4}", "--use-rfc2307"]
        words += [f"--targetdir={self.directory}/domain"]
        words += ["--option=interfaces=lo", "--option=bind interfaces only=yes"]
        self._run([*self._inside(), find_program("samba-tool", "samba-common-bin"), "domain", "provision", *words])

    def _command(self) -> list[str]:
        services = ["--option=server services = dns kdc ldap cldap", "--option=dcerpc endpoint servers ="]
        services += ["--option=dns forwarder =", f"--option=log file={self.directory}/log.%m"]
        services += [f"--option=pid directory={self.directory}"]
        installed = find_program(self.program, self.package)
        return [installed, "-i", "--no-process-group", "-M", "single", "-s", str(self.configuration), *services]

    def _tool(self, *words: str) -> None:
        self._run([find_program("samba-tool", "samba-common-bin"), *words, "-s", str(self.configuration)])

    @staticmethod
    def _run(command: Sequence[str]) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerFailed(f"{' '.join(command[-3:])}: {done.stdout}{done.stderr}")

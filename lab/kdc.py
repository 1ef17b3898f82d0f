"""An MIT Kerberos KDC for the lab: a realm on a loopback port of its own, with principals, keytabs and tickets."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from lab.errors import ServerFailed
from lab.port import IPV4, Port
from lab.server import find_program

PACKAGE = "krb5-kdc"
_START_SECONDS = 10.0
_POLL_SECONDS = 0.002
_STOP_SECONDS = 5.0
_READY = "commencing operation"
_MASTER = "master"  # the password of a database that lasts as long as a test run


class HasRealm(Protocol):
    """A KDC of any kind."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What programs need in their environment to use its realm."""


@dataclass(eq=False)
class Kdc:
    """A KDC in the foreground; a context manager. Only its own files are used, none of /etc.

    Attributes:
        directory: its own.
        realm: its realm; the domain of the same name, and what is below it, are in the realm.

    """

    directory: Path
    realm: str = "EXAMPLE.TEST"
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _port: Port | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._port = Port.claim_any()
        self.configuration.write_text(self._client_configuration(), "ascii")
        self._profile.write_text(self._kdc_configuration(), "ascii")
        self._run("kdb5_util", "create", "-s", "-P", _MASTER, package=PACKAGE)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [find_program("setpriv", "util-linux"), "--pdeathsig", "KILL", find_program("krb5kdc", PACKAGE), "-n"],
                env=self._own_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait_until_ready(self._process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._port is not None:
            self._port.release()

    @property
    def configuration(self) -> Path:
        """The krb5.conf of its clients."""
        return self.directory / "krb5.conf"

    @property
    def environment(self) -> Mapping[str, str]:
        """What programs need in their environment to use this realm, and no ticket of the user who runs them."""
        return {"KRB5_CONFIG": str(self.configuration), "KRB5CCNAME": f"FILE:{self.directory}/no-ccache"}

    @property
    def log(self) -> str:
        """Its output."""
        return self._log.read_text("utf-8", errors="replace")

    def stop(self) -> None:
        """End it; tickets that it has given remain good."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(_STOP_SECONDS)

    def add(self, principal: str, password: str = "", *, lifetime: str = "") -> None:
        """Add a principal, with a random key if there is no password; its tickets last for `lifetime` ("3 seconds")."""
        words = ["addprinc", *(["-maxlife", f'"{lifetime}"'] if lifetime else [])]
        words += [f'-pw "{password}"' if password else "-randkey", principal]
        self._admin(" ".join(words))

    def count_failures(self, principal: str) -> None:
        """Count wrong passwords of a principal, which must then prove its own before it gets anything."""
        self._admin(f"modprinc +requires_preauth {principal}")

    def lock(self, principal: str) -> None:
        """Give a principal no tickets any more."""
        self._admin(f"modprinc -allow_tix {principal}")

    def renew(self, principal: str) -> None:
        """Give a principal another key, so that its keytabs are too old."""
        self._admin(f"cpw -randkey {principal}")

    def keytab(self, name: str, *principals: str) -> Path:
        """Write a keytab with the keys of principals, and return its path."""
        path = self.directory / name
        self._admin(f"ktadd -norandkey -k {path} {' '.join(principals)}")
        path.chmod(0o600)
        return path

    def ticket(self, name: str, principal: str, keytab: Path, *words: str) -> Path:
        """Get a ticket for a principal by its keytab; return the path of the credentials cache."""
        path = self.directory / name
        kinit = [find_program("kinit", "krb5-user"), "-c", str(path), "-k", "-t", str(keytab), *words, principal]
        subprocess.run(kinit, env=self._own_environment(), capture_output=True, check=True)
        return path

    def use(self, ccache: Path, service: str) -> None:
        """Get a ticket for a service, too, with that in a credentials cache."""
        kvno = [find_program("kvno", "krb5-user"), "-c", str(ccache), service]
        subprocess.run(kvno, env=self._own_environment(), capture_output=True, check=True)

    @property
    def port(self) -> int:
        """The port at which it is asked."""
        if self._port is None:
            raise ServerFailed("the KDC was not started")
        return self._port.number

    @property
    def _profile(self) -> Path:
        return self.directory / "kdc.conf"

    @property
    def _log(self) -> Path:
        return self.directory / "kdc.log"

    def _own_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment, "KRB5_KDC_PROFILE": str(self._profile)}

    def _admin(self, query: str) -> None:
        self._run("kadmin.local", "-q", query, package=PACKAGE)

    def _run(self, program: str, *words: str, package: str) -> None:
        done = subprocess.run(
            [find_program(program, package), "-r", self.realm, *words],
            env=self._own_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode or " while " in done.stderr:  # kadmin.local succeeds whatever its query does
            raise ServerFailed(f"{program} {' '.join(words)}: {done.stderr}")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while _READY not in self.log:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailed(f"krb5kdc did not start:\n{self.log}")
            time.sleep(_POLL_SECONDS)

    def _client_configuration(self) -> str:
        domain = self.realm.lower()
        return f"""\
[libdefaults]
    default_realm = {self.realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = 0
[realms]
    {self.realm} = {{
        kdc = {IPV4}:{self.port}
    }}
[domain_realm]
    .{domain} = {self.realm}
    {domain} = {self.realm}
"""

    def _kdc_configuration(self) -> str:
        return f"""\
[kdcdefaults]
    kdc_listen = {IPV4}:{self.port}
    kdc_tcp_listen = {IPV4}:{self.port}
[realms]
    {self.realm} = {{
        database_name = {self.directory}/principal
        key_stash_file = {self.directory}/stash
        acl_file = {self.directory}/kadm5.acl
        max_life = 10h
        max_renewable_life = 7d
    }}
[logging]
    kdc = STDERR
"""


@contextmanager
def in_realm(kdc: HasRealm) -> Iterator[None]:
    """Let this process, and those that it starts, use the realm."""
    before = {name: os.environ.get(name) for name in kdc.environment}
    os.environ.update(kdc.environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

"""Updates in a domain of Active Directory, as Samba serves it: its refusals are not signed, and 4.17 signs wrongly.

Also samba_dnsupdate, with which Samba keeps its own names, and which calls nsupdate for each record.

One test has all steps: to make a domain takes several seconds, and each worker would make its own.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update.errors import NameExists, PermissionDenied, ReplyNotTrusted, ServerFailure
from lab import LabKey, Namespace, dig
from lab.samba import Samba
from lab.server import find_program
from lab.servers_table.page import read_cells
from lab.servers_table.run import cells_of
from lab.servers_table.samba import samba_at, samba_bind_at
from lab.servers_table.site import Program, by_ticket
from lab.versions import version
from tests.support.command import COMMAND, Result

SIGNS_RIGHTLY = (4, 20)
"""4.17 does not, and 4.22 does."""
PASSWORD = "Passw0rd.1"
WHERE = ("dns-server=127.0.0.1", "zone=ad.test")
DOUBT = "its signature is wrong; the update was carried out, or it was not"
NSUPDATE = str(COMMAND.with_name("dns-nsupdate"))
ECHO = "the refusal is not signed, it only repeats our own signature"


@dataclass(frozen=True)
class Domain:
    """The server, and the keytabs of two users."""

    server: Samba
    first: Path
    second: Path

    def run(self, program: str, *words: str, stdin: str = "", ccache: Path | None = None) -> Result:
        """Run a program in the domain."""
        assert self.server.namespace is not None
        ticket = {} if ccache is None else {"KRB5CCNAME": f"FILE:{ccache}"}
        done = subprocess.run(
            [*self.server.namespace.prefix, program, *words], input=stdin, capture_output=True, text=True, check=False,
            env=os.environ | self.server.environment | ticket,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    def ours(self, command: str, *words: str, keytab: Path | None = None) -> Result:
        """Run dns-update with the ticket of the first user, or by another keytab."""
        return self.run(str(COMMAND), command, *words, *WHERE, "auth=gss", f"keytab={keytab or self.first}")

    def shown(self, name: str) -> list[str]:
        """Return the addresses of a name."""
        return sorted(line.rpartition(" ")[2] for line in dig(self.server, f"{name}.ad.test", "A"))


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory, has_namespaces: None) -> Iterator[Domain]:  # noqa: ARG001
    directory = tmp_path_factory.mktemp("samba")
    with Namespace() as namespace, Samba(directory, namespace=namespace, port=53) as server:
        yield Domain(server, server.add_user("first", PASSWORD), server.add_user("second", PASSWORD))


def test_a_domain_of_active_directory(domain: Domain, tmp_path: Path, subtests: pytest.Subtests) -> None:
    is_right = version("samba") >= SIGNS_RIGHTLY
    _updates_are_made_and_read_back(domain, is_right=is_right)
    _a_refusal_repeats_our_signature(domain, is_right=is_right)
    _many_names(domain, tmp_path)
    _check(domain)
    _unknown_type(domain)
    _without_a_ticket(domain)
    _nsupdate(domain, tmp_path, is_right=is_right)
    _table_of_servers(domain)
    with subtests.test("samba_dnsupdate"):
        if not is_right:
            pytest.skip("samba_dnsupdate of Samba 4.17 fails with every nsupdate: its server signs wrongly")
        _samba_dnsupdate(domain, tmp_path)
    _table_of_servers_with_bind(domain, tmp_path)  # the last one: it changes the domain


def _updates_are_made_and_read_back(domain: Domain, *, is_right: bool) -> None:
    done = domain.ours("set", "home", "192.0.2.1")
    assert (done.status, domain.shown("home")) == (0, ["192.0.2.1"]), done.stderr
    assert any(DOUBT in note for note in done.notes) == (not is_right), done.stderr
    assert domain.ours("add", "home", "192.0.2.2").status == 0
    assert domain.ours("delete", "home", "192.0.2.1").status == 0
    assert domain.shown("home") == ["192.0.2.2"]
    done = domain.run(str(COMMAND), "set", "home", "192.0.2.3", *WHERE, "auth=gss", "principal=first",
                      f"password={PASSWORD}", "verify=no")  # fmt: skip
    assert domain.shown("home") == ["192.0.2.3"]
    assert done.status == (0 if is_right else ReplyNotTrusted.exit_status), done.stderr
    assert (DOUBT in done.failure) == (not is_right)


def _a_refusal_repeats_our_signature(domain: Domain, *, is_right: bool) -> None:
    done = domain.ours("set", "home", "192.0.2.9", keytab=domain.second)
    refused = PermissionDenied if is_right else ServerFailure
    assert (done.status, ECHO in done.failure) == (refused.exit_status, True), done.stderr
    assert "only the account that made a record may change it" in done.hint
    done = domain.ours("set", "home", "192.0.2.9", "require=absent")
    assert (done.status, ECHO in done.failure) == (NameExists.exit_status, True), done.stderr
    assert domain.shown("home") == ["192.0.2.3"]


def _many_names(domain: Domain, directory: Path) -> None:
    file = directory / "names.csv"
    file.write_text("name,address\n" + "".join(f"many-{number},192.0.2.5\n" for number in range(20)), "ascii")
    done = domain.ours("apply", str(file))
    assert (done.status, domain.shown("many-19")) == (0, ["192.0.2.5"]), done.stderr
    file.write_text("name,address\nown,192.0.2.6\nmany-3,192.0.2.6\n", "ascii")
    done = domain.ours("apply", str(file), keytab=domain.second)
    assert (done.status, domain.shown("own"), domain.shown("many-3")) == (10, ["192.0.2.6"], ["192.0.2.5"])
    assert ECHO in done.stderr


def _check(domain: Domain) -> None:
    done = domain.run(str(COMMAND), "check", "home", "192.0.2.3", *WHERE, "auth=gss", f"keytab={domain.first}")
    assert done.status == 0, done.stdout
    assert "principal first@AD.TEST has a ticket for DNS/dc1.ad.test@AD.TEST, which the server accepts" in done.stdout
    assert "does not tell beforehand what principal first@AD.TEST may change" in done.stdout
    assert "without a key, too" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("what was tried is right; only an update shows whether 127.0.0.1 p")
    _check_without_ticket(domain)


def _check_without_ticket(domain: Domain) -> None:
    """Check as somebody who has none: a domain controller looks at the permission last, so no probe comes to it."""
    unsigned = domain.run(str(COMMAND), "check", "home", "192.0.2.33", *WHERE)
    assert unsigned.status == 0
    assert "ad.test is a zone of Active Directory, whose servers mostly take updates with Kerberos" in unsigned.stdout
    assert "only an update shows whether 127.0.0.1 permits it" in unsigned.stdout.splitlines()[-1]
    key = domain.first.with_name("home.key")
    key.write_text(LabKey.generate("home").bind_clause())
    key.chmod(0o600)
    signed = domain.run(str(COMMAND), "set", "home", "192.0.2.3", *WHERE, f"key-file={key}", "json=yes")
    assert signed.json["error"]["diagnosis"] == "kerberos-only"


def _unknown_type(domain: Domain) -> None:
    done = domain.ours("set", "home", "type=CAA", 'value=0 issue "ca.example"')
    assert (done.status, "NOTIMP" in done.failure) == (ServerFailure.exit_status, True), done.stderr
    assert "does not take records of all types" in done.hint


def _without_a_ticket(domain: Domain) -> None:
    done = domain.run(str(COMMAND), "set", "home", "192.0.2.9", *WHERE)
    assert (done.status, "auth=gss" in done.hint) == (PermissionDenied.exit_status, True), done.stderr
    wrong = ["auth=gss", "principal=first", "password=wrong"]
    done = domain.run(str(COMMAND), "set", "home", "192.0.2.9", *WHERE, *wrong)
    assert (done.status, "the KDC does not accept the password or key of first" in done.failure) == (5, True)


def _nsupdate(domain: Domain, directory: Path, *, is_right: bool) -> None:
    ccache = directory / "ccache"
    assert domain.run("kinit", "-c", str(ccache), "-k", "-t", str(domain.first), "first").status == 0
    script = "server 127.0.0.1\nzone ad.test\nupdate add {}.ad.test 60 A 192.0.2.7\nsend\n"
    ours = domain.run(NSUPDATE, "-g", stdin=script.format("ours"), ccache=ccache)
    theirs = domain.run("nsupdate", "-g", stdin=script.format("theirs"), ccache=ccache)
    assert (ours.status, ours.stderr) == (theirs.status, theirs.stderr)
    assert ours.status == (0 if is_right else 2)
    assert (domain.shown("ours"), domain.shown("theirs")) == (["192.0.2.7"], ["192.0.2.7"])


def _table_of_servers(domain: Domain) -> None:
    """See that Samba does what docs/servers.md says of it; the other servers' test is that of the table."""
    with samba_at(domain.server, by_ticket("first", domain.first), by_ticket("second", domain.second)) as program:
        _does_what_the_table_says(program)


def _table_of_servers_with_bind(domain: Domain, directory: Path) -> None:
    keys = by_ticket("first", domain.first), by_ticket("second", domain.second)
    with samba_bind_at(directory, domain.server, *keys) as program:
        _does_what_the_table_says(program)


def _does_what_the_table_says(program: Program) -> None:
    found = cells_of(program)
    documented = read_cells().get(f"{program.name} {program.version}")
    assert documented is None or documented == found, "python -m lab.servers_table makes the table anew"


def _samba_dnsupdate(domain: Domain, directory: Path) -> None:
    statuses = directory / "statuses"
    program = directory / "nsupdate"
    program.write_text(f'#!/bin/sh\n{NSUPDATE} -g "$@"\nstatus=$?\necho $status >>{statuses}\nexit $status\n', "ascii")
    program.chmod(0o755)
    words = [find_program("samba_dnsupdate", "samba-ad-dc"), "-s", str(domain.server.configuration), "--verbose"]
    words += [f"--option=nsupdate command={program}", f"--update-cache={directory}/cache"]

    def updates(*more: str) -> list[str]:
        """Return the statuses of nsupdate, and check that it was called for each update."""
        statuses.write_text("", "ascii")
        done = domain.run(*words, *more)
        needed = re.findall(r"(\d+) DNS updates and (\d+) DNS deletes needed", done.stdout)
        found = statuses.read_text("ascii").split()
        assert (done.status, [len(found)]) == (0, [int(updates) + int(deletes) for updates, deletes in needed]), done
        return found

    first = updates("--all-names", "--current-ip=127.0.0.1")
    assert (len(first) > 20, set(first)) == (True, {"0"})
    assert set(updates("--current-ip=192.0.2.8", "--current-ip=2001:db8::8")) == {"0"}
    assert (domain.shown("dc1"), domain.shown("gc._msdcs")) == (["192.0.2.8"], ["192.0.2.8"])

"""The page about ACME is right: its recipes get certificates from a real ACME server, by tokens in a real BIND."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, Namespace, Zone, dig
from lab.namespace import unavailable_because
from tests.support.acme_server import AcmeServer
from tests.support.command import COMMAND
from tests.support.documents import Document, run_script

ROOT = Path(__file__).resolve().parent.parent
PAGE = Document.read(ROOT / "docs" / "acme.md")
API = ROOT / "contrib" / "acme.sh" / "dns_dnsupdate.sh"
_TOKENS = ("LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", "--gj9Xq-Rg85nM-vjCyGQGBWSVIPxI-i_X336eUOQZo")


class _Place:
    """A machine whose resolver and zones are a BIND's, with the page's files in a directory."""

    def __init__(self, namespace: Namespace, server: Bind, directory: Path) -> None:
        self.namespace = namespace
        self.server = server
        self.directory = directory

    def run(self, script: str, **environment: str) -> str:
        """Run a script of the page; return what it prints, in the page's words."""
        script = script.replace("/etc/dns-update", str(self.directory)).replace("~/", f"{self.directory}/")
        inner = shlex.join([*self.namespace.prefix, "bash", "-euc", script])
        printed = run_script(inner, self.directory, {"HOME": str(self.directory)} | environment)
        return printed.replace(str(self.directory), "/etc/dns-update")

    def console(self, text: str, **environment: str) -> str:
        """Run the commands of a console, and return the console with their output."""
        commands = [line for line in text.splitlines() if line.startswith("$ ")]
        return "".join(f"{line}\n{self.run(line[2:], **environment)}" for line in commands)

    def tokens(self, name: str = "_acme-challenge.example.com") -> list[str]:
        """Return the data of the TXT records of a name."""
        return [line.split(maxsplit=4)[4].strip('"') for line in dig(self.server, name, "TXT")]

    def updates(self) -> int:
        """Return how many tokens were added and removed so far, as the server's log has it."""
        return len(re.findall(r"updating zone '[\w.-]+/IN': (?:adding|deleting) an RR", self.server.log))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Place]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    directory = tmp_path_factory.mktemp("acme")
    key = LabKey.generate("acme-key")
    zones = [
        Zone(
            "example.com",
            policy=PAGE.shown("named.conf", "The key"),
            records=PAGE.shown("zone", "A zone for tokens only"),
        ),
        Zone("acme-tokens.test", policy="update-policy { grant acme-key name shop.acme-tokens.test. TXT; };"),
    ]
    hook = directory / "acme-hook"
    hook.write_text(PAGE.shown("sh acme-hook", "lego").replace("/etc/dns-update", str(directory)), encoding="utf-8")
    hook.chmod(0o755)
    key.write(directory / "acme.key")
    options = "listen-on port 53 { 127.0.0.1; 192.0.2.1; };"
    with Namespace() as namespace:
        namespace.ip("address", "add", "192.0.2.1/32", "dev", "lo")
        bind = directory / "bind"
        with Bind(bind, zones=zones, keys=[key], namespace=namespace, port=53, options=options) as server:
            yield _Place(namespace, server, directory)


@pytest.fixture(scope="module")
def acme(place: _Place) -> Iterator[AcmeServer]:
    with AcmeServer(place.namespace, place.directory) as server:
        yield server


def _names_in(certificate: Path) -> set[str]:
    """Return the names that a certificate is for."""
    command: list[str | Path] = ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", certificate]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"DNS:([^\s,]+)", text))


_BOTH = {"example.com", "*.example.com"}


def test_every_console_of_the_page_is_as_shown(place: _Place) -> None:
    consoles = [fence.text for fence in PAGE.fences if fence.kind == "console"]
    assert len(consoles) == 2
    for shown in consoles:
        assert place.console(shown) == shown
    assert place.tokens("shop.acme-tokens.test") == [_TOKENS[0]]


def test_the_console_with_a_configuration_is_as_shown(place: _Place) -> None:
    text = PAGE.shown("toml config.toml", "With a configuration").replace("/etc/dns-update", str(place.directory))
    (place.directory / "config.toml").write_text(text, encoding="utf-8")
    (place.directory / "etc").mkdir()
    (place.directory / "etc" / "dns-update").symlink_to(place.directory)
    system = {"XDG_CONFIG_HOME": str(place.directory / "etc")}
    shown = PAGE.shown("console defaults", "With a configuration")
    assert place.console(shown, **system).replace("/etc/dns-update/etc/dns-update/", "/etc/dns-update/") == shown
    words = {"CERTBOT_DOMAIN": "shop.example.com", "CERTBOT_VALIDATION": _TOKENS[1]}
    place.run("dns-update acme present", **system, **words)
    assert place.tokens("shop.acme-tokens.test") == [_TOKENS[1]]
    place.run("dns-update acme cleanup", **system, **words)
    assert place.tokens("shop.acme-tokens.test") == []


def test_certbot_gets_a_certificate(place: _Place, acme: AcmeServer) -> None:
    home = place.directory / "certbot"
    (home / "letsencrypt").mkdir(parents=True)
    (home / "letsencrypt" / "cli.ini").write_text(
        f"server = {acme.url}\nno-verify-ssl = True\nnon-interactive = True\nagree-tos = True\n"
        f"register-unsafely-without-email = True\nconfig-dir = {home}\nwork-dir = {home}\nlogs-dir = {home}\n",
        encoding="utf-8",
    )
    before = place.updates()
    place.run(PAGE.shown("sh certbot", "certbot"), XDG_CONFIG_HOME=str(home))
    assert _names_in(home / "live" / "example.com" / "cert.pem") == _BOTH
    assert place.updates() == before + 4
    assert place.tokens() == []


def test_lego_gets_a_certificate(place: _Place, acme: AcmeServer) -> None:
    home = place.directory / "lego"
    script = PAGE.shown("sh lego", "lego").replace("\nlego ", f"\nlego --server {acme.url} ")
    before = place.updates()
    place.run(script, LEGO_PATH=str(home), LEGO_CA_CERTIFICATES=str(acme.certificate))
    assert _names_in(home / "certificates" / "example.com.crt") == _BOTH
    assert place.updates() == before + 4
    assert place.tokens() == []


def test_dehydrated_gets_a_certificate(place: _Place, acme: AcmeServer) -> None:
    home = place.directory / "dehydrated"
    home.mkdir()
    shown = PAGE.shown("sh config", "dehydrated").replace("/etc/dns-update", str(place.directory))
    config = home / "config"
    config.write_text(
        f'{shown}CA="{acme.url}"\nBASEDIR="{home}"\nCURL_OPTS="--cacert {acme.certificate}"\n', encoding="utf-8"
    )
    before = place.updates()
    script = PAGE.shown("sh dehydrated", "dehydrated")
    assert script.count("dehydrated --") == 2
    place.run(script.replace("dehydrated --", f"dehydrated --config {config} --"))
    assert _names_in(home / "certs" / "example.com" / "cert.pem") == _BOTH
    assert place.updates() == before + 4
    assert place.tokens() == []


_ACME_SH = """\
_readaccountconf_mutable() { sed -n "s/^SAVED_$1=//p" account.conf | tail -n 1; }
_saveaccountconf_mutable() { echo "SAVED_$1=$2" >>account.conf; }
_err() { echo "error: $*"; }
touch account.conf
. "$HOME/.acme.sh/dnsapi/dns_dnsupdate.sh"
"""
"""What acme.sh gives a DNS API."""


def test_acme_sh_adds_and_removes_tokens(place: _Place) -> None:
    directory = place.directory / ".acme.sh" / "dnsapi"
    directory.mkdir(parents=True)
    installed = f"/opt/dns-update/share/dns-update/{API.relative_to(ROOT / 'contrib')}"
    place.run(PAGE.shown("sh install", "acme.sh").replace(installed, str(API)))
    export = PAGE.shown("sh acme.sh", "acme.sh").splitlines()[0]
    assert export.startswith("export DNSUPDATE_KEY_FILE=")
    add = "".join(f"dns_dnsupdate_add _acme-challenge.example.com {token}\n" for token in _TOKENS)
    place.run(f"{_ACME_SH}{export}\n{add}")
    assert sorted(place.tokens()) == sorted(_TOKENS)
    first, second = [f"dns_dnsupdate_rm _acme-challenge.example.com {token}\n" for token in _TOKENS]
    place.run(f"{_ACME_SH}{first}")  # the key's file is the one that was kept
    assert place.tokens() == [_TOKENS[1]]
    place.run(f"{_ACME_SH}{second}")
    assert place.tokens() == []


def test_acme_sh_is_told_what_is_missing_and_what_failed(place: _Place, tmp_path: Path) -> None:
    shell = _ACME_SH.replace("$HOME/.acme.sh/dnsapi", str(API.parent))
    inner = f"cd {tmp_path}; {shell} dns_dnsupdate_add _acme-challenge.example.com {_TOKENS[0]} || echo status $?"
    assert "error: DNSUPDATE_KEY_FILE is not set" in place.run(inner)
    printed = place.run(inner.replace(_TOKENS[0], "token"), DNSUPDATE_KEY_FILE=str(place.directory / "acme.key"))
    assert printed.splitlines()[-2:] == [
        "error: dns-update acme present has failed for _acme-challenge.example.com",
        "status 1",
    ]


def test_the_example_in_python_runs(place: _Place) -> None:
    code = PAGE.shown("python", "From Python").replace("/etc/dns-update", str(place.directory))
    before = place.updates()
    place.run(f"{shlex.quote(str(COMMAND.parent / 'python'))} -c {shlex.quote(code)}")
    assert place.updates() == before + 2
    assert place.tokens() == []

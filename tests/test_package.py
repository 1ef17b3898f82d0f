"""What is published: the wheel and the sdist, built, installed into a clean environment, and used there."""

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from email.message import Message
from importlib.util import find_spec
from pathlib import Path

import pytest

import dns_update
from lab import LabKey, NameServer, dig

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("dns", "idna")
_LINK = re.compile(r"\]\(([^)\s]+)\)")

# The public API as another program uses it.
_PROGRAM = """\
import sys
import dns_update
for name in dns_update.__all__:
    getattr(dns_update, name)
server, key_file, name = sys.argv[1:]
with dns_update.Client(server, key=dns_update.Key.from_file(key_file)) as client:
    print(*(record.to_text() for record in client.set(name, "192.0.2.3", ttl=60, zone="example.com").after))
"""


@dataclass(frozen=True)
class Published:
    """The two files of a release."""

    wheel: Path
    sdist: Path

    @property
    def metadata(self) -> Message:
        """What a package index reads from the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            return email.message_from_bytes(archive.read(name))


def _build(source: Path, directory: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(directory)]
    for kind in kinds:
        subprocess.run([*command, "--target", kind], cwd=source, capture_output=True, check=True)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    directory = tmp_path_factory.mktemp("dist")
    _build(ROOT, directory, "sdist", "wheel")
    (wheel,) = directory.glob("*.whl")
    (sdist,) = directory.glob("*.tar.gz")
    return Published(wheel, sdist)


@pytest.fixture(scope="module")
def environment(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with the wheel and the libraries that it needs, and nothing else."""
    directory = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(directory)], check=True)
    pip = [sys.executable, "-m", "pip", f"--python={directory / 'bin/python'}", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(published.wheel)], check=True)
    (libraries,) = directory.glob("lib/python*/site-packages")
    for name in LIBRARIES:
        found = find_spec(name)
        assert found is not None
        assert found.origin is not None
        (libraries / name).symlink_to(Path(found.origin).parent)
    return directory


def _run(*command: str | Path) -> str:
    """Run a program outside the repository; return what it printed."""
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_libraries_that_the_package_asks_for_are_those_that_it_gets(published: Published) -> None:
    needed = [text for text in published.metadata.get_all("Requires-Dist") or [] if "extra ==" not in text]
    assert [re.split(r"[<>=]", text)[0] for text in needed] == ["idna"]


def test_the_version_is_written_once(published: Published, environment: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert published.metadata["Version"] == dns_update.__version__
    assert _run(environment / "bin/dns-update", "--version") == f"dns-update {dns_update.__version__}\n"


def test_a_package_index_shows_where_the_project_is_and_links_that_lead_there(published: Published) -> None:
    urls = dict(text.split(", ") for text in published.metadata.get_all("Project-URL") or [])
    assert {"Source", "Issues", "Changelog", "Documentation"} <= set(urls)
    links = [link for link in _LINK.findall(str(published.metadata.get_payload())) if not link.startswith("#")]
    files = [link.removeprefix(f"{urls['Source']}/blob/main/").partition("#")[0] for link in links]
    assert "docs/agent.md" in files
    assert [file for file in files if not file.startswith("https://") and not (ROOT / file).exists()] == []


def test_both_commands_work_from_the_wheel(environment: Path, bind: NameServer, unique_name: str) -> None:
    key_file = _key_file(bind)
    server = f"{bind.host}:{bind.port}"
    properties = [f"dns-server={server}", "zone=example.com", f"name={unique_name}", f"key-file={key_file}"]
    _run(environment / "bin/dns-update", *properties, "address=192.0.2.1")
    assert _addresses(bind, unique_name) == ["192.0.2.1"]
    script = bind.directory / f"{unique_name}.nsupdate"
    script.write_text(
        f"server {bind.host} {bind.port}\nzone example.com\n"
        f"update delete {unique_name}.example.com A\nupdate add {unique_name}.example.com 60 A 192.0.2.2\nsend\n",
        encoding="ascii",
    )
    _run(environment / "bin/dns-nsupdate", "-k", key_file, script)
    assert _addresses(bind, unique_name) == ["192.0.2.2"]


def test_the_library_works_from_the_wheel(environment: Path, bind: NameServer, unique_name: str) -> None:
    arguments = [f"{bind.host}:{bind.port}", _key_file(bind), f"{unique_name}.example.com"]
    shown = _run(environment / "bin/python", "-I", "-c", _PROGRAM, *arguments)
    assert shown == f"{unique_name}.example.com. 60 IN A 192.0.2.3\n"


def test_the_unit_and_the_hooks_come_with_it(environment: Path) -> None:
    share = environment / "share/dns-update"
    assert {path.relative_to(share) for path in share.rglob("*") if path.is_file()} == {
        path.relative_to(ROOT / "contrib") for path in (ROOT / "contrib").rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(
    ("directory", "place"),
    [
        ("man", "man"),
        ("completion/bash", "bash-completion/completions"),
        ("completion/zsh", "zsh/site-functions"),
        ("completion/fish", "fish/vendor_completions.d"),
    ],
)
def test_manual_pages_and_completion_are_where_man_and_shells_look(
    directory: str, place: str, environment: Path
) -> None:
    installed = environment / "share" / place
    ours = {path.relative_to(ROOT / directory) for path in (ROOT / directory).rglob("*") if path.is_file()}
    assert ours
    assert {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()} == ours


def test_the_sdist_has_all_that_the_wheel_is_made_of_and_tested_by(published: Published, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xzf", published.sdist, "-C", tmp_path], check=True)
    (source,) = tmp_path.iterdir()
    _build(source, tmp_path / "dist", "wheel")
    (again,) = (tmp_path / "dist").glob("*.whl")
    assert _names(again) == _names(published.wheel)
    assert {"tests", "lab", "docs", "scripts", "Makefile", "README.md", "CHANGELOG.md", "LICENSE"} <= {
        path.name for path in source.iterdir()
    }


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def _key_file(server: NameServer) -> str:
    key: LabKey = server.keys[0]
    return str(key.write(server.directory / "package.key"))


def _addresses(server: NameServer, name: str) -> list[str]:
    return [line.split()[-1] for line in dig(server, f"{name}.example.com", "A")]

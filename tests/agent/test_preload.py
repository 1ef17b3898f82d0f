"""An agent loads all modules at its start: later, its package may have been upgraded."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dns_update
from dns_update.agent.preload import LEFT_OUT
from tests.support.agents import FROM_WAN_IPV4, Agent, Machine

PACKAGE = Path(dns_update.__file__).parent
LOADED = "import sys, dns_update.agent.config.load, dns_update.agent.service, dns_update.process.systemd\n"
LOADED += "from dns_update.agent.preload import load; load(); print(*sys.modules)"
ONE = "9.8.7.1"


def loaded() -> set[str]:
    """Return the modules that an agent has once it has started."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def inner_imports(path: Path) -> Iterator[str]:
    """Yield the modules that functions of a file import."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in ast.walk(function):
                if isinstance(statement, ast.Import):
                    yield from (name.name for name in statement.names)
                elif isinstance(statement, ast.ImportFrom) and statement.module:
                    yield statement.module


def test_whatever_a_loaded_module_imports_later_is_loaded() -> None:
    there = loaded()
    paths = [PACKAGE / f"{name.replace('.', '/').removeprefix('dns_update/')}.py" for name in there if "." in name]
    ours = [path for path in (*paths, *(path.with_suffix("") / "__init__.py" for path in paths)) if path.is_file()]
    assert len(ours) > 60
    missing = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in ours
        for name in inner_imports(path)
        if name not in there and name not in LEFT_OUT and name.partition(".")[0] not in LEFT_OUT
    }
    assert missing == set()


def test_an_agent_whose_package_goes_away_takes_up_whatever_is_configured(machine: Machine, tmp_path: Path) -> None:
    """Even kinds of sources and errors that it did not need before."""
    library = tmp_path / "library"
    shutil.copytree(PACKAGE, library / "dns_update")
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 9.8.7.6\n", encoding="ascii")
    program.chmod(0o700)
    machine.add(f"{ONE}/24")
    with Agent(machine.namespace.prefix, f"config={machine.configure()}", library=library) as agent:
        machine.wait_for(ONE, agent=agent)
        shutil.rmtree(library)
        addresses = [f"command:{program}", "https://localhost:1/", "dns:", "2600:9::1", "prefix:lan+::5"]
        names = [
            FROM_WAN_IPV4.replace("home", f"n{n}").replace("interface:wan/ipv4", a) for n, a in enumerate(addresses)
        ]
        machine.configure("".join(names) + FROM_WAN_IPV4.replace("home", "mail") + 'owner = "me"\n', key="")
        agent.reload()
        agent.wait_for_line("https://localhost:1 gave no address")
        machine.wait_for("9.8.7.6", "n0", agent=agent)
        machine.wait_for(ONE, "mail", agent=agent)
        assert machine.status()["agent"]["last_bug"] is None
        assert "cannot be asked" not in agent.text

"""Shows one update of one name on a temporary BIND; `make demo` runs it."""

import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from lab.bind import Bind
from lab.errors import LabFailed
from lab.key import LabKey, write_private
from lab.server import dig
from lab.zone import Zone

_OWNER = "home.example.com"
_OLD_ADDRESS = "192.0.2.1"
_NEW_ADDRESS = "203.0.113.45"
_ZONE = Zone("example.com", records=f"home 300 A {_OLD_ADDRESS}")

_INTERRUPTED = 130
_TERMINATED = 143


def main() -> int:
    """Run the demo, clean up whatever happens, and return the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit_in_order)
    try:
        with tempfile.TemporaryDirectory(prefix="dns-update-demo-") as directory:
            _show(Path(directory))
    except LabFailed as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; BIND is stopped and its directory removed.", file=sys.stderr)
        return _INTERRUPTED
    print("BIND is stopped and its directory removed: nothing is left running. Next: README.md.")
    return 0


def _show(directory: Path) -> None:
    key = LabKey.generate()
    key_file = write_private(directory / "key", key.secret + "\n")
    _say(f"1. A temporary BIND on 127.0.0.1, with a new random key; {_OWNER} has the address {_OLD_ADDRESS}.")
    with Bind(directory / "bind", zones=[_ZONE], keys=[key]) as server:
        _show_address(server, _OLD_ADDRESS)
        _say(f"2. dns-update gives it the address {_NEW_ADDRESS}: one message, signed with the key.")
        _update(server, key, key_file)
        _say("3. The answer of BIND now.")
        _show_address(server, _NEW_ADDRESS)


def _show_address(server: Bind, expected: str) -> None:
    _say(f"   $ dig @{server.host} -p {server.port} +noall +answer {_OWNER} A")
    answer = dig(server, _OWNER, "A")
    for line in answer:
        _say(f"   {line}")
    if [line.split()[-1] for line in answer] != [expected]:
        raise LabFailed(f"{_OWNER} should have the address {expected} now, but does not")
    _say("")


def _update(server: Bind, key: LabKey, key_file: Path) -> None:
    program = Path(sys.executable).parent / "dns-update"
    if not program.exists():
        raise LabFailed(f"{program}: not found; `make demo` installs it, or: {sys.executable} -m pip install -e .")
    # The same line as on RouterOS, except for the key: every process could read it in the argument list.
    properties = [
        f"dns-server={server.host}:{server.port}",
        "name=home",
        "zone=example.com",
        f"address={_NEW_ADDRESS}",
        f"key-name={key.name}",
        f"key=@{key_file}",
        f"algorithm={key.algorithm}",
    ]
    _say(f"   $ {shlex.join(['dns-update', *properties])}")
    status = subprocess.run([program, *properties], check=False).returncode
    if status != 0:
        raise LabFailed(f"dns-update ended with status {status}")
    _say("")


def _say(text: str) -> None:
    # Flushed, so that it appears before the output of the programs.
    print(text, flush=True)


def _exit_in_order(_number: int, _frame: object) -> NoReturn:
    sys.exit(_TERMINATED)


if __name__ == "__main__":
    sys.exit(main())

"""The address that a program prints on its first line."""

from __future__ import annotations

import shlex
import subprocess

from dns_update.errors import InvalidText, NoAddress, UsageError
from dns_update.wire.inet import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address import Command

COMMAND_SECONDS = 30  # a program that asks the network gives up by itself long before


def address_of_command(source: Command) -> bytes:
    """Run the program and return the address on the first line of its standard output.

    The line is split into words as a shell does, but no shell runs it; its standard error is ours. Raises NoAddress if
    it cannot be run, fails, takes too long, or prints something else; UsageError if its quotes do not match.
    """
    try:
        words = shlex.split(source.line)
    except ValueError as error:
        raise UsageError(f"command:{source.line}: {error}") from error
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program, and no shell
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, timeout=COMMAND_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NoAddress(f"{source.line!r} did not end within {COMMAND_SECONDS} s") from None
    except OSError as error:
        raise NoAddress(f"{source.line!r} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise NoAddress(f"{source.line!r} failed with status {done.returncode}")
    line = done.stdout.decode(errors="replace").partition("\n")[0].strip()
    try:
        return parse_address(line)
    except InvalidText as error:
        raise NoAddress(f"{source.line!r} printed no address: {error.text}") from error

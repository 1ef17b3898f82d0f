"""Measures parts, prints their tables, and writes the results: `python -m lab.bench [--help] [PART...]`."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from lab.bench.commands import KEPT, ROOT, Commands
from lab.bench.context import Context
from lab.bench.goals import verdicts
from lab.bench.output import RESULTS, earlier, write
from lab.bench.parts import PARTS
from lab.bench.results import Part, Results
from lab.bench.table import tables
from lab.errors import LabFailed

_DOCS = ROOT / "docs"
_BUSY = 0.5
"""The load, in the last minute, from which other processes take part of the time that is measured."""


def main() -> None:
    """Measure what the command line names; without a name, all parts."""
    arguments = _parser().parse_args()
    unknown = [name for name in arguments.parts if name not in PARTS]
    if unknown:
        sys.exit(f"bench: there is no part {unknown[0]!r}: {', '.join(PARTS)}")
    if arguments.page:
        write(Results.from_json((_DOCS / RESULTS).read_text(encoding="utf-8")), _DOCS)
        return
    _warn_if_busy()
    try:
        results = _measured(arguments.parts or list(PARTS))
    except LabFailed as error:
        sys.exit(f"bench: {error}")
    if not arguments.parts:
        write(results, _DOCS)


def _parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:10} {part.about}" for name, part in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m lab.bench",
        description="Without PART, all parts are measured, and docs/speed.md is made of the figures. With PART, only "
        "these are measured; page, plots and raw figures go to .bench/ and replace what is there of these parts.",
        epilog=f"parts:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", metavar="PART", nargs="*", help="a part to measure")
    parser.add_argument(
        "--page", action="store_true", help="measure nothing: make docs/speed.md and its plots of docs/speed.json"
    )
    return parser


def _warn_if_busy() -> None:
    load = os.getloadavg()[0]
    if load > _BUSY:
        print(f"bench: this machine is busy (load {load:.1f}): the figures will say little", file=sys.stderr)


def _measured(names: Sequence[str]) -> Results:
    """Measure the parts, and add what was measured before with the same programs on the same machine."""
    commands = Commands.install()
    context, results = Context(commands), earlier(KEPT, commands.facts)
    for name in names:
        started = time.monotonic()
        tasks = PARTS[name].measure(context)
        part = Part(tuple(tasks), f"{datetime.now(UTC):%Y-%m-%d}", time.monotonic() - started)
        print(f"\n## {name}: {PARTS[name].about} ({part.took:.0f} s)\n\n{tables(part.tasks)}", flush=True)
        results = results.with_part(name, part)
        write(results, KEPT)  # at once: a later part may fail
    print("\n## Goals\n")
    for verdict in verdicts(results.of(names)):
        print(verdict)
    return results


if __name__ == "__main__":
    main()

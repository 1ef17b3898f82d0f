"""Measures parts, prints their tables, and writes the results: `python -m lab.bench [--help] [PART...]`."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from lab.bench.commands import KEPT, ROOT, Commands
from lab.bench.context import Context
from lab.bench.goals import verdicts
from lab.bench.output import RESULTS, write
from lab.bench.parts import PARTS
from lab.bench.results import Part, Results
from lab.bench.table import tables

_DOCS = ROOT / "docs"


def main() -> None:
    """Measure what the command line names; without a name, all parts."""
    arguments = _parser().parse_args()
    unknown = [name for name in arguments.parts if name not in PARTS]
    if unknown:
        sys.exit(f"bench: there is no part {unknown[0]!r}: {', '.join(PARTS)}")
    if arguments.page:
        write(Results.from_json((_DOCS / RESULTS).read_text(encoding="utf-8")), _DOCS)
        return
    results = _measured(arguments.parts or list(PARTS))
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


def _measured(names: Sequence[str]) -> Results:
    """Measure the parts, and add what was measured before with the same programs on the same machine."""
    commands = Commands.install()
    context, results = Context(commands), _earlier(KEPT / RESULTS, commands.facts)
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


def _earlier(path: Path, facts: dict[str, str]) -> Results:
    if path.exists():
        found = Results.from_json(path.read_text(encoding="utf-8"))
        if found.facts == facts:
            return found
    return Results(facts)


if __name__ == "__main__":
    main()

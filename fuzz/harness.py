"""Fuzz one target under libFuzzer: `python -m fuzz.harness TARGET [libFuzzer's arguments]`.

New inputs are saved in fuzz/corpus/TARGET, which starts with the target's seeds. With a file as argument, only that
input is run, once; use this to repeat a failure.
"""

import contextlib
import hashlib
import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"


def main() -> None:
    """Run the target that the command line names."""
    name, *arguments = sys.argv[1:]
    atheris = importlib.import_module("atheris")  # not a plain import: only `make fuzz` installs it
    with atheris.instrument_imports(include=["dns_update"]):
        target = importlib.import_module(f"fuzz.targets.{name}")
        documented = importlib.import_module("dns_update.errors").DnsUpdateError

    def run_once(data: bytes) -> None:
        with contextlib.suppress(documented):
            target.check(data)

    if all(argument.startswith("-") for argument in arguments):
        arguments.append(str(_plant(CORPUS / name, target.SEEDS)))
    atheris.Setup([sys.argv[0], *arguments], run_once)
    atheris.Fuzz()


def _plant(corpus: Path, seeds: Iterable[bytes]) -> Path:
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    return corpus


if __name__ == "__main__":
    main()

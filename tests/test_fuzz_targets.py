"""The fuzzer's targets still hold what they expect, of their seeds and of what is near them; `make fuzz` goes on."""

import importlib
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

import fuzz.targets
from dns_update.errors import DnsUpdateError

TARGETS = sorted(path.stem for path in Path(fuzz.targets.__file__).parent.glob("[a-z]*.py"))
NEAR = 20  # inputs, each a seed with one octet cut, changed or twice there


def near(seed: bytes, random: Random) -> bytes:
    """Return a seed that is not quite one."""
    if not seed:
        return random.randbytes(3)
    at = random.randrange(len(seed))
    return seed[:at] + random.choice([b"", random.randbytes(1), seed[at : at + 1] * 2]) + seed[at + 1 :]


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_for_its_seeds_and_near_them(name: str) -> None:
    target = importlib.import_module(f"fuzz.targets.{name}")
    random = Random(name)  # noqa: S311 - inputs, not secrets; the same ones in each run
    assert target.SEEDS
    for seed in target.SEEDS:
        for data in (seed, *(near(seed, random) for _ in range(NEAR))):
            with suppress(DnsUpdateError):
                target.check(data)

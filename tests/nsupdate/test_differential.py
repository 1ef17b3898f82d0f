"""Each script of the corpus, run once by the real nsupdate and once by ours, against twin zones of a real BIND."""

from collections import Counter
from collections.abc import Iterator

import pytest

from lab.namespace import unavailable_because
from lab.versions import is_within
from tests.nsupdate.scripts import Better, Location, Script, load
from tests.nsupdate.twins import IS_REAL_ON_BOTH_SIDES, REAL, UNDER_TEST, Outcome, Side, Twins, twins

SCRIPTS = load()


@pytest.fixture(scope="session")
def machine_twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Two servers on ports of their own, with every script's zones."""
    with twins(tmp_path_factory.mktemp("twins"), SCRIPTS, Location.MACHINE) as both:
        yield both


@pytest.fixture(scope="session")
def namespace_twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Two servers, each on port 53 of its own namespace, where it is also the resolver."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with twins(tmp_path_factory.mktemp("namespaces"), SCRIPTS, Location.NAMESPACE) as both:
        yield both


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.subject}: {script.name}")
def test_both_do_the_same(script: Script, request: pytest.FixtureRequest) -> None:
    both: Twins = request.getfixturevalue(f"{script.place.value}_twins")
    better = script.better if script.better is not None and is_within("nsupdate", script.better.versions) else None
    before = both.ours.records(script) if better is not None else ()
    real = both.real.run(REAL, script)
    ours = both.ours.run(UNDER_TEST, script)
    if better is None or IS_REAL_ON_BOTH_SIDES:
        assert ours.under(script.text) == real.under(script.text)
        return
    added = [both.ours.fill(better.adds, script)] if better.adds else []
    assert ours.status == better.status, ours.stderr
    assert list(ours.records) == sorted([*(before if better.keeps_zone else real.records), *added])
    assert _says(ours, both.ours, script, better), ours.stderr
    # Otherwise the table would claim a difference where there is none.
    is_said_by_both = _says(real, both.ours, script, better)
    assert ours.status != real.status or ours.records != real.records or not is_said_by_both


def _says(outcome: Outcome, side: Side, script: Script, better: Better) -> bool:
    """Return whether a run printed the text that the difference names; if that is empty, whether it printed nothing."""
    said = outcome.stdout + outcome.stderr
    text = side.fill(better.says or "", script)
    return better.says is None or (text in said if text else not said)


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    assert len(SCRIPTS) >= 150
    assert [name for name, count in Counter(script.name for script in SCRIPTS).items() if count > 1] == []


def test_each_deliberate_difference_has_a_reason() -> None:
    assert all(script.better.reason for script in SCRIPTS if script.better is not None)

"""What `set` and `check` say of set-ups that are broken in one way each: the cause, and the next thing to do."""

from pathlib import Path

import pytest

from tests.support.broken import SET_UPS, SetUp
from tests.support.command import dns_update


@pytest.mark.parametrize("set_up", SET_UPS, ids=lambda set_up: set_up.name)
def test_set_names_the_cause(set_up: SetUp, tmp_path: Path) -> None:
    with set_up.started(tmp_path) as words:
        result = dns_update("set", *words)
        found = dns_update("set", *words, "json=yes").json["error"]["diagnosis"] or ""
    assert result.status not in (0, 1)
    assert found == set_up.cause, result.stderr
    said = result.stderr
    for words_said in set_up.says:
        assert words_said in said


@pytest.mark.parametrize("set_up", [one for one in SET_UPS if not one.only_by_update], ids=lambda set_up: set_up.name)
def test_check_names_the_cause(set_up: SetUp, tmp_path: Path) -> None:
    with set_up.started(tmp_path) as words:
        shown = dns_update("check", *[word for word in words if not word.startswith("check-names=")])
        result = dns_update("check", *[word for word in words if not word.startswith("check-names=")], "json=yes")
    assert result.status == shown.status
    assert result.status not in (0, 1, 2), shown.stdout
    failed = [step for step in result.json["steps"] if step["mark"] == "failed"]
    assert failed[0]["cause"] == (set_up.cause or failed[0]["cause"]), shown.stdout
    for said in set_up.says:
        assert said in shown.stdout

"""What `set` says of set-ups that are broken in one way each: the cause, and the next thing to do."""

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

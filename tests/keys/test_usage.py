"""An older key is used no more once the last change at each server was made with the newer one."""

from __future__ import annotations

import pytest

from dns_update.keys.usage import STILL_USED, UNKNOWN, USED_NO_MORE, Usage, Use, usage_of

OLD, NEW = "a", "a-2026-11-30"


@pytest.mark.parametrize(
    ("uses", "usage"),
    [
        ([], Usage(UNKNOWN, None, None)),
        ([Use(1, "s", OLD)], Usage(UNKNOWN, 1, None, ("s",))),
        ([Use(1, "s", OLD), Use(2, "s", NEW)], Usage(USED_NO_MORE, 1, 2)),
        ([Use(1, "s", OLD), Use(2, "s", NEW), Use(3, "s", OLD)], Usage(STILL_USED, 3, 2, ("s",))),
        ([Use(1, "s", OLD), Use(2, "t", NEW)], Usage(STILL_USED, 1, 2, ("s",))),
        ([Use(1, "s", "other"), Use(2, "s", NEW), Use(3, "s", "")], Usage(USED_NO_MORE, None, 2)),
    ],
)
def test_what_the_records_say(uses: list[Use], usage: Usage) -> None:
    assert usage_of(uses, OLD, NEW) == usage

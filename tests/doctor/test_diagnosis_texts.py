"""The sentences of diagnoses: there are some for each cause, and they name what they mean to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.doctor import diagnoses
from dns_update.doctor.diagnosis import Case, diagnosis_of
from dns_update.doctor.diagnosis_texts import TEXTS
from dns_update.doctor.other_keys import READINGS
from dns_update.doctor.questions import Questions
from dns_update.doctor.server_kind import ServerKind
from dns_update.errors.hints import PROPERTIES
from dns_update.wire.codes import RRClass
from tests.client.replies import HOME, ZONE
from tests.doctor.seen import FIRST

_CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
FILES = sorted(Path(diagnoses.__path__[0]).glob("*.py"))


def causes_in(path: Path) -> Iterator[str]:
    """Yield the causes that a file names: texts of words that are joined by hyphens."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
            yield node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_cause_has_sentences(path: Path) -> None:
    assert not [cause for cause in causes_in(path) if cause not in TEXTS]


def test_each_reading_of_a_secret_has_sentences() -> None:
    assert not [reading for reading in READINGS if f"secret-{reading}" not in TEXTS]


def test_no_detail_has_the_name_of_a_property() -> None:
    """A property's name in a sentence would be written instead of the detail."""
    case = Case(HOME, ZONE, None)
    found = diagnosis_of(Questions(FIRST, RRClass.IN, 0), case, ServerKind(""), "no-zone")
    assert not PROPERTIES & found.details.keys()

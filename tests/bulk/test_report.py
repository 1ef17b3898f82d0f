"""The report of a bulk run: its lines, what is gone on from, and what is not."""

import csv
import errno
import json
import os
from pathlib import Path

import pytest

from dns_update import NotNow, PermissionDenied, UsageError, Wish
from dns_update.bulk import BulkOutcome
from dns_update.bulk.report import COLUMNS, PAGE, Report
from dns_update.transport import Endpoint

SERVER = Endpoint("192.0.2.53")
NAMES = ("report.csv", "report.jsonl")


def wish(number: int, address: str = "192.0.2.1", ttl: int = 60) -> Wish:
    return Wish.from_text(f"host-{number}", address, zone="example.com", ttl=ttl)


def outcomes(count: int) -> list[BulkOutcome]:
    denied = PermissionDenied('no,\n "quotes"' + "x" * 1000)
    return [
        BulkOutcome(wish(n), "refused", denied, None, SERVER) if n % 7 == 3 else BulkOutcome(wish(n), "updated")
        for n in range(count)
    ]


def written(path: Path, count: int, *, resumes: bool = False) -> None:
    report = Report(str(path), resumes=resumes)
    for outcome in outcomes(count):
        report.add(outcome)
    report.close()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            return list(csv.DictReader(file))
        return [json.loads(line) for line in file if not line.isspace()]


@pytest.mark.parametrize("name", NAMES)
def test_each_outcome_has_a_line(name: str, tmp_path: Path) -> None:
    written(tmp_path / name, 500)
    found = rows(tmp_path / name)
    assert [row["name"] for row in found] == [f"host-{n}.example.com" for n in range(500)]
    assert tuple(found[0]) == COLUMNS
    assert found[3]["state"] == "refused"
    assert found[3]["server"] == "192.0.2.53"
    assert found[3]["reason"].startswith('Permission denied: no, "quotes"xxx')


@pytest.mark.parametrize("name", NAMES)
def test_no_line_crosses_the_end_of_a_page(name: str, tmp_path: Path) -> None:
    written(tmp_path / name, 1000)
    octets = (tmp_path / name).read_bytes()
    assert len(octets) > 10 * PAGE
    assert all(octets[end - 1 : end] == b"\n" for end in range(PAGE, len(octets), PAGE))


@pytest.mark.parametrize("name", NAMES)
def test_a_later_run_goes_on_from_it(name: str, tmp_path: Path) -> None:
    written(tmp_path / name, 100)
    report = Report(str(tmp_path / name), resumes=True)
    assert report.has(wish(1))
    assert not report.has(wish(3))  # it was refused
    assert not report.has(wish(1, "192.0.2.2"))
    assert not report.has(wish(1, ttl=61))
    assert not report.has(wish(200))
    assert report.states == {"updated": 86, "refused": 14}
    report.add(BulkOutcome(wish(3), "updated"))
    report.close()
    again = Report(str(tmp_path / name), resumes=True)
    assert again.has(wish(3))
    again.close()


def test_there_may_be_no_report_to_go_on_from(tmp_path: Path) -> None:
    written(tmp_path / "report.csv", 3, resumes=True)
    assert len(rows(tmp_path / "report.csv")) == 3


def test_a_report_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    written(tmp_path / "report.csv", 3)
    with pytest.raises(UsageError, match="report.csv is there already"):  # noqa: RUF043
        Report(str(tmp_path / "report.csv"), resumes=False)


def _cut(octets: bytes) -> bytes:
    return octets[:-10]


def _changed(octets: bytes) -> bytes:
    return octets.replace(b"refused", b"updated", 1)


def _without_a_line(octets: bytes) -> bytes:
    lines = octets.splitlines(keepends=True)
    return b"".join(lines[:5] + lines[6:])


def _swapped(octets: bytes) -> bytes:
    lines = octets.splitlines(keepends=True)
    return b"".join([*lines[:5], lines[6], lines[5], *lines[7:]])


DAMAGES = {
    _cut: "it is not whole",
    _changed: "it was changed, or lines before it are missing",
    _without_a_line: "it was changed, or lines before it are missing",
    _swapped: "it was changed, or lines before it are missing",
    lambda octets: octets + b"something else\n": "it is not a line of a report",
    lambda _octets: b"name,address\nhome,192.0.2.1\n": "it is not a line of a report",
    lambda octets: octets + b'{"name": 1}\n': "it is not a line of a report",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_a_report_that_is_cut_or_changed_is_not_gone_on_from(name: str, damage: object, tmp_path: Path) -> None:
    path = tmp_path / name
    written(path, 50)
    octets = damage(path.read_bytes())  # type: ignore[operator]
    path.write_bytes(octets)
    with pytest.raises(UsageError, match=DAMAGES[damage]):  # type: ignore[index]
        Report(str(path), resumes=True)
    assert path.read_bytes() == octets


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(str(tmp_path / "report.csv"), resumes=False)
    pages = []

    def write(file: int, octets: bytes) -> int:
        pages.append(octets)
        if len(pages) == 3:
            return real(file, octets[:100])
        if len(pages) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, octets)

    real = os.write
    monkeypatch.setattr(os, "write", write)
    with pytest.raises(NotNow, match=r"cannot write .*: No space left on device"):
        any(map(report.add, outcomes(1000)))
    monkeypatch.undo()
    assert (tmp_path / "report.csv").read_bytes().endswith(b"\n")
    Report(str(tmp_path / "report.csv"), resumes=True).close()


@pytest.mark.parametrize(
    ("path", "wrong"),
    [("none/report.csv", "there is no such directory"), ("", "is not a file")],
)
def test_a_report_that_cannot_be_written(path: str, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=wrong):
        Report(str(tmp_path / path) if path else str(tmp_path), resumes=bool(not path))

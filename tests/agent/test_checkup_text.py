"""What a check has seen, as text and as a status; of things that no server of the lab can be brought to."""

import pytest

from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.diagnosis import Diagnosis, Seen, Spot
from dns_update.agent.inspection import Look
from dns_update.cli.checkup import json_text, tell
from dns_update.client.plan import Desired
from dns_update.client.probe import UNKNOWN, Access
from dns_update.errors import DnsUpdateError, NoAddress, NoResponse, PermissionDenied
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRType
from tests.client.replies import ADDRESS, HOME, SOA, ZONE


def seen_at(*spots: Spot) -> Seen:
    seen = Seen(RecordSettings(HOME, ZONE, sources=(ADDRESS,)), Desired({RRType.A: (ADDRESS,)}))
    seen.spots = spots
    seen.looks = {spot: Look(()) for spot in spots}
    return seen


def spot_of(host: str = "192.0.2.53") -> Spot:
    spot = Spot(ZONE, Endpoint(host), RecordSettings(HOME, ZONE, sources=(ADDRESS,)))
    spot.access = Access(SOA, UNKNOWN)
    return spot


def test_a_server_that_tells_nothing_of_permissions_is_not_said_to_permit(capsys: pytest.CaptureFixture[str]) -> None:
    spot = spot_of()
    diagnosis = Diagnosis([spot], [], [seen_at(spot)], [])
    tell(diagnosis)
    out = capsys.readouterr().out
    assert "does not tell beforehand what it permits" in out
    assert '"permitted": null' in json_text(diagnosis, "agent.toml")


def test_what_a_server_said_cannot_command_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    spot = spot_of()
    spot.error = NoResponse("\x1b[2J\nforged line", server="192.0.2.53")
    tell(Diagnosis([spot], [], [seen_at()], []))
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([], 0),
        ([NoAddress("none")], 3),
        ([NoResponse("a", server="a"), NoResponse("b", server="b")], 4),
        ([NoResponse("a", server="a"), PermissionDenied("b")], 10),
    ],
)
def test_the_exit_status(errors: list[DnsUpdateError], status: int) -> None:
    assert Diagnosis([], [], [], errors).exit_status == status

"""Reading back: what may just be late is read again, for a time; what is not is told at once."""

from collections.abc import Iterable

from dns_update import Name, NotApplied, Wish
from dns_update.bulk.picture import Found
from dns_update.bulk.proof import Proof

ZONE = Name.from_text("example.com")
WISHES = [Wish.from_text(f"h{n}", "192.0.2.1", zone=ZONE, ttl=60) for n in range(3)]
RIGHT, NOTHING = Found(60, frozenset([bytes([192, 0, 2, 1])])), Found(0, frozenset())


class Server:
    """An access whose server shows the names one after the other, one more at each reading."""

    zone, rrclass = ZONE, 1

    def __init__(self, *, may_come: bool) -> None:
        self.now = 0.0
        self.readings: list[int] = []
        self._may_come = may_come

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def examine(self, wish: Wish) -> NotApplied:
        return NotApplied(str(wish.name), may_come=self._may_come)

    def read(self, wishes: Iterable[Wish]) -> list[tuple[Wish, Found]]:
        asked = list(wishes)
        self.readings.append(len(asked))
        return [(wish, RIGHT if int(str(wish.name)[1]) < len(self.readings) else NOTHING) for wish in asked]


def proven(server: Server, patience: float) -> dict[str, bool]:
    """Return for each name whether it is as desired."""
    proof = Proof(server)  # type: ignore[arg-type]
    proof.add(list(WISHES))
    return {str(wish.name): error is None for wish, error in proof.proven(server.read, server.read, patience)}


def test_what_is_late_is_read_again() -> None:
    server = Server(may_come=True)
    assert proven(server, 10.0) == dict.fromkeys(["h0.example.com", "h1.example.com", "h2.example.com"], True)
    assert server.readings == [3, 2, 1]
    assert server.now < 1


def test_it_is_not_waited_for_longer_than_the_patience() -> None:
    server = Server(may_come=True)
    assert proven(server, 0.01) == {"h0.example.com": True, "h1.example.com": True, "h2.example.com": False}


def test_what_cannot_come_is_told_at_once() -> None:
    server = Server(may_come=False)
    assert proven(server, 10.0) == {"h0.example.com": True, "h1.example.com": False, "h2.example.com": False}
    assert (server.readings, server.now) == ([3], 0.0)

"""docs/agent.md shows what `--check --online` prints."""

from lab import dig
from tests.test_agent_doc import PAGE, Machine, machine

__all__ = ["machine"]

WWW = '[[records]]\nname = "www.example.com"\naddress = "interface:ppp0/ipv4"\n'


def test_the_check_is_shown_as_it_is_printed(machine: Machine) -> None:
    with machine.configuration.open("a", encoding="utf-8") as configuration:
        configuration.write(WWW)
    shown = PAGE.shown("console online", "Would it work?")
    assert machine.console(shown, agent=f"config={machine.configuration}") == shown
    assert machine.addresses() == []
    assert int(dig(machine.server, "example.com", "SOA")[0].split()[6]) == 1

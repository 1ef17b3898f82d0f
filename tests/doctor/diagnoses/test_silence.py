"""Why no answer comes, where a resolver is behind what drops updates, or the address looks like one with a port."""

from pathlib import Path

import pytest

from dns_update.errors import NoResponse
from dns_update.transport import Endpoint
from lab import Bind
from lab.others import Unbound
from tests.doctor.diagnoses.told import told_by_set
from tests.doctor.test_diagnosis_scripted import cause, diagnosed
from tests.support.broken.servers import KEY, line
from tests.support.forwarder import Forwarder
from tests.support.peer import is_update


def test_a_resolver_behind_a_firewall_that_drops_updates_is_still_a_resolver(tmp_path: Path) -> None:
    with (
        Bind(tmp_path / "upstream", readonly_keys=[KEY]) as upstream,
        Unbound(tmp_path / "unbound", upstream=upstream) as resolver,
        Forwarder(resolver, lambda _by, message: is_update(message)) as firewall,
    ):
        told = told_by_set(line(firewall.address, tmp_path, KEY, "timeout=0.5"))
    assert (told.status, told.cause) == (4, "is-resolver-beside")
    assert "is a resolver (Unbound" in told.text


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("2001:db8::53:5353", "port-in-address"),
        ("2001:db8::53", "silent"),  # 2001:db8: is not an address
        ("2001:db8::5a", "silent"),
        ("192.0.2.53", "silent"),
    ],
)
def test_only_the_end_of_an_address_that_can_be_a_port_is_taken_for_one(address: str, found: str) -> None:
    """No machine has such an address, and no packet may leave this one, so the network is a script."""
    endpoint = Endpoint(address)
    assert cause(diagnosed(lambda _sent, _message: (), NoResponse("silent", endpoint=endpoint), endpoint)) == found

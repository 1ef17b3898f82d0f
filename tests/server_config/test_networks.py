import pytest

from dns_update.server_config.networks import is_in_network, is_loopback
from dns_update.wire.inet import parse_address


@pytest.mark.parametrize(
    ("address", "network", "expected"),
    [
        ("192.0.2.1", "192.0.2.0/24", True),
        ("192.0.2.1", "192.0.2/24", True),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.3.1", "192.0.2.0/24", False),
        ("10.1.2.3", "10/8", True),
        ("192.0.2.1", "0.0.0.0/0", True),
        ("2001:db8::1", "0.0.0.0/0", False),
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:db9::1", "2001:db8::/32", False),
        ("192.0.2.5", "192.0.2.1-192.0.2.9", True),
        ("192.0.2.10", "192.0.2.1-192.0.2.9", False),
        ("192.0.2.1", "lan", None),
        ("192.0.2.1", "192.0.2.0/33", None),
        ("192.0.2.1", "192.0.2.1-x", None),
        ("192.0.2.1", "", None),
    ],
)
def test_networks(address: str, network: str, expected: bool | None) -> None:
    assert is_in_network(parse_address(address), network) is expected


@pytest.mark.parametrize(("address", "expected"), [("127.8.9.1", True), ("::1", True), ("192.0.2.1", False)])
def test_loopback(address: str, expected: bool) -> None:
    assert is_loopback(parse_address(address)) is expected

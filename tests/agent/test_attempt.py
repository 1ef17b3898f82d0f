"""Which server an error or an outcome is about."""

import pytest

from dns_update.agent.attempt import is_of_server
from dns_update.transport import Endpoint, Server

ADDRESSES = ("192.0.2.7", "2001:db8::7")


@pytest.mark.parametrize(
    ("server", "endpoint", "is_there"),
    [
        ("192.0.2.1", Endpoint("192.0.2.1"), True),
        ("192.0.2.1:5353", Endpoint("192.0.2.1"), False),
        ("192.0.2.1:5353", Endpoint("192.0.2.1", 5353), True),
        ("[2001:db8::1]:5353", Endpoint("2001:db8::1", 5353), True),
        ("192.0.2.7", None, False),
        ("ns.example.com", "ns.example.com", True),
        ("ns.example.com:5353", "ns.example.com", True),
        ("ns.example.com", Endpoint("192.0.2.7"), True),
        ("ns.example.com:5353", Endpoint("192.0.2.7"), False),
        ("ns.example.com:5353", Endpoint("192.0.2.7", 5353), True),
        ("ns.example.com", Endpoint("2001:db8::7"), True),
        ("ns.example.com", Endpoint("192.0.2.8"), False),
        ("ns.example.com", None, False),
    ],
)
def test_an_endpoint_is_of_the_server_whose_address_it_is(server: str, endpoint: object, *, is_there: bool) -> None:
    assert is_of_server(endpoint, Server.from_text(server), ADDRESSES) == is_there

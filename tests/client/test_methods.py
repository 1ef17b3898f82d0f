"""The methods of both clients: made from the same requests, with docstrings and signatures."""

import inspect
from collections.abc import Callable

import pytest

from dns_update import AsyncClient, Client, UsageError
from dns_update.client.requests import add_records, delete_records, send_update, set_records, show_records
from dns_update.transport.memory import MemoryTransport

REQUESTS: dict[str, Callable[..., object]] = {
    "set": set_records,
    "add": add_records,
    "delete": delete_records,
    "show": show_records,
    "send": send_update,
}


def nothing(_sent: object) -> str:
    raise AssertionError("a message was sent")


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_method_has_the_arguments_and_the_text_of_its_request(kind: type[Client | AsyncClient], name: str) -> None:
    bound = inspect.signature(getattr(kind("192.0.2.1"), name))
    _transaction, *arguments = inspect.signature(REQUESTS[name]).parameters.values()
    assert list(bound.parameters.values()) == arguments
    method = getattr(kind, name)
    assert (method.__name__, method.__doc__) == (name, REQUESTS[name].__doc__)
    assert inspect.iscoroutinefunction(method) == (kind is AsyncClient)


def test_both_clients_have_the_same_methods_in_the_same_order() -> None:
    of_blocking, of_async = ([name for name in vars(kind) if name[0] != "_"] for kind in (Client, AsyncClient))
    assert of_blocking == of_async
    assert of_blocking[: len(REQUESTS)] == list(REQUESTS)


def test_the_values_of_a_method_are_those_of_its_signature() -> None:
    client = Client("192.0.2.1", transport=MemoryTransport(nothing))
    with pytest.raises(TypeError, match="unexpected keyword argument 'rtype'"):
        client.set("home", rtype="A")  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="require cannot be 'exists'"):
        client.set("home.example.com", "192.0.2.1", require="exists")  # type: ignore[arg-type]

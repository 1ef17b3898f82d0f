"""The real servers that tests speak to: one of each for a whole worker, started when a test first asks for it."""

import itertools
import os
import signal
from collections.abc import Iterator
from types import FrameType

import dns.version
import pytest
from hypothesis import settings

from lab import Bind, Knot, LabKey, NameServer, Namespace, PowerDns, Zone
from lab.namespace import unavailable_because
from lab.versions import all_versions
from tests.support.kerberos import Realm, realm_at

# Every run is the same; looking for what nobody has thought of is `make fuzz`'s work.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")


def pytest_configure() -> None:
    """Let programs that tests start hear of SIGINT: in the background of a shell, a job and its children ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    """Tell which servers and peers the tests speak to: what they really do depends on it."""
    return f"{all_versions()}, dnspython {dns.version.version}"


TEST_DEADLINE = 300.0  # seconds: no test takes a tenth of that, and one that hangs must not take the whole run with it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let a test fail that has not ended after a time, and say where it was."""

    def overdue(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"{item.nodeid} has not ended within {TEST_DEADLINE:g} s")

    previous = signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, TEST_DEADLINE)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


_LABELS = itertools.count(1)
_FURTHER_ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha384", "hmac-sha512")


@pytest.fixture(scope="session", autouse=True)
def no_configuration_of_this_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the configuration of the user who runs the tests, and the variables that take the place of properties."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DNS_UPDATE_") and name != "DNS_UPDATE_NSUPDATE"]:
            patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


def _serve(kind: type[NameServer], factory: pytest.TempPathFactory) -> NameServer:
    keys = [LabKey.generate("ddns-key", "hmac-sha256")]
    keys += [LabKey.generate(f"{algorithm}-key", algorithm) for algorithm in _FURTHER_ALGORITHMS]
    return kind(factory.mktemp(kind.__name__.lower()), keys=keys, readonly_keys=[LabKey.generate("reader")])


@pytest.fixture(scope="session")
def has_namespaces() -> None:
    """Skip a test where no namespace can be made."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """BIND with example.com, a key for each algorithm (`bind.keys[0]` for HMAC-SHA256), and one that may only read."""
    with _serve(Bind, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Knot with the same."""
    with _serve(Knot, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def powerdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """PowerDNS with the same."""
    with _serve(PowerDns, tmp_path_factory) as server:
        yield server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> NameServer:
    """Return the server that a test's parameter names: `bind`, `knot` or `powerdns`."""
    named = request.getfixturevalue(request.param)
    assert isinstance(named, NameServer)
    return named


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """BIND on port 53 of a network namespace of its own (`network.namespace`), which is its system's resolver, too.

    It listens on 127.0.0.8 as well and not on 127.0.0.9: a host can have both, and one of them is dead.
    """
    zones = [
        Zone("example.com", records="alias CNAME target.example.net.\nmoved DNAME example.net.\nhome A 192.0.2.1"),
        Zone("example.net", ttl=1800),
        Zone("sub.example.com", ttl=900),
    ]
    keys = [LabKey.generate("ddns-key", "hmac-sha256")]
    options = "listen-on port 53 { 127.0.0.8; };"
    directory = tmp_path_factory.mktemp("network")
    with Namespace() as namespace:
        for address in ("127.0.0.8/32", "127.0.0.9/32"):  # alike, so that the C library keeps the order of a host's
            namespace.ip("address", "add", address, "dev", "lo")
        with Bind(directory, zones=zones, keys=keys, options=options, namespace=namespace, port=53) as server:
            yield server


@pytest.fixture(scope="session")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """Start a Kerberos realm: a KDC, a BIND that takes GSS-TSIG, and one that does not."""
    with realm_at(tmp_path_factory.mktemp("realm")) as realm:
        yield realm


@pytest.fixture
def unique_name() -> str:
    """Return a label that no other test of this worker's servers uses."""
    return f"test-{next(_LABELS)}"

"""A program that can open no more files: its requests fail as usual, and no module has to be loaded for that."""

import subprocess
import sys

import pytest

PROGRAM = """\
import resource, sys
from dns_update import Client, DnsUpdateError, Policy
from dns_update.transport.memory import MemoryTransport
from tests.client.replies import Scripted, said

transports = {
    "no socket": None,
    "refused": MemoryTransport(Scripted(said(5), said(0))),
    "not applied": MemoryTransport(Scripted(said(0), said(0))),
}
client = Client("127.0.0.1:1", transport=transports[sys.argv[1]], policy=Policy(timeout=0.1, retries=0))
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
try:
    client.set("home", "192.0.2.1", zone="example.com", ttl=60)
except DnsUpdateError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("no socket", "NoResponse No answer from 127.0.0.1:1: too many open files (1 try by UDP"),
        ("refused", "PermissionDenied Permission denied: 127.0.0.1:1 refuses"),
        ("not applied", "NotApplied Update not applied: 127.0.0.1:1 said NOERROR"),
    ],
)
def test_a_request_fails_with_an_error_of_ours(what: str, told: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, what], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(told)

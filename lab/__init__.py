"""Throwaway name servers on loopback, for the demo, the tests and the benchmarks.

Each server is a real one from Debian's packages, in the foreground, with its own directory and port:

    with Bind(directory, keys=[LabKey.generate()]) as server:
        print(dig(server, "example.com", "SOA"))
"""

from lab.bind import Bind
from lab.errors import DigFailed, LabFailed, ServerFailed
from lab.key import LabKey
from lab.knot import Knot
from lab.namespace import Namespace
from lab.powerdns import PowerDns
from lab.server import NameServer, dig
from lab.zone import Zone

__all__ = [
    "Bind",
    "DigFailed",
    "Knot",
    "LabFailed",
    "LabKey",
    "NameServer",
    "Namespace",
    "PowerDns",
    "ServerFailed",
    "Zone",
    "dig",
]

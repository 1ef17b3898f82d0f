"""An update of many names, built, encoded and signed: our library beside dnspython, in this process."""

import time
from collections.abc import Callable, Sequence

import dns.name
import dns.tsig
import dns.tsigkeyring
import dns.update

from dns_update.auth import Key
from dns_update.auth.tsig import sign
from dns_update.update import Update
from lab.bench.context import Context
from lab.bench.results import Row, Run, Task
from lab.bench.runs import Contender, Turns, by_turns
from lab.key import LabKey

_NAMES = 1000
_TURNS = Turns(15)
OURS, DNSPYTHON = "dns_update", "dnspython"
ENCODED = f"an update that replaces {_NAMES:,} names, encoded and signed"
BUILT = f"an update that replaces {_NAMES:,} names, built, encoded and signed"


def measure_encoding(_context: Context) -> Sequence[Task]:
    """Measure both libraries."""
    secret = LabKey.generate()
    key = Key.from_secret(secret.name, secret.secret, secret.algorithm)
    keyring = dns.tsigkeyring.from_text({secret.name: secret.secret})
    names = [(f"host-{number}", f"203.0.{number >> 8}.{number & 0xFF}") for number in range(_NAMES)]

    def built() -> Update:
        update = Update("example.com")
        for name, address in names:
            update = update.replace(name, 300, "A", address)
        return update

    def built_by_dnspython() -> dns.update.UpdateMessage:
        update = dns.update.UpdateMessage("example.com", keyring=keyring, keyalgorithm=dns.tsig.HMAC_SHA256)
        for name, address in names:
            update.replace(name, 300, "A", address)
        return update

    ours, theirs = built(), built_by_dnspython()
    return [
        _task(ENCODED, lambda: _signed(ours, key), theirs.to_wire),
        _task(BUILT, lambda: _signed(built(), key), lambda: built_by_dnspython().to_wire()),
    ]


def _task(title: str, ours: Callable[[], bytes], theirs: Callable[[], bytes]) -> Task:
    contenders = [
        Contender(Row(program=OURS, names=_NAMES), lambda: _timed(ours)),
        Contender(Row(program=DNSPYTHON, names=_NAMES), lambda: _timed(theirs)),
    ]
    return by_turns(title, contenders, _TURNS, base=DNSPYTHON)


def _signed(update: Update, key: Key) -> bytes:
    return sign(update.to_message().encode(1), key, time_signed=int(time.time()))[0]


def _timed(action: Callable[[], bytes]) -> Run:
    started = time.perf_counter()
    action()
    return Run(time.perf_counter() - started)

"""Updates that are signed by SIG(0): asking again where the server may be busy, and what its refusals can mean.

No answer is signed, and two response codes stand for many causes. BIND says REFUSED, too, if more such messages come at
a time than its `sig0checks-quota` allows, which is one by default.
"""

from __future__ import annotations

import random

from dns_update import errors
from dns_update.auth.sig0 import WINDOW
from dns_update.client.steps import Ask, Pause
from dns_update.exchange import Reply
from dns_update.wire.codes import Rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TRIES = 5  # after the first REFUSED
_LONGEST_FIRST = 0.05  # seconds: a server verifies a signature in less than a millisecond


def pauses(tries: int = TRIES) -> Iterator[float]:
    """Yield the seconds to wait before each further try: random, so that two clients do not meet again and again."""
    for number in range(tries):
        yield random.uniform(0, _LONGEST_FIRST * 2**number)  # noqa: S311 - nothing depends on its being unknown


async def asked_again(ask: Ask, refused: Reply) -> Reply:
    """Send an update again that was refused; return the first answer that is not REFUSED, or else the last one.

    An answer is never one to a query, and so cannot be unverified. Raises NoResponse.
    """
    last = refused
    for seconds in pauses():
        await Pause(seconds)
        reply = await ask
        if isinstance(reply, Reply):  # always: nothing is verified with such a key
            last = reply
        if last.message.rcode != Rcode.REFUSED:
            break
    return last


def of_servfail(name: object) -> str:
    """Return what SERVFAIL to an update with the key of this name can mean."""
    return (
        f"with SIG(0), BIND says this if the clocks differ by more than {WINDOW} s, if no zone of the server has the "
        f"KEY record of {name}, or if that is of another private key; its log says which. It also says so if it cannot "
        "write the zone"
    )


def of_refused(name: object, grant: str) -> str:
    """Return what REFUSED to an update with the key of this name can mean; `grant` is the rule that is needed."""
    return errors.Hint(
        "BIND allows it by update-policy {{ {grant} }}; it also refuses if it is verifying another SIG(0) message "
        "(sig0checks-quota is 1 by default; it was tried {tries} times more), and BIND 9.18 from 9.18.28 on ignores "
        "SIG(0), as do Knot and PowerDNS: there, use a TSIG key in place of {of_key}",
        grant=grant,
        tries=TRIES,
        of_key=name,
    )

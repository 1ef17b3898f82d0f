"""Makes one name and the PTR records of its addresses right, as steps."""

from __future__ import annotations

from dns_update.agent.config.settings import PairSettings
from dns_update.client.locate import Target
from dns_update.client.outcome import Outcome
from dns_update.client.plan import Desired
from dns_update.client.reverse import PairWish, with_pairs
from dns_update.client.settings import ClientSettings
from dns_update.client.transaction import Transaction
from dns_update.wire.name import Name


async def reconcile_pairs(transaction: Transaction, target: Target, desired: Desired, pairs: PairSettings) -> Outcome:
    """Give a name the desired addresses, and these their PTR records; nothing is sent if all is as desired.

    Raises PartlyDone if it could not be done as a whole, nor undone, and any other Refusal or CommunicationError.
    """

    def reverse(name: Name) -> ClientSettings | None:
        return _settings_of(pairs.zone or name, pairs)

    wish = PairWish(
        verb="add" if desired.only_adds else "set",
        target=target,
        data=desired.data,
        ttl=desired.ttl,
        ptr_zone=pairs.zone,
        reverse=reverse,
    )
    return await with_pairs(transaction, wish)


def _settings_of(name: Name, pairs: PairSettings) -> ClientSettings | None:
    """Return how the zone of a reverse name is reached, if the configuration has a table for it."""
    holding = [(len(zone.labels), upstream) for zone, upstream in pairs.reverse if name.is_within(zone)]
    if not holding:
        return None
    _depth, upstream = max(holding, key=lambda pair: pair[0])
    return ClientSettings(
        upstream.servers, query_servers=upstream.query_servers, key=upstream.key, policy=upstream.policy
    )

"""All stories, in the order of the page, and where one of them makes no sense."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dns_update import GssKey, Key
from lab.servers_table.behaviours import (
    add_and_remove,
    both_families,
    bulk,
    changed_ttl,
    kept_ttl,
    many_changes,
    one_name_only,
    other_types,
    prerequisites,
    probe,
    set_address,
    transfer,
    unknown_type,
)
from lab.servers_table.refusals import (
    alias_beside,
    another_algorithm,
    another_class,
    conditions,
    last_name_server,
    malformed,
    no_such_zone,
    not_in_zone,
    not_permitted,
    primary_is_down,
    silence,
    unknown_key,
    without_a_key,
    wrong_clock,
    wrong_secret,
)
from lab.servers_table.site import Site, has_secret

Story: TypeAlias = Callable[[Site, str], None]

STORIES: tuple[Story, ...] = (
    set_address, add_and_remove, both_families, kept_ttl, changed_ttl, prerequisites, conditions, other_types,
    unknown_type, probe, many_changes, bulk, transfer, alias_beside, last_name_server, one_name_only, not_permitted,
    without_a_key, no_such_zone, not_in_zone, malformed, another_class, primary_is_down, silence, wrong_clock,
    unknown_key, another_algorithm, wrong_secret,
)  # fmt: skip
"""What every server is asked, in every way that it has. If the first one fails in a way, the server has not got it."""

ROWS: dict[str, tuple[Story, ...]] = {
    "NOTAUTH + BADKEY": (unknown_key, another_algorithm),
    "NOTAUTH + BADSIG": (wrong_secret,),
    "NOTAUTH + BADTIME": (wrong_clock,),
    "unsigned or wrongly signed reply to a signed request": (unknown_key, no_such_zone, wrong_secret),
    "NOTAUTH, no TSIG error": (no_such_zone, another_class),
    "NOTZONE": (not_in_zone,),
    "NXDOMAIN / NXRRSET from require=existing": (prerequisites, conditions),
    "YXDOMAIN / YXRRSET from require=absent": (prerequisites, conditions),
    "REFUSED": (not_permitted, without_a_key),
    "applied nothing (read-back differs)": (alias_beside, last_name_server),
    "no answer": (silence,),
    "SERVFAIL, FORMERR, NOTIMP": (primary_is_down, malformed, another_class, other_types),
}
"""Row of the message table to the stories in which a server gives it, or should."""


@dataclass(frozen=True)
class Senseless:
    """Stories that make no sense with some keys, and why."""

    stories: Sequence[Story]
    words: str
    applies: Callable[[Key | None], bool]


RULES = (
    Senseless(
        (one_name_only, wrong_clock, unknown_key, wrong_secret),
        "without a signature, there is no key or time that could be wrong",
        lambda key: key is None,
    ),
    Senseless((without_a_key,), "without a signature, it is what all the others do", lambda key: key is None),
    Senseless(
        (another_class,),
        "a ticket is for the host that the zone's SOA record names, in a class that has the zone",
        lambda key: isinstance(key, GssKey),
    ),
    Senseless(
        (another_algorithm,), "only keys with a shared secret have one of several", lambda key: not has_secret(key)
    ),
)


def senseless(story: Story, key: Key | None) -> str | None:
    """Return why a story makes no sense with a key; None if it does."""
    return next((rule.words for rule in RULES if story in rule.stories and rule.applies(key)), None)

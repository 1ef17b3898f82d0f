"""ACME's dns-01 challenge (RFC 8555, section 8.4): a token in a TXT record, and when every name server shows it.

The name that a certificate authority looks up may be an alias: then the token goes to the zone that holds the alias's
target, for which a key of its own is enough. The functions are requests like those of `dns_update.client.requests`:

    outcome = client.run(lambda transaction: present_token(transaction, challenge_name("example.com"), token))
    client.run(lambda transaction: wait_for_tokens(transaction, outcome, token, seconds=120.0))
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from dns_update import errors
from dns_update.client.aliases import followed
from dns_update.client.everywhere import NameServer, Wanted, wait_everywhere
from dns_update.client.outcome import Outcome
from dns_update.client.requests import add_records, delete_records
from dns_update.client.transaction import Transaction
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name

CHALLENGE_LABEL = b"_acme-challenge"
CHALLENGE_TTL = 60  # seconds: a token is of use for minutes, and a resolver should forget it as soon
_DIGEST_OCTETS = 32  # of SHA-256


def challenge_name(domain: Name | str) -> Name:
    """Return the name whose TXT records prove control of `domain`, or of its wildcard: both have the same.

    Raises InvalidText for a text that is not a name.
    """
    domain = Name.from_text(domain) if isinstance(domain, str) else domain
    labels = domain.labels[1:] if domain.labels[:1] == (b"*",) else domain.labels
    return Name(labels if labels[:1] == (CHALLENGE_LABEL,) else (CHALLENGE_LABEL, *labels))


def check_token(token: str) -> None:
    """Raise InvalidText for anything but 32 octets in base64url without padding (RFC 8555, section 8.4)."""
    try:
        octets = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != _DIGEST_OCTETS or base64.urlsafe_b64encode(octets).decode("ascii") != token + "=":
        raise errors.InvalidText(
            f"a text of {len(token)} characters is not a token of a dns-01 challenge",  # it may be the key's secret
            hint="a token has 43: a SHA-256 digest in base64url without padding, as the ACME client gives it",
        )


async def present_token(
    transaction: Transaction,
    name: Name,
    *tokens: str,
    zone: Name | None = None,
    ttl: int = CHALLENGE_TTL,
    dry_run: bool = False,
) -> Outcome:
    """Add tokens to the TXT records of a challenge's name, or of the name that it is an alias of.

    The tokens that are there already stay. `zone` is the zone that holds the records, if it should not be looked up.
    The outcome's `name` is the name that got the tokens.

    Raises UsageError for a token that is not one, NameNotFound for aliases that lead nowhere, and whatever `add` and
    the look-up of the zone raise.
    """
    for token in tokens:
        check_token(token)
    owner = await followed(transaction, name, zone)
    return await add_tokens(transaction, owner, *tokens, zone=zone, ttl=ttl, dry_run=dry_run)


async def remove_token(
    transaction: Transaction, name: Name, *tokens: str, zone: Name | None = None, dry_run: bool = False
) -> Outcome:
    """Remove these tokens, and no others, from where `present_token` has added them; the arguments are the same."""
    for token in tokens:
        check_token(token)
    owner = await followed(transaction, name, zone)
    return await delete_tokens(transaction, owner, *tokens, zone=zone, dry_run=dry_run)


async def add_tokens(
    transaction: Transaction,
    owner: Name,
    *tokens: str,
    zone: Name | None = None,
    ttl: int = CHALLENGE_TTL,
    dry_run: bool = False,
) -> Outcome:
    """Do as `present_token`, at a name that is known to be no alias."""
    values = [token_rdata(token) for token in tokens]
    return await add_records(
        transaction, owner, *values, rrtype=RRType.TXT, zone=zone, ttl=ttl, compare=True, dry_run=dry_run
    )


async def delete_tokens(
    transaction: Transaction, owner: Name, *tokens: str, zone: Name | None = None, dry_run: bool = False
) -> Outcome:
    """Do as `remove_token`, at a name that is known to be no alias."""
    values = [token_rdata(token) for token in tokens]
    return await delete_records(
        transaction, owner, *values, rrtype=RRType.TXT, zone=zone, compare=True, dry_run=dry_run
    )


def token_rdata(token: str) -> bytes:
    """Return the rdata of the TXT record of a token; raises InvalidText for a token that is not one."""
    check_token(token)
    return bytes([len(token)]) + token.encode("ascii")


async def wait_for_tokens(
    transaction: Transaction,
    presented: Outcome,
    *tokens: str,
    seconds: float,
    progress: Callable[[tuple[NameServer, ...], float], None] | None = None,
) -> tuple[NameServer, ...]:
    """Return the zone's name servers once each of them shows the tokens with authority.

    `presented` is the outcome of `present_token`: its server is asked for the name servers, and need not be one of
    them. `progress` is that of `wait_everywhere`. Raises UsageError for another outcome, NotEverywhere if not all show
    them after `seconds`.
    """
    if presented.name is None:
        raise errors.UsageError("this is not an outcome of present_token")
    wanted = {token_rdata(token) for token in tokens}
    shows = Wanted(presented.name, {RRType.TXT: frozenset(wanted)}, is_all=False, what="the token", made="added")
    shown = await wait_everywhere(transaction, presented, shows, seconds=seconds, progress=progress)
    return tuple(shown)

"""What an answer means: the error for each response code and TSIG error, with its cause and what to do next.

The texts must be true for every server. Knot answers BADKEY to a key that is valid but not permitted, and from 3.4 on
an unsigned NOTAUTH. PowerDNS answers every bad key with an unsigned REFUSED.
"""

from __future__ import annotations

import time

from dns_update import errors
from dns_update.auth import Key
from dns_update.auth.tsig import FUDGE, Tsig
from dns_update.rr.host_names import is_host, may_own
from dns_update.rr.record import Record
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType, rcode_to_text, rrtype_to_text, tsig_error_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dns_update.client.steps import Ask
    from dns_update.exchange import Reply, UnverifiedReply


_SHOWN = "it does not understand the message; --debug shows it"
_GO_ON = "leave {require:existing} out to go on anyway"
# In a configuration, only names with an owner have prerequisites: that the claims are still those that were read.
_ANOTHER = "another program changes the name at the same time"
_HOST_OFFSETS = {RRType.NS: 0, RRType.MX: 2, RRType.SRV: 6}  # types that point to a host, and the octets before it


def refusal_of(reply: Reply, asked: Ask) -> errors.Refusal:
    """Return the error that an answer with another code than NOERROR means."""
    if reply.tsig is not None and reply.tsig.error == Rcode.BADTIME:
        return _clocks_differ(reply.tsig, asked)
    if reply.tsig is not None and reply.tsig.error:
        return _key_rejected(reply.tsig.error, asked)
    rcode = reply.message.rcode
    refusal = _REFUSALS[rcode](asked) if rcode in _REFUSALS else _server_failure(rcode, asked)
    refusal.endpoint, refusal.rcode = asked.endpoint, rcode
    if reply.is_echo:
        from dns_update.client.gss_replies import mark_as_echo  # for these keys only

        mark_as_echo(refusal)
    return refusal


def distrust_of(reply: UnverifiedReply, asked: Ask) -> errors.DnsUpdateError:
    """Return the error that an unsigned or wrongly signed answer to a signed request means."""
    if reply.tsig_error == Rcode.BADKEY and reply.rcode == Rcode.SERVFAIL:
        # BIND, if it forwarded an update with a key that it does not know, and got no answer to pass on.
        return _server_failure(reply.rcode, asked)
    if reply.tsig_error in (Rcode.BADKEY, Rcode.BADSIG, Rcode.BADTRUNC):
        return _key_rejected(reply.tsig_error, asked)
    if asked.key is not None and asked.key.algorithm.is_gss:
        from dns_update.client import gss_replies  # for these keys only

        special = gss_replies.distrust_of(reply, asked)
        if special is not None:
            return special
    rcode = rcode_to_text(reply.rcode)
    return errors.ReplyNotTrusted(
        f"{asked.endpoint} answered {rcode}, but {reply.reason}; nothing in it is believed",
        claimed_rcode=reply.rcode,
        endpoint=asked.endpoint,
        hint=_unsigned_hint(reply.rcode, asked),
    )


def _unsigned_hint(rcode: int, asked: Ask) -> str:
    """Return which server answers like this, and why: no server signs an answer about a key that it does not accept."""
    key = f"does not know key {_name_of(asked.key)}, or its algorithm or secret differs, or the clocks differ"
    if asked.key is not None and asked.key.algorithm.is_truncated:
        key += f", or no MAC as short as {asked.key.algorithm.text}'s is accepted there"
    if rcode == Rcode.NOTAUTH and asked.message.opcode == Opcode.UPDATE:
        return errors.Hint(
            "Knot gives this answer when it has no zone {asked}: check {zone} and {dns-server}; from 3.4 on also when "
            "it does not know key {of_key} or its algorithm, or when no acl of the zone permits the change",
            asked=_zone_of(asked),
            of_key=_name_of(asked.key),
        )
    if rcode in (Rcode.REFUSED, Rcode.NOTAUTH):
        who = "PowerDNS, Samba from 4.22 on, and Knot from 3.4 on give this answer"
        return f"{who} when the server {key}; Knot also when it does not hold the zone"
    if rcode in (Rcode.FORMERR, Rcode.NOTIMP):
        what = "understand the message" if rcode == Rcode.FORMERR else "know dynamic updates, or not of this class"
        return f"the server does not {what}; it may say so before it looks at the signature"
    return (
        f"check that the server's key {_name_of(asked.key)} is the same, and that nothing on the way changes messages"
    )


def _key_rejected(tsig_error: int, asked: Ask) -> errors.KeyRejected:
    if asked.key is not None and asked.key.algorithm.is_gss:
        from dns_update.client.gss_replies import rejected  # for these keys only

        text, hint = rejected(asked.key, tsig_error)
    else:
        reasons = {Rcode.BADSIG: _bad_signature, Rcode.BADTRUNC: _bad_truncation}
        text, hint = reasons.get(tsig_error, _bad_key)(_name_of(asked.key), asked)
    return errors.KeyRejected(
        f"{asked.endpoint} said {tsig_error_to_text(tsig_error)}: {text}",
        hint=hint,
        endpoint=asked.endpoint,
        rcode=Rcode.NOTAUTH,
        tsig_error=tsig_error,
    )


def _is_signed_by_pair(asked: Ask) -> bool:
    """Return whether a message was signed by SIG(0)."""
    return asked.key is not None and not asked.key.is_shared and asked.message.opcode == Opcode.UPDATE


def _zone_of(asked: Ask) -> Name:
    """Return the zone of an update, the name of a query."""
    return asked.message.question[0].name


def _name_of(key: Key | None) -> str:
    return str(key.name) if key is not None else "(none)"


def _bad_signature(key: str, asked: Ask) -> tuple[str, str]:
    both = ", read as Base64 and as raw text," if asked.key is not None and asked.key.other_reading is not None else ""
    text = f"the secret of key {key}{both} differs from the server's"
    template = "copy the server's secret again; {key-encoding} says whether it is base64 or text"
    if asked.key is not None and asked.key.algorithm.is_truncated:
        template += "; Knot DNS says the same of so short a MAC: try the algorithm without its last part"
    return text, errors.Hint(template)


def _bad_key(key: str, asked: Ask) -> tuple[str, str]:
    algorithm = asked.key.algorithm.text if asked.key else ""
    text = f"key {key} is unknown there, or known with another algorithm than {algorithm}"
    permission = "; Knot DNS says the same of a key that it does not permit to do this"
    return text, errors.Hint(
        "compare {key-name} and {algorithm} with the server's key statement" + permission,
        toml="compare name and algorithm of the key with the server's key statement" + permission,
    )


def _bad_truncation(key: str, asked: Ask) -> tuple[str, str]:
    algorithm = asked.key.algorithm.text if asked.key else ""
    return (
        f"a MAC of key {key} as short as {algorithm}'s is not accepted there",
        "use the algorithm without its last part",
    )


def _clocks_differ(tsig: Tsig, asked: Ask) -> errors.ClocksDiffer:
    server_time = tsig.server_time
    if server_time is None:
        text = f"{asked.endpoint} said BADTIME: its clock and ours differ by more than {FUDGE} s"
    else:
        # In a BADTIME answer, time signed is our own time as the server got it (RFC 8945, section 5.2.3).
        text = (
            f"{asked.endpoint} said BADTIME: the clocks differ by {abs(server_time - tsig.time_signed)} s "
            f"(server {_utc(server_time)}, here {_utc(tsig.time_signed)}); the limit is {FUDGE} s"
        )
    return errors.ClocksDiffer(
        text,
        hint="set the clock that is wrong, and keep it right by NTP (timedatectl set-ntp true)",
        endpoint=asked.endpoint,
        rcode=Rcode.NOTAUTH,
    )


def _utc(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):  # 48 bits are more than some C libraries support
        return f"{seconds} s since 1970"


def _permission_denied(asked: Ask) -> errors.Refusal:
    if asked.message.opcode == Opcode.QUERY:
        return _query_refused(asked)
    changes = asked.message.authority
    what = f"{changes[0].name} {_types(asked)}" if changes else str(_zone_of(asked))
    credential = asked.key.called if asked.key is not None else "no key"
    return errors.PermissionDenied(f"{asked.endpoint} refuses to change {what} with {credential}", hint=_grant(asked))


def _query_refused(asked: Ask) -> errors.Refusal:
    question = asked.message.question[0]
    return errors.ZoneNotFound(
        f"{asked.endpoint} refuses to answer for {question.name} {rrtype_to_text(question.rrtype)}: "
        "it does not hold the zone, or answers no queries from here",
        hint=errors.Hint(
            "check {zone} and {dns-server}; with {zone}, {ttl} and {verify:no}, set asks nothing beforehand",
            toml="check {zone} and {dns-server}",
        ),
    )


def _grant(asked: Ask) -> str:
    if asked.key is None:
        return errors.Hint(
            "give a key that may change it: {key-file}, or {key-name} and {key}", toml="give a key that may change it"
        )
    changes = asked.message.authority
    name = changes[0].name if changes else _zone_of(asked)
    grant = f'grant "{asked.key.name}" name {name}. {_types(asked)};'
    if not asked.key.is_shared:
        from dns_update.client.sig0 import of_refused  # for these keys only

        return of_refused(asked.key.name, grant)
    if asked.key.algorithm.is_gss:
        from dns_update.client.gss_replies import grant_for  # as above

        return grant_for(asked.key, name, _types(asked))
    may_not = f"BIND would allow it by update-policy {{ {grant} }}"
    others = "a secondary that does not forward refuses too, and PowerDNS does beside a CNAME"
    return "; ".join([*_bad_host_names(changes), may_not, others, *_hosts_without_address(changes, _zone_of(asked))])


def _bad_host_names(changes: tuple[Record, ...]) -> list[str]:
    """Name what BIND refuses whatever the key may do: more rights would not help."""
    bad = [change.name for change in _added(changes) if not may_own(change.name, change.rrtype, change.rrclass)]
    bad += [host for host in hosts_in(changes) if not is_host(host)]
    return [f"BIND refuses {name}: it is not a host name (check-names)" for name in dict.fromkeys(bad)]


def _hosts_without_address(changes: tuple[Record, ...], zone: Name) -> list[str]:
    """Name the hosts in the zone that BIND refuses if they have no address."""
    hosts = dict.fromkeys(str(host) for host in hosts_in(changes) if host.is_within(zone))
    return [f"BIND refuses {host} if it has no address (check-integrity)" for host in hosts]


def _added(changes: Iterable[Record]) -> list[Record]:
    return [change for change in changes if change.rrclass not in (RRClass.ANY, RRClass.NONE)]


def hosts_in(changes: Iterable[Record]) -> list[Name]:
    """Return the hosts to which added records point; the root is not one (RFC 7505; RFC 2782)."""
    hosts = []
    for change in _added(changes):
        offset = _HOST_OFFSETS.get(change.rrtype)
        if offset is None or len(change.rdata) <= offset:
            continue
        try:
            hosts.append(Cursor(change.rdata, offset).name())
        except errors.MalformedMessage:  # octets that the caller gave
            continue
    return [host for host in hosts if host.labels]


def _types(asked: Ask) -> str:
    types = dict.fromkeys(rrtype_to_text(change.rrtype) for change in asked.message.authority)
    return " ".join(types)


def _zone_not_found(asked: Ask) -> errors.Refusal:
    try_key = "; or it is Knot DNS, and takes no updates of this zone without a key" if asked.key is None else ""
    hint = "{zone} must be a zone that this server holds, not a name inside one, {dns-server} its primary{try_key}"
    return errors.ZoneNotFound(
        f"{asked.endpoint} is not authoritative for {_zone_of(asked)}",
        hint=errors.Hint(hint, try_key=try_key),
    )


def _name_not_in_zone(asked: Ask) -> errors.Refusal:
    records = asked.message.answer + asked.message.authority
    outside = next((record.name for record in records if not record.name.is_within(_zone_of(asked))), _zone_of(asked))
    return errors.NameNotInZone(
        f"{outside} is not in {_zone_of(asked)}",
        hint=errors.Hint("give the zone that holds the name, or leave {zone} out"),
    )


def _name_not_found(asked: Ask) -> errors.Refusal:
    return errors.NameNotFound(
        f"{_condition(asked)} does not exist at {asked.endpoint}",
        hint=errors.Hint(_GO_ON, toml=_ANOTHER) if asked.message.answer else errors.Hint("check {name} and {zone}"),
    )


def _name_exists(asked: Ask) -> errors.Refusal:
    return errors.NameExists(
        f"{_condition(asked)} exists at {asked.endpoint}",
        hint=errors.Hint("leave {require:absent} out only if what is there may be replaced", toml=_ANOTHER),
    )


def _condition(asked: Ask) -> str:
    """Name what the prerequisite is about; for a query, what it asks for."""
    for record in asked.message.answer:
        kind = "" if record.rrtype == RRType.ANY else f" {rrtype_to_text(record.rrtype)}"
        data = " with these values" if record.rrclass not in (RRClass.ANY, RRClass.NONE) else ""
        return f"{record.name}{kind}{data}"
    return str(_zone_of(asked))


def _server_failure(rcode: int, asked: Ask) -> errors.Refusal:
    hints = {
        Rcode.SERVFAIL: "its log says why: a journal that it cannot write, a primary that it cannot forward to, ...",
        Rcode.FORMERR: errors.Hint("it does not understand the message", command_line=_SHOWN, toml=_SHOWN),
        Rcode.NOTIMP: "it does not know dynamic updates: is it the zone's primary, or a resolver?",
    }
    hint = hints.get(rcode, "its log may say why")
    if rcode == Rcode.SERVFAIL and _is_signed_by_pair(asked):
        from dns_update.client.sig0 import of_servfail  # for these keys only

        hint = of_servfail(_name_of(asked.key))
    return errors.ServerFailure(
        f"{asked.endpoint} answered {rcode_to_text(rcode)}",
        hint=hint,
        endpoint=asked.endpoint,
        rcode=rcode,
    )


_REFUSALS: dict[int, Callable[[Ask], errors.Refusal]] = {
    Rcode.REFUSED: _permission_denied,
    Rcode.NOTAUTH: _zone_not_found,
    Rcode.NOTZONE: _name_not_in_zone,
    Rcode.NXDOMAIN: _name_not_found,
    Rcode.NXRRSET: _name_not_found,
    Rcode.YXDOMAIN: _name_exists,
    Rcode.YXRRSET: _name_exists,
}

"""The check of one name as a short list of steps, each with a mark, what was seen, and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from dns_update.address.sources import spelled
from dns_update.auth import Key
from dns_update.auth.gss import GssKey
from dns_update.client.claims import claims_in
from dns_update.client.plan import Desired
from dns_update.client.primary_name import without_final_dot
from dns_update.client.probe import BY_KEY, BY_RECORD, Access
from dns_update.doctor.advice import advise, change_text, listed, note_texts
from dns_update.doctor.comparison import Comparison
from dns_update.doctor.diagnoses.obstacle import OBSTACLES
from dns_update.doctor.diagnosis import Diagnosis
from dns_update.doctor.diagnosis_texts import sentences_of
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination, ServerExamination
from dns_update.doctor.findings import Problem, RequestFailed, is_needed, kind_at, notes_at, problems_of
from dns_update.doctor.resolver_view import ResolverView
from dns_update.doctor.server_kind import BIND, KNOT, OTHER, POWERDNS
from dns_update.doctor.source_answers import SourceAnswer
from dns_update.doctor.surroundings import NameServerState, Surroundings
from dns_update.doctor.weak_secrets import weakness_of
from dns_update.errors import DnsUpdateError, Hint, NameExists, NameNotFound
from dns_update.rr.record import Record, is_after
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import RRClass, RRType, rrtype_from_text, rrtype_to_text
from dns_update.wire.inet import format_address
from dns_update.wire.name import Name

if TYPE_CHECKING:
    from dns_update.update import Requirement

Mark: TypeAlias = Literal["ok", "note", "failed", "left out"]

MOST_SECONDS_APART = 60  # of two clocks, before that is worth a note; at 300 signatures do not count any more
_DHCID = rrtype_from_text("DHCID")


class Step(Value):
    """One step of a check: what it is about, how it went, what was seen, why, and the next thing to do.

    `cause` is a code for what failed, and `exit_status` what a command would end with because of it; 0 if nothing did.
    `unknown` is what an update depends on and this step could not find out, as part of a sentence.
    """

    topic: str
    mark: Mark
    text: str
    _: KW_ONLY
    explanation: str = ""
    hint: str = ""
    cause: str = ""
    exit_status: int = 0
    unknown: str = ""


class Line(Value):
    """What a line gave, and what it left out: a step says so."""

    gives_zone: bool
    gives_server: bool
    gives_key: bool
    gives_data: bool


def steps_of(examination: Examination, name: NameExamination, line: Line) -> Iterator[Step]:
    """Yield the steps of a check of one name, in the order in which an update would come to them."""
    yield from source_steps(examination.sources)
    if name.error is not None:
        yield failed(_topic_of(name.error), name.error)
        return
    for error in examination.unresolved:
        yield failed("server", error)
    for one in name.at_servers:
        yield from _at_server(one, name, line)
    yield from _disagreements(name)
    yield from _left_out(line)


def failed(topic: str, error: DnsUpdateError) -> Step:
    """Return the step that an error is."""
    cause = error.diagnosis or error.cause
    return _failed(topic, RequestFailed(error), cause)


def _failed(topic: str, problem: Problem, cause: str) -> Step:
    advice = advise(problem)
    return Step(
        topic,
        "failed",
        advice.text,
        explanation=advice.explanation,
        hint=advice.hint,
        cause=cause,
        exit_status=problem.exit_status,
    )


# Where the address comes from


def source_steps(answers: Iterable[SourceAnswer]) -> Iterator[Step]:
    """Yield what each source gave, and, where it gave nothing, why."""
    for answer in answers:
        if answer.error is not None:
            yield failed("address", answer.error)
        else:
            gives = ", ".join(map(format_address, answer.addresses)) or "no address"
            yield Step("address", "ok", f"{spelled(answer.source)} gives {gives}")
        for remark in answer.remarks:
            yield Step("address", "note", remark)


# One server


def _at_server(one: NameAtServer, name: NameExamination, line: Line) -> Iterator[Step]:
    """Yield the steps at one server; after a failure, those that need what failed are left out."""
    server = one.server
    around, access = server.surroundings, server.access
    if server.error is not None and access is None:
        yield failed(_topic_of(server.error), server.error)
        yield Step("update", "left out", f"not tried at {server.endpoint} because of that")
        return
    assert access is not None  # noqa: S101 - the server has shown the zone, or an error says why not
    yield from _answers(server, access, around, line)
    yield from _of_key(server, around)
    if server.error is not None:
        yield failed("update", server.error)
        return
    yield from _permission(one, name, access)
    if one.denial is None or one.denial.error.diagnosis not in OBSTACLES:  # else that has been said
        yield from _of_record(one, name)
    if around is not None:
        yield from _of_name_servers(server, access.serial, around)
        if around.resolver_view is not None:
            yield _of_resolver(server, access.serial, around.resolver_view)


def _topic_of(error: DnsUpdateError) -> str:
    """Return what an error at a server is about, by its exit status."""
    return {4: "server", 5: "key", 6: "clock", 7: "update", 8: "zone"}.get(error.exit_status, "server")


def _answers(server: ServerExamination, access: Access, around: Surroundings | None, line: Line) -> Iterator[Step]:
    program = "" if around is None or not around.kind.program else f" ({around.kind})"
    ways = [] if around is None else _ways(around)
    transports = " and ".join([way for way, works in ways if works])
    found = "" if line.gives_server else ", the zone's primary by its SOA record,"
    answers = "answers" if server.query_endpoint is None else "answers updates"
    yield Step("server", "ok", f"{server.endpoint}{program}{found} {answers}{transports and ' by '}{transports}")
    if around is not None and not around.answers_tcp:
        yield Step(
            "server",
            "note",
            f"{server.endpoint} does not answer by TCP, which messages of more than 512 octets need",
            hint=f"let TCP port {server.endpoint.port} through, too (RFC 7766)",
        )
    where = "there" if server.query_endpoint is None else f"at {server.query_endpoint}, where it is read"
    signed = ", signed (DNSSEC)" if around is not None and around.dnskeys else ""
    how = "" if line.gives_zone else ", found by its SOA record,"
    yield Step("zone", "ok", f"{server.zone}{how} is served {where}, with serial {access.serial}{signed}")


def _ways(around: Surroundings) -> list[tuple[str, bool]]:
    """Return the transports that were tried, and whether each gave an answer."""
    if around.encrypted_by:
        return [(around.encrypted_by.upper(), True)]
    return [("UDP", around.answers_udp), ("TCP", around.answers_tcp)]


def _of_key(server: ServerExamination, around: Surroundings | None) -> Iterator[Step]:
    key = server.key
    if key is None:
        yield Step("key", "left out", "none is given: updates are not signed")
        return
    if not key.is_shared:
        yield Step(
            "key",
            "note",
            f"{key.name} ({key.algorithm.text}, {key.bits} bits, SIG(0)) signs updates only, and no answer says "
            "whether the server knows it: one that ignores SIG(0) answers alike",
            hint="the server needs its KEY record in one of its zones; BIND 9.18 from 9.18.28 on, Knot and PowerDNS "
            "ignore SIG(0)",
        )
        return
    yield Step("key", "ok", _accepted(key, server))
    yield from (Step("key", "note", note) for note in server.notes)
    yield from _strength(key)
    ahead = None if around is None else around.seconds_ahead
    if ahead is not None and abs(ahead) >= MOST_SECONDS_APART:
        direction = "ahead of" if ahead > 0 else "behind"
        yield Step(
            "clock",
            "note",
            f"the server's clock is {abs(ahead)} s {direction} this machine's; from 300 s on, it takes no signature",
            hint="keep both right by NTP: timedatectl set-ntp true",
        )
    elif ahead is not None:
        yield Step("clock", "ok", f"the server's clock and this machine's differ by at most {abs(ahead) + 1} s")


def _accepted(key: Key, server: ServerExamination) -> str:
    """Return how the key is accepted; with Kerberos, the ticket, and the context that it has negotiated."""
    kept = key.contexts.get(server.endpoint) if isinstance(key, GssKey) else None
    if kept is None:
        return f"{key.name} ({key.algorithm.text}, {key.bits} bits) is accepted"
    return f"{key.called} has a ticket for {kept.target}, which the server accepts (GSS-TSIG)"


def _strength(key: Key) -> Iterator[Step]:
    weakness = weakness_of(key)
    if weakness:
        yield Step(
            "key",
            "note",
            f"the secret of {key.name} {weakness}: one captured request is enough to find it",
            hint=f"dns-update key rotate makes a successor of 256 bits ({key.name} stays valid until you remove it)",
        )


# The update


def _permission(one: NameAtServer, name: NameExamination, access: Access) -> Iterator[Step]:
    """Yield whether the key may make the change."""
    server, owner = one.server, name.subject.name
    if one.denial is not None and is_needed(name, one.denial):
        yield failed("update", one.denial.error)
    else:
        yield _permitted(server, access, name)
    for text, hint in map(note_texts, notes_at(one, name)):
        yield Step("update", "note", text, hint=hint)
    if one.forecast is not None:
        what, to_do = sentences_of(one.forecast)
        yield Step("update", "note", what, hint=to_do, cause=one.forecast.cause)
    around = server.surroundings
    if around is not None and around.serial_without_key not in (None, access.serial):
        yield _of_view(server, access.serial, around.serial_without_key)
    tells = server.key is not None and (access.insight in (BY_KEY, BY_RECORD) or not server.key.is_negotiated)
    if around is not None and around.takes_unsigned and tells:
        yield Step(
            "update",
            "note",
            f"{server.endpoint} takes updates of {server.zone} from this machine without a key, too{_policy(around)}",
            hint=f"whoever can send from here, or pretend to, can change {owner}; let the server require the key",
        )


def _of_view(server: ServerExamination, serial: int, without_key: int | None) -> Step:
    """Return that the key selects a view of its own: the zone that everybody sees is another one."""
    return Step(
        "update",
        "note",
        f"{server.endpoint} has two zones {server.zone}: it shows serial {serial} to the key, and {without_key} "
        "without it. The key selects a view, and who asks without the key does not see the change",
        hint="if everybody is to see it, let the views share one zone (in-view in named.conf), or take the key out of "
        "match-clients",
    )


def _policy(around: Surroundings | None) -> str:
    """Return the reservation that a policy of PowerDNS may refuse what the server itself takes."""
    may_have_one = around is not None and around.kind.program == POWERDNS
    return ", unless it has a Lua policy that refuses it" if may_have_one else ""


def _permitted(server: ServerExamination, access: Access, name: NameExamination) -> Step:
    who = server.key.called if server.key is not None else "this machine, without a key,"
    types = " and ".join(map(rrtype_to_text, name.subject.rrtypes))
    if access.insight == BY_RECORD:
        what = f"change {name.subject.name} {types}" if types else f"update {server.zone}"
        return Step("update", "ok", f"{who} may {what}")
    if access.insight == BY_KEY:
        what = f"{who} may change {server.zone}{_policy(server.surroundings)}"
        return Step("update", "ok", f"{what}; of single names the server tells nothing before")
    return Step(
        "update",
        "note",
        f"the server does not tell beforehand what {who} may change",
        hint="in Active Directory, only the account that made a record may change it, and those with rights on the zone"
        if server.key is not None and server.key.is_negotiated
        else "",
        unknown=f"whether {server.endpoint} permits it",
    )


# The record


def _of_record(one: NameAtServer, name: NameExamination) -> Iterator[Step]:
    """Yield what the name has, and what an update would change."""
    owner, comparison = name.subject.name, one.comparison
    if one.error is not None:
        yield failed("record", one.error)
        return
    assert comparison is not None  # noqa: S101 - neither the server nor this request has failed
    if comparison.hidden is not None:
        yield failed("record", comparison.hidden)
        return
    if comparison.obstacle is not None:
        problem = next(problem for problem in problems_of(name) if problem.cause == "update-blocked")
        yield _failed("record", problem, problem.cause)
        return
    yield _record(one, comparison, name)
    yield from _whose(owner, one.present)


def _record(one: NameAtServer, comparison: Comparison, name: NameExamination) -> Step:
    """Return what the name has, and what an update would make of it, with its TTL and where that is from."""
    current, desired = comparison.current, name.subject.desired
    ttls = sorted({record.ttl for record in current})
    has = f"{name.subject.name} has {listed(current)}" + (f", TTL {', '.join(map(str, ttls))}" if ttls else "")
    if not comparison.changes:
        return Step("record", "ok", has if desired is None else f"{has}, as it should be")
    has_types = {record.rrtype for record in current}
    would = ", ".join(
        change_text(change)
        for change in comparison.changes
        if change.rrclass != RRClass.ANY or change.rrtype in (*has_types, RRType.ANY) or comparison.unread is not None
    )
    cached = f"; caches may keep the old data for {ttls[-1]} s" if ttls and ttls[-1] else ""
    return Step("record", "ok", f"{has}; an update would {would}{_ttl_from(one, desired, ttls)}{cached}")


def _ttl_from(one: NameAtServer, desired: Desired | None, ttls: Sequence[int]) -> str:
    """Return where the TTL of an update is from, if the user gave none."""
    if desired is None or desired.ttl is not None or one.server.access is None:
        return ""
    return " (the TTL stays)" if ttls else " (the TTL of the zone's SOA record)"


def _whose(owner: Name, present: Sequence[Record]) -> Iterator[Step]:
    """Yield who else looks after the name: a DHCP server marks its names (RFC 4701), an agent its addresses."""
    texts = [record.rdata for record in present if record.rrtype == RRType.TXT]
    for _rdata, claim in claims_in(texts):
        yield Step(
            "record",
            "note",
            f"the agent of owner {claim.owner} publishes {', '.join(map(format_address, claim.addresses))} there",
            hint="it puts its addresses back; an update of the whole name removes them for a moment",
        )
    if any(record.rrtype == _DHCID for record in present):
        yield Step(
            "record",
            "note",
            f"{owner} has a DHCID record: a DHCP server set it, and may set it again",
            hint="choose another name, or keep that host out of the DHCP server's updates",
        )


# The name servers


def _of_name_servers(server: ServerExamination, serial: int, around: Surroundings) -> Iterator[Step]:
    states = around.name_servers
    late = [state for state in states if state.serial is not None and state.serial != serial]
    silent = [state for state in states if state.serial is None]
    right = [str(state.host) for state in states if state.serial == serial]
    if right:
        yield Step("name servers", "ok", f"{', '.join(right)} {'has' if len(right) == 1 else 'have'} serial {serial}")
    for state in late:
        is_newer = state.serial is not None and is_after(state.serial, serial)
        who = f"newer than here: {server.endpoint} has" if is_newer else "and has"
        yield Step(
            "name servers",
            "note",
            f"{_spelled(state)} has serial {state.serial}, {who} not got the last change yet",
            hint=_of_newer(server, state) if is_newer else _LATE.get(around.kind.program, _LATE[OTHER]),
        )
    for state in silent:
        meant = without_final_dot(state.host, server.zone)
        to_do = (
            _TO_DO[state.fault]
            if meant is None
            else f"write {meant}. in the zone, with the final dot, if that is meant"
        )
        yield Step("name servers", "note", f"{_spelled(state)} {_FAULTS[state.fault]}", hint=to_do)


def _of_newer(server: ServerExamination, state: NameServerState) -> Hint:
    """Return what to do if another name server has a newer serial: one of the two is not what it is taken for."""
    return Hint(
        "if {server} is the primary, {host} takes no zone from it while its own serial is higher: raise the serial "
        "in the SOA record over {serial}; if {host} is the primary, give {dns-server:{place}}",
        server=server.endpoint,
        host=state.host,
        serial=state.serial,
        place=state.address,
    )


_LATE = {
    BIND: "named tells the hosts of the NS records and of also-notify (not with notify no), and the secondary must "
    "take that from this address and be let by allow-transfer: journalctl -u named | grep -E 'notify|transfer' on "
    "both; there, rndc zonestatus ZONE must say type: secondary",
    KNOT: "knotd tells the remotes of notify in the zone, which must have an acl with action: transfer: journalctl -u "
    "knot | grep -E 'notify|transfer' on both",
    POWERDNS: "PowerDNS tells secondaries of zones of the kind MASTER only (pdnsutil show-zone ZONE; pdnsutil set-kind "
    "ZONE MASTER), with primary=yes (before 4.5 master=yes), and of an update at once only with the metadata "
    "NOTIFY-DNSUPDATE (pdnsutil set-meta ZONE NOTIFY-DNSUPDATE 1)",
    OTHER: "a secondary gets the zone from its primary by NOTIFY and transfer: their logs say what is wrong",
}


def _of_resolver(server: ServerExamination, serial: int, seen: ResolverView) -> Step:
    """Return that this machine's resolver, and so others, do not see the zone that the server has."""
    if seen.serial is None:
        return Step(
            "resolver",
            "note",
            f"{seen.resolver}, the resolver of this machine, finds no zone {server.zone}: others do not see its names",
            hint="let the zone above delegate it (at the registrar: the NS records), or, if it is private, let the "
            "resolver ask this server for it",
        )
    return Step(
        "resolver",
        "note",
        f"{seen.resolver}, the resolver of this machine, sees {server.zone} with serial {seen.serial} and the primary "
        f"{seen.primary}; {server.endpoint} has serial {serial}: others do not see what is changed here",
        hint=Hint(
            "if the zone is at {primary}, give {dns-server:{primary}}; if it is here, it is delegated to other servers "
            "(at the registrar: the NS records), or this server has another view for them",
            primary=seen.primary,
        ),
    )


def _spelled(state: NameServerState) -> str:
    return f"{state.host} ({state.address})" if state.address else str(state.host)


_FAULTS = {
    "no-address": "is a name server of the zone, and has no address",
    "silent": "is a name server of the zone, and does not answer",
    "not-authoritative": "is a name server of the zone, and does not serve it",
    "not-asked": "is a name server of the zone, and was not asked: those before it took too long",
}
_TO_DO = {
    "no-address": "give it one, or remove its NS record",
    "silent": "resolvers ask it, too, and wait: start it, or remove its NS record",
    "not-authoritative": "make it a secondary of the zone, or remove its NS record",
    "not-asked": "check again when the others answer",
}


def _disagreements(name: NameExamination) -> Iterator[Step]:
    for problem in problems_of(name):
        if problem.cause == "servers-disagree":
            yield _failed("servers", problem, problem.cause)


def unmet_requirement(name: NameExamination, require: Requirement) -> Iterator[Step]:
    """Yield the step that fails because the name has records, or none, and the line requires the opposite."""
    for one in name.at_servers[:1]:
        if one.server.error is not None or one.comparison is None:
            return
        owner, has = name.subject.name, one.present or one.comparison.current
        if require == "absent" and has:
            text = f"{owner} has {listed(has)}, and the update is to be made only if it has nothing"
            yield failed("record", NameExists(text, hint=Hint("leave {require:absent} out if that may be replaced")))
        elif require == "existing" and not has:
            text = f"{owner} has nothing, and the update is to be made only if it has something"
            yield failed("record", NameNotFound(text, hint=Hint("leave {require:existing} out, or check {name}")))


# What no question shows


def not_carried_out(name: NameExamination) -> Iterator[Step]:
    """Yield that the change itself was not made, at the first server that permits one and would change something."""
    if next(problems_of(name), None) is not None or any(one.forecast is not None for one in name.at_servers):
        return
    for one in name.at_servers:
        if one.server.error is None and one.comparison is not None and one.comparison.changes:
            kind = kind_at(one.server)
            around = one.server.surroundings
            cause = "not-carried-out-or-signed" if around is not None and around.dnskeys else "not-carried-out"
            details = {"server": one.server.endpoint, "of_zone": one.server.zone, "owner": name.subject.name}
            what, to_do = sentences_of(Diagnosis(cause, kind, details))
            policy = " and its policy lets it pass" if kind.program == POWERDNS else ""
            signs = ", and sign it" if cause == "not-carried-out-or-signed" else ""
            unknown = f"whether {one.server.endpoint} can write the change (disk, journal, limits){signs}{policy}"
            yield Step("update", "left out", what, hint=to_do, unknown=unknown)
            return


# What a line did not give


def _left_out(line: Line) -> Iterator[Step]:
    if not line.gives_data:
        hint = Hint("give {address}, or {type} and {value}, to see the whole change")
        yield Step("update", "left out", "no address or data is given, so only the permission was tried", hint=hint)

"""Which line of a log says why an update fails: the newest one about it, if no later success ends that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dns_update import errors
from dns_update.server_config.bind.principals import principal_text
from dns_update.server_log.bind_messages import MESSAGES as OF_BIND
from dns_update.server_log.bind_messages import SUCCESSES as SUCCESSES_OF_BIND
from dns_update.server_log.knot_messages import MESSAGES as OF_KNOT
from dns_update.server_log.knot_messages import SUCCESSES as SUCCESSES_OF_KNOT
from dns_update.server_log.lines import LogLine
from dns_update.server_log.log_message import LogMessage, Success
from dns_update.server_log.other_messages import MESSAGES as OF_OTHERS
from dns_update.server_log.powerdns_messages import MESSAGES as OF_POWERDNS
from dns_update.server_log.powerdns_messages import SUCCESSES as SUCCESSES_OF_POWERDNS
from dns_update.value import KW_ONLY, Value
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MESSAGES = (*OF_BIND, *OF_KNOT, *OF_POWERDNS, *OF_OTHERS)
"""The table of all messages: a line shows by itself which server wrote it."""

_SUCCESSES = (*SUCCESSES_OF_BIND, *SUCCESSES_OF_KNOT, *SUCCESSES_OF_POWERDNS)
_FORMS = tuple((form.sign, form, kind) for kind in (*MESSAGES, *_SUCCESSES) for form in kind.forms)
"""Each form of all kinds; a line that has it contains its sign, which is found faster than the whole."""

_ORDER = ("start", "configuration", "load", "update", "asked", "note")

_OF_SENDER = (7, 8)  # exit statuses of updates that fail by what they change, and not by the state of the server


class Concern(Value):
    """What the log is asked about: the zone, the name, the types as text, and the name of the key; None if not known.

    `failures` are the exit statuses of what has failed just now, and `since` when a check began to ask, in seconds
    since the epoch. A key that is negotiated signs for `principal`.
    """

    zone: Name | None
    owner: Name | None
    types: str
    key: Name | None
    _: KW_ONLY
    principal: str = ""
    failures: frozenset[int] = frozenset()
    is_negotiated: bool = False
    since: float | None = None

    def is_about(self, fields: Mapping[str, str], message: LogMessage) -> bool:
        """Return whether a line concerns the update, or the server as a whole."""
        own = {"zone": self.zone, "owner": self.owner}
        for name, expected in own.items():
            if name in fields and fields[name] and (expected is None or _name(fields[name]) != expected):
                return False
        is_refusal = message.stage == "asked" or (message.stage == "update" and message.exit_status in _OF_SENDER)
        return not is_refusal or self._is_our_key(fields, message)

    def is_known_in(self, fields: Mapping[str, str], message: LogMessage) -> bool:
        """Return whether it shows that a line about a zone is about this one; a path may have any name."""
        if message.stage not in ("load", "update") or "zone" in fields or "path" not in fields:
            return True
        return self.zone is not None and str(self.zone) in fields["path"]

    def is_asked_at(self, seconds: float | None) -> bool:
        """Return whether a time, which may be without a fraction, is not before the check."""
        return seconds is not None and self.since is not None and seconds >= self.since // 1

    def _is_our_key(self, fields: Mapping[str, str], message: LogMessage) -> bool:
        """Return whether a request was signed as ours: named writes the key after the client's address."""
        if message.is_unsigned:
            return self.key is None and not self.is_negotiated
        if self.principal and "signed_with" in fields:
            return bool(fields["signed_with"])  # a check asks without a signature, too
        if self.key is None or self.is_negotiated:
            return True  # on the server's machine, the sender's key may not be at hand
        signer = fields.get("key") or fields.get("signed_with") or ""
        if not signer:
            return "signed_with" not in fields  # else it says that there was none
        return _name(signer) == self.key


class LogFinding(Value):
    """What a line of the log says: the kind of message, the line, and the values that its sentences name.

    `is_ours` is False for a line with a path that may be of any zone. `is_unsigned` says that the line is about a
    request without a key.
    """

    message: LogMessage
    line: LogLine
    values: Mapping[str, str]
    is_ours: bool = True
    is_unsigned: bool = False

    def __hash__(self) -> int:
        return hash((self.message, self.line))


def in_order(lines: Iterable[Sequence[LogLine]]) -> list[LogLine]:
    """Return the lines of several logs by their times; one without a time stays after the one before it."""
    timed = []
    for log in lines:
        last = 0.0
        for line in log:
            last = line.seconds if line.seconds is not None else last
            timed.append((last, line))
    return [line for _seconds, line in sorted(timed, key=lambda pair: pair[0])]


def findings(lines: Iterable[LogLine], concern: Concern) -> tuple[LogFinding, ...]:
    """Return what the lines, oldest first, say: of each stage the newest line with a reason that still counts."""
    found: dict[str, list[LogFinding]] = {stage: [] for stage in _ORDER}
    before: LogFinding | None = None
    for line in lines:
        of_any_zone = None
        for meaning in _meanings(line, concern):
            if isinstance(meaning, Success):
                for stage in meaning.stages:
                    found[stage].clear()
            elif not meaning.is_ours:
                of_any_zone = of_any_zone or meaning
            else:
                found[meaning.message.stage] += _with_reason(before, meaning)
                break
        before = of_any_zone
    if any(each.message.exit_status not in _OF_SENDER for each in found["update"]):
        # the failed write was of a request that was allowed: a denied one without a key was another, mostly a probe
        found["asked"] = [each for each in found["asked"] if not each.is_unsigned]
    return tuple(_newest(of_stage, concern) for stage in _ORDER if (of_stage := found[stage]))


def _with_reason(before: LogFinding | None, finding: LogFinding) -> list[LogFinding]:
    """Return a finding, and the one of the line before it, if that has its reason: named writes the path first."""
    if before is not None and finding.message.vagueness and before.message.stage == finding.message.stage:
        return [before, finding]
    return [finding]


def meaning_of(text: str, concern: Concern) -> LogFinding | None:
    """Return what a single line means, e.g. one of a server's checker; None if the table does not know it."""
    meanings = _meanings(LogLine("", None, text, ""), concern)
    return next((each for each in meanings if isinstance(each, LogFinding) and each.is_ours), None)


def _meanings(line: LogLine, concern: Concern) -> Iterator[LogFinding | Success]:
    """Yield what a line may mean, in the order of the tables, as far as it concerns what is asked about."""
    for form, kind in [(form, kind) for sign, form, kind in _FORMS if sign in line.text]:
        fields = form.matches(line.text)
        if fields is None:
            continue
        if isinstance(kind, Success):
            if "zone" not in fields or (concern.zone is not None and _name(fields["zone"]) == concern.zone):
                yield kind
        elif concern.is_about(fields, kind):
            is_unsigned = kind.is_unsigned or fields.get("signed_with") == ""
            is_ours = concern.is_known_in(fields, kind)
            yield LogFinding(kind, line, _values(fields, concern), is_ours, is_unsigned)


def _values(fields: Mapping[str, str], concern: Concern) -> dict[str, str]:
    """Return what sentences may name: what is asked about, and above that the fields of the line."""
    common = {
        "zone": "ZONE" if concern.zone is None else str(concern.zone),
        "owner": "NAME" if concern.owner is None else str(concern.owner),
        "types": concern.types or "TYPE",
        "key": principal_text(fields.get("signed_with", "")) or concern.principal or str(concern.key or "KEY"),
    }
    given = {name: value for name, value in fields.items() if value}
    if "signer" in given:
        given["signer"] = principal_text(given["signer"])
        given["account"] = given["signer"].partition("@")[0]
    return common | given


def _newest(of_stage: Sequence[LogFinding], concern: Concern) -> LogFinding:
    """Return the newest finding; of what has failed just now, and with a reason, if there are such.

    Of what a check asked, the first line is about the line that it was given: afterwards it tries others, too.
    """
    matching = [each for each in of_stage if each.message.exit_status in concern.failures] or of_stage
    least = min(each.message.vagueness for each in matching)
    clear = [each for each in matching if each.message.vagueness == least]
    asked = [each for each in clear if each.message.stage == "asked" and concern.is_asked_at(each.line.seconds)]
    return asked[0] if asked else clear[-1]


def _name(text: str) -> Name | None:
    try:
        return Name.from_text(text)
    except errors.UsageError:
        return None

"""What the server's own configuration says, as steps of a check."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.doctor.checklist import Step, failed
from dns_update.doctor.diagnosis_texts import TEXTS
from dns_update.errors import ConfigError, UsageError, causes
from dns_update.server_config import ConfigFinding, IntendedUpdate, examine_configuration, texts
from dns_update.server_log import Concern, meaning_of
from dns_update.server_log import texts as log_texts

_STATUSES = {
    "listens": 4,
    "key": 5,
    "zone-file": 9,
    "zone": 8,
    "not-loaded": 8,
    "journal": 9,
    "apparmor": 9,
    "disk": 9,
    "service-read-only": 9,
    "immutable": 9,
    "database": 9,
    "private": 9,
    "backend": 9,
}
"""What a command would end with because of a fault, by the beginning of its code; 7, not permitted, for the others."""


_UNDECIDED = (
    "lua-policy", "database-not-asked", "address-not-known", "allow-update-not-known", "acl-address-not-known",
    "principal-not-known", "rule-asks-others", "zone-in-active-directory", "zone-in-dlz", "view-not-known",
    "zone-added-later", "backend-later",
)  # fmt: skip
"""Remarks on what decides about the update, and is not known."""

_READ_LATER = (
    "{path} allows the update, as far as it can be read, and the server refuses it: {frozen}it has not read the file "
    "since the last change of it, it reads another file, or its command line says otherwise"
)
_STORED_OTHERWISE = (
    "the database has the key as the update has it, and PowerDNS does not accept it: mostly its name is stored with a "
    "final dot, which pdnsutil does not show"
)
_STORE_AGAIN = (
    "store it again: pdnsutil import-tsig-key {key} {algorithm} SECRET; if that is not it, the server uses another "
    "database: ps -C pdns_server -o args shows which file it reads"
)
_FROZEN = "the zone is frozen, or "
_THAW = "thaw the zone if it is frozen; otherwise "
_STATUS_UNKNOWN = ("status-not-asked", "status-not-known", "status-refused")
_OF_NO_FILE = ("clock", "answered-between", "answered-between-unsigned", "ignores-signatures")
"""Diagnoses that have nothing to do with the configuration."""
OF_ANOTHER_SERVER = ("is-resolver", "is-resolver-of-zone", "is-resolver-beside")
"""Diagnoses by which another server was asked than that of the configuration, which has zones."""

_HOW_A_SECRET_DIFFERS = tuple(cause for cause in TEXTS if cause.startswith("secret-") and cause != "secret-differs")
_READ_NOW = (
    "{thaw}let the server read the file: rndc reconfig (BIND), knotc reload (Knot DNS), systemctl restart pdns "
    "(PowerDNS); ps -C named,knotd,pdns_server -o args shows which file it reads"
)


def configuration_steps(
    path: str, intended: IntendedUpdate, *, is_refused: bool = False, diagnosis: str = ""
) -> Iterator[Step]:
    """Yield the steps that the configuration at `path` makes: faults, remarks, and one if there is no fault.

    `is_refused` says that the server refuses the update, or does not know the key or the zone; `diagnosis` is the cause
    that is known for it, so that the steps do not give another advice.
    Nothing is raised: a file that cannot be read is a step that failed.
    """
    try:
        findings = examine_configuration(path, intended)
    except UsageError as error:
        yield _not_examined(path, intended, error)
        return
    for finding in findings:
        if finding.severity != "right":
            yield _step(finding, diagnosis)
    if any(finding.severity == "fault" for finding in findings):
        return
    undecided = next((finding for finding in findings if finding.code in _UNDECIDED), None)
    if undecided is not None:
        text = f"{path} has no fault that can be read; whether it allows the update is not known, as noted"
        yield Step("configuration", "left out", text, unknown=f"whether {path} allows it")
    elif is_refused and diagnosis == "key-not-accepted":
        values = findings[0].values
        hint = _STORE_AGAIN.format(key=values["key"], algorithm=values["algorithm"])
        yield Step("configuration", "note", _STORED_OTHERWISE, hint=hint)
    elif is_refused and diagnosis not in (*_OF_NO_FILE, *OF_ANOTHER_SERVER):
        may_be_frozen = any(finding.code in _STATUS_UNKNOWN for finding in findings)
        text = _READ_LATER.format(path=path, frozen=_FROZEN if may_be_frozen else "")
        yield Step("configuration", "note", text, hint=_READ_NOW.format(thaw=_THAW if may_be_frozen else ""))
    else:
        what = f"changes of {intended.owner} in {intended.zone}"
        yield Step("configuration", "ok", f"{path} allows {what}, as far as it can be read")


def _not_examined(path: str, intended: IntendedUpdate, error: UsageError) -> Step:
    """Return the step for a configuration that the server would not load, or that cannot be examined."""
    if error.cause == causes.CHECKER_TOO_SLOW:
        unknown = f"whether {path} allows it"
        return Step("configuration", "left out", f"not examined: {error}", hint=error.hint, unknown=unknown)
    step = failed("configuration", error)
    if not isinstance(error, ConfigError):
        return step
    meaning = meaning_of(str(error), Concern(intended.zone, intended.owner, "", intended.signer))
    if meaning is None:
        return step
    what, to_do = log_texts(meaning)
    return step._replace(explanation=what, hint=to_do)


def _step(finding: ConfigFinding, diagnosis: str) -> Step:
    text, hint = texts(finding)
    if finding.code == "key-secret" and diagnosis in _HOW_A_SECRET_DIFFERS:
        hint = ""  # the first step that failed says what to do with the secret
    if finding.severity == "remark":
        return Step("configuration", "note", text, hint=hint)
    status = next((status for start, status in _STATUSES.items() if finding.code.startswith(start)), 7)
    return Step("configuration", "failed", text, hint=hint, cause=finding.code, exit_status=status)

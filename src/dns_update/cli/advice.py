"""After a failure: find out why by the doctor's questions, and put what was found into the error."""

from __future__ import annotations

import time
from collections.abc import Mapping

from dns_update import errors
from dns_update.client import Client
from dns_update.client.locate import Target
from dns_update.client.lookup import Records
from dns_update.client.stages import Stage
from dns_update.client.steps import Steps
from dns_update.client.transaction import Transaction
from dns_update.commandline.properties import Options
from dns_update.doctor.diagnosis import Case, Diagnosis, diagnose, only_host
from dns_update.doctor.diagnosis_texts import explain
from dns_update.doctor.questions import Questions
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.wire.codes import RRClass, RRType

_TTL = 300  # any: no record is sent that a server could keep


def advise(error: errors.DnsUpdateError, client: Client, options: Options, target: Target, changes: Records) -> None:
    """Ask the server why a request failed, and let the error say what was found; Ctrl-C ends the questions alone."""
    endpoint = error.endpoint
    if not isinstance(endpoint, Endpoint):
        return
    host = only_host([Server.from_text(server) for server in options.dns_server])

    def request(transaction: Transaction) -> Steps[Diagnosis | None]:
        questions = Questions(endpoint, target.rrclass, time.time(), transaction.policy)
        case = Case(target.owner, target.zone, transaction.key, changes, transport=options.transport, host=host)
        return diagnose(questions, case, error)

    try:
        found = client.run(request)
    except KeyboardInterrupt:
        return
    if found is not None:
        explain(error, found)


def advise_on_part(error: errors.DnsUpdateError, client: Client, options: Options) -> None:
    """Do as `advise` for an error about one of several zones, if that one is reached like the others."""
    stage = error.part
    if isinstance(stage, Stage) and stage.view.transaction.settings is client.settings:
        target = Target(stage.changes[0].owner, stage.view.target.zone) if stage.changes else None
        if target is not None:
            advise(error, client, options, target, stage.update.changes)


def changes_of(target: Target, data: Mapping[int, tuple[bytes, ...]], command: str) -> Records:
    """Return the changes that a command makes; for `set` and `delete` without data of a type, the whole RRset goes."""
    if command == "show":
        return ()
    owner, rrclass = target.owner, target.rrclass
    changes: list[Record] = []
    for rrtype, values in data.items():
        if command == "set" or not values:
            changes.append(Record(owner, rrtype, RRClass.ANY, 0, b""))
        if command == "delete":
            changes += [Record(owner, rrtype, RRClass.NONE, 0, value) for value in values]
        else:
            changes += [Record(owner, rrtype, rrclass, _TTL, value) for value in values]
    return tuple(changes) or (Record(owner, RRType.ANY, RRClass.ANY, 0, b""),)

"""`dns-update key generate` with the algorithm of a key pair: both files, and what the server needs for SIG(0)."""

from __future__ import annotations

import time
from pathlib import Path

from dns_update.auth.sig0 import NUMBERS, PairKey
from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text
from dns_update.cli.key_input import owners_of, whole_path
from dns_update.commandline.properties import Options
from dns_update.errors import Hint, UsageError
from dns_update.keys.assignment import Assignment, Piece, check_plain, grants_for
from dns_update.keys.files import OPEN_MODE, SECRET_MODE, write_new_files
from dns_update.keys.other_side import acme_lines, agent_toml
from dns_update.keys.pair import pieces_for, private_text, rdata_of, record_of, stem_of
from dns_update.wire.name import Name

_WITHOUT_SIG0 = {"knot": "Knot", "powerdns": "PowerDNS"}


def generate_pair(options: Options, zone: Name, algorithm: str) -> int:
    """Make a key pair, and return the exit status; raises UsageError before anything is written."""
    if options.server_type in _WITHOUT_SIG0:
        raise UsageError(
            f"{_WITHOUT_SIG0[options.server_type]} has no SIG(0), which a key of {algorithm} is for",
            hint=Hint("leave {algorithm} out for a TSIG key"),
        )
    if options.hosts is not None or options.fleet is not None:
        raise UsageError(
            f"hosts= makes TSIG keys, not pairs of {algorithm}",
            hint="run key generate for each name, or leave algorithm= out",
        )
    owners = owners_of(options)
    if not owners:
        raise UsageError("name= is missing", hint="for example: name=home zone=example.com")
    grants = grants_for(owners, (options.granted_types or ()), acme=options.acme)
    name = options.key_name if options.key_name is not None else grants[0].owner
    check_plain(name, "key-name=")
    from dns_update.auth.private_key import PrivateKey  # loads cryptography

    number = next(number for number, text in NUMBERS.items() if text == algorithm)
    private = PrivateKey.generate(number)
    key = PairKey(name, private.der, rdata_of(number, private.public))
    given = options.own_key_file
    stem = whole_path(
        stem_of(key) if given is None else given.removesuffix(".private").removesuffix(".key"), "key-file="
    )
    public_file, private_file = f"{stem}.key", f"{stem}.private"
    made = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    write_new_files(
        {private_file: private_text(key, private.fields(), made), public_file: record_of(key)},
        {private_file: SECRET_MODE, public_file: OPEN_MODE},
    )
    _report(options, Assignment(key, zone, grants), key, (private_file, public_file))
    return 0


def _report(options: Options, assignment: Assignment, key: PairKey, files: tuple[str, str]) -> None:
    server, others = pieces_for(assignment, key), _other_side(assignment, options, files[0])
    if options.json:
        put(object_text(_fields(options, assignment, key, server, others, files)))
        return
    put("\n".join(f"# {piece.place}:\n{piece.text}" for piece in (*server, *others)))
    if options.quiet:
        return
    talk(f"{files[0]}: key {key.name}, {key.algorithm.text}, {key.bits} bits, tag {key.tag}; keep it on this machine")
    talk(f"{files[1]} has the public key; both files belong to the machine that sends updates, side by side")
    talk("note: the server must be BIND 9.20 or newer: 9.18 from 9.18.28 on, Knot and PowerDNS ignore SIG(0)")


def _other_side(assignment: Assignment, options: Options, path: str) -> tuple[Piece, ...]:
    """Return what is printed for the machine that uses the key."""
    toml = agent_toml(assignment, options.dns_server, (), Path(path).name)
    hook = acme_lines(assignment, path)
    pieces = (Piece("the agent's config.toml", toml), Piece("an ACME client's hook", hook))
    return tuple(piece for piece in pieces if piece.text)


def _fields(  # noqa: PLR0913, PLR0917 - what there is to say
    options: Options,
    assignment: Assignment,
    key: PairKey,
    server: tuple[Piece, ...],
    others: tuple[Piece, ...],
    files: tuple[str, str],
) -> dict[str, object]:
    return head("key", step="generate") | {
        "keys": [
            {
                "name": str(key.name),
                "algorithm": key.algorithm.text,
                "bits": key.bits,
                "tag": key.tag,
                "record": record_of(key).strip(),
                "file": files[0],
                "zone": str(assignment.zone),
                "grants": [{"name": str(grant.owner), "types": list(grant.types)} for grant in assignment.grants],
            }
        ],
        "server_type": options.server_type,
        "server": [{"place": piece.place, "text": piece.text} for piece in server],
        "clients": [{"place": piece.place, "text": piece.text} for piece in others],
        "files": list(files),
    }

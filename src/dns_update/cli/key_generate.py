"""`dns-update key generate`: new keys in new files, and the configurations that grant and use them."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from dns_update.auth import Algorithm, Key
from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text
from dns_update.cli.key_input import owners_of, text_in, whole_path
from dns_update.commandline.properties import Options
from dns_update.errors import UsageError
from dns_update.keys import bind, knot, powerdns
from dns_update.keys.assignment import Assignment, Piece, check_plain, grants_for
from dns_update.keys.files import write_new_files
from dns_update.keys.fingerprint import fingerprint_of
from dns_update.keys.hosts import Host, hosts_in
from dns_update.keys.other_side import ROUTEROS_ALGORITHM, acme_lines, agent_toml, routeros_line
from dns_update.keys.statement import key_text
from dns_update.value import Value
from dns_update.wire.name import Name

DEFAULT_ALGORITHM = "hmac-sha256"
_ENDINGS = {"knot": ".knot", "powerdns": ".sql"}  # of the file that a server reads, if it does not read a key file
_READERS = {
    "bind": "named must be able to read it, and no one else: on Debian, chown bind",
    "knot": "knotd must be able to read it, and no one else: on Debian, chown knot",
    "powerdns": "remove it when the key is in the database",
}
_PLACEHOLDER = "..."  # in place of a secret in a line that is printed


class _Made(Value):
    """A new key: what it may do, the addresses of its host, and the path of its file."""

    assignment: Assignment
    addresses: tuple[str, ...]
    path: str


def generate(options: Options) -> int:
    """Make keys as the properties say, and return the exit status; raises UsageError before anything is written."""
    zone = options.zone
    if zone is None:
        raise UsageError("zone= is missing", hint="for example: name=home zone=example.com")
    check_plain(zone, "zone=")
    algorithm = options.new_algorithm if options.new_algorithm is not None else Algorithm.from_text(DEFAULT_ALGORITHM)
    if algorithm.is_of_pair:
        from dns_update.cli.key_pair import generate_pair  # for pairs only

        return generate_pair(options, zone, algorithm.text)
    octets_for(algorithm)
    if options.hosts is not None:
        return _fleet(options, zone, algorithm)
    return _one(options, zone, algorithm)


def _one(options: Options, zone: Name, algorithm: Algorithm) -> int:
    if options.fleet is not None:
        raise UsageError("output= is given without hosts=", hint="key-file= is the file of one key")
    owners = owners_of(options)
    if not owners:
        raise UsageError("name= is missing", hint="for example: name=home zone=example.com; hosts=FILE for many keys")
    grants = grants_for(owners, (options.granted_types or ()), acme=options.acme)
    name = options.key_name if options.key_name is not None else grants[0].owner
    check_plain(name, "key-name=")
    path = whole_path(options.own_key_file or f"{_file_name(name)}.key", "key-file=")
    made = [_Made(Assignment(new_key(name, algorithm), zone, grants), (), path)]
    server_file = beside(path, _ENDINGS[options.server_type]) if options.server_type in _ENDINGS else path
    texts = {path: key_text([made[0].assignment.key], today())}
    if options.server_type in _ENDINGS:
        texts[server_file] = server_text(options.server_type, [each.assignment for each in made])
    texts |= _scripts(made, options)
    write_new_files(texts, {})
    _report(options, made, server_file, texts)
    return 0


def _fleet(options: Options, zone: Name, algorithm: Algorithm) -> int:
    for name, is_given in (
        ("name", bool(options.granted)),
        ("key-name", options.key_name is not None),
        ("key-file", options.own_key_file is not None),
    ):
        if is_given:
            raise UsageError(f"{name}= and hosts= are both given", hint="the list has the names")
    if options.fleet is None:
        raise UsageError("hosts= is given without output=", hint="output=fleet is the new directory for the files")
    directory = whole_path(options.fleet, "output=")
    if os.path.lexists(directory):
        raise UsageError(f"{directory} exists", hint="output= is a new directory; give another path")
    hosts = hosts_in(text_in(str(options.hosts), "hosts", "a list of hosts"), zone, str(options.hosts))
    made = [_for_host(host, zone, algorithm, options, directory) for host in hosts]
    server_file = f"{directory}/keys{_ENDINGS.get(options.server_type, '.conf')}"
    texts = {each.path: key_text([each.assignment.key], today()) for each in made}
    texts[server_file] = server_text(options.server_type, [each.assignment for each in made])
    texts |= _scripts(made, options)
    _write_directory(directory, texts)
    _report(options, made, server_file, texts)
    return 0


def _for_host(host: Host, zone: Name, algorithm: Algorithm, options: Options, directory: str) -> _Made:
    grants = grants_for([host.name], (options.granted_types or ()), acme=options.acme)
    key = new_key(host.name, algorithm)
    return _Made(Assignment(key, zone, grants), host.addresses, f"{directory}/{_file_name(host.name)}.key")


def new_key(name: Name, algorithm: Algorithm) -> Key:
    """Return a key with a random secret, as long as the digest."""
    return Key(name, secrets.token_bytes(octets_for(algorithm)), algorithm)


def octets_for(algorithm: Algorithm) -> int:
    """Return the length of a secret: that of the digest (RFC 2104, section 3). Raises UsageError for a truncated one.

    Such a key works with BIND only.
    """
    if algorithm.is_truncated:
        raise UsageError(
            f"algorithm=: a key is for a whole algorithm, not for {algorithm.text}", hint=f"e.g. {DEFAULT_ALGORITHM}"
        )
    return algorithm.mac_octets


def today() -> str:
    """Return the day, in UTC, as `2026-11-30`."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def _file_name(name: Name) -> str:
    return str(name).replace("*", "any").lower()


def beside(path: str, ending: str) -> str:
    """Return the path of a file beside a key file, with another ending."""
    return f"{path.removesuffix('.key')}{ending}"


def server_ending(server_type: str) -> str:
    """Return how the name ends of the file that a server reads instead of a key file; empty if it reads that."""
    return _ENDINGS.get(server_type, "")


def server_text(server_type: str, assignments: Sequence[Assignment]) -> str:
    """Return the text of the file that a server reads, with the secrets."""
    if server_type == "knot":
        return knot.file_text(assignments)
    if server_type == "powerdns":
        return powerdns.rows_text(assignments)
    return key_text([assignment.key for assignment in assignments], today())


def reader_of(server_type: str) -> str:
    """Return what must be said of the file that a server reads."""
    return _READERS[server_type]


def pieces_for(server_type: str, assignments: Sequence[Assignment], server_file: str) -> tuple[Piece, ...]:
    """Return what the configuration of a server needs for new keys, whose secrets are in its file."""
    makers = {"bind": bind.pieces_for, "knot": knot.pieces_for, "powerdns": powerdns.pieces_for}
    return makers[server_type](assignments, server_file)


def _scripts(made: Sequence[_Made], options: Options) -> dict[str, str]:
    """Return the files for the machines that use the keys: a router's script if it could sign with the key, or TOML.

    A single key for other algorithms has none: its TOML has no secret, and is printed.
    """
    texts = {}
    for each in made:
        if each.assignment.key.algorithm.text == ROUTEROS_ALGORITHM and options.dns_server:
            line = routeros_line(each.assignment, options.dns_server[0], each.addresses, each.assignment.secret)
            texts[beside(each.path, ".rsc")] = line
        elif options.hosts is not None:
            texts[beside(each.path, ".toml")] = _toml(each, options)
    return {path: text for path, text in texts.items() if text}


def _toml(made: _Made, options: Options) -> str:
    return agent_toml(made.assignment, options.dns_server, made.addresses, Path(made.path).name)


def _write_directory(directory: str, texts: Mapping[str, str]) -> None:
    """Write the files of a new directory: all of them, and then the directory gets its name; or nothing."""
    part = f"{directory}.new"
    try:
        os.mkdir(part, 0o700)
    except FileExistsError as error:
        raise UsageError(f"{part} exists", hint="another dns-update may be writing; if not, remove it") from error
    except OSError as error:
        raise UsageError(f"cannot write {directory}: {error.strerror}") from error
    try:
        write_new_files({part + path.removeprefix(directory): text for path, text in texts.items()}, {})
        os.rename(part, directory)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError):
            raise UsageError(f"cannot write {directory}: {error.strerror}") from error
        raise


def _other_side(made: _Made, options: Options) -> list[Piece]:
    """Return what is printed for the machine that uses a key, without its secret."""
    key = made.assignment.key
    pieces = []
    line = ""
    if key.algorithm.text == ROUTEROS_ALGORITHM:
        server = options.dns_server[0] if options.dns_server else "SERVER"
        line = routeros_line(made.assignment, server, made.addresses, _PLACEHOLDER)
        where = (
            f"with the secret in {beside(made.path, '.rsc')}" if options.dns_server else f"the secret is in {made.path}"
        )
    if line:
        pieces.append(Piece(f"RouterOS; {where}", line))
    elif toml := _toml(made, options):
        pieces.append(Piece("the agent's config.toml", toml))
    if hook := acme_lines(made.assignment, made.path):
        pieces.append(Piece("an ACME client's hook", hook))
    return pieces


def _report(options: Options, made: Sequence[_Made], server_file: str, texts: Mapping[str, str]) -> None:
    server = pieces_for(options.server_type, [each.assignment for each in made], server_file)
    others = _other_side(made[0], options) if options.hosts is None else []
    if options.json:
        put(object_text(_fields(options, made, server, others, texts)))
        return
    put("\n".join(f"# {piece.place}:\n{piece.text}" for piece in (*server, *others)))
    if options.quiet:
        return
    if options.hosts is not None:
        talk(f"{len(made)} key{'s' * (len(made) != 1)} in {Path(server_file).parent}, each in a file of its own")
    for each in made if options.hosts is None else ():
        key = each.assignment.key
        talk(
            f"{each.path}: key {key.name}, {key.algorithm.text}, {len(key.secret) * 8} bits, "
            f"fingerprint {fingerprint_of(key)}"
        )
    talk(f"{server_file} is for the server; {reader_of(options.server_type)}")
    if made[0].assignment.key.algorithm.text == ROUTEROS_ALGORITHM:
        talk("note: HMAC-MD5 is for old routers only; leave algorithm= out for other machines")


def _fields(
    options: Options, made: Sequence[_Made], server: Sequence[Piece], others: Sequence[Piece], texts: Mapping[str, str]
) -> dict[str, object]:
    return head("key", step="generate") | {
        "keys": [_key_fields(each) for each in made],
        "server_type": options.server_type,
        "server": [{"place": piece.place, "text": piece.text} for piece in server],
        "clients": [{"place": piece.place, "text": piece.text} for piece in others],
        "files": list(texts),
    }


def _key_fields(made: _Made) -> dict[str, object]:
    key = made.assignment.key
    return {
        "name": str(key.name),
        "algorithm": key.algorithm.text,
        "bits": len(key.secret) * 8,
        "fingerprint": fingerprint_of(key),
        "file": made.path,
        "zone": str(made.assignment.zone),
        "grants": [{"name": str(grant.owner), "types": list(grant.types)} for grant in made.assignment.grants],
    }

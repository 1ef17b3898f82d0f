"""`dns-update key rotate`: a successor for a key, in the same file, and how the server gets it."""

from __future__ import annotations

import os
import secrets

from dns_update.auth import Key
from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text
from dns_update.cli.key_generate import octets_for, server_ending, server_text, today
from dns_update.cli.key_input import KeyFile, owners_of, read_key_file
from dns_update.cli.key_usage import usage_fields, usage_in, usage_text
from dns_update.cli.on_server import apply, ask, configuration_in, programs_for, shown
from dns_update.commandline.properties import Options
from dns_update.errors import UsageError
from dns_update.keys import bind, knot
from dns_update.keys.assignment import Assignment, Piece, check_plain, grants_for, successor_name
from dns_update.keys.files import replace_file, write_new_files
from dns_update.keys.fingerprint import fingerprint_of
from dns_update.keys.statement import key_text

_KEYS_OF_ROTATION = 2


def rotate(options: Options) -> int:
    """Put a successor before the key of a file, and return the exit status; raises DnsUpdateError.

    If the file has two keys, that is done already: say what is left to do.
    """
    file = read_key_file(options, "rotate")
    owners = owners_of(options)
    if options.granted_types and not owners:
        raise UsageError("type= is given without name=", hint="name= and zone= are what the key may change")
    if len(file.keys) > _KEYS_OF_ROTATION:
        names = ", ".join(str(key.name) for key in file.keys)
        raise UsageError(f"{file.called} holds several keys: {names}", hint="a key is replaced in a file of its own")
    if len(file.keys) == _KEYS_OF_ROTATION:
        return _go_on(file, options)
    old = file.keys[0]
    check_plain(old.name, f"the name of the key in {file.called}")
    name = successor_name(old.name, today(), [old.name])
    algorithm = old.algorithm if options.new_algorithm is None else options.new_algorithm
    if algorithm.is_of_pair:
        raise UsageError(
            f"a key pair of {algorithm.text} cannot replace a TSIG key in its file",
            hint="dns-update key generate makes one; the server can take both keys for as long as you like",
        )
    new = Key(name, secrets.token_bytes(octets_for(algorithm)), algorithm)
    if options.apply_to is not None and options.server_type == "powerdns":
        from dns_update.cli.key_powerdns import rotate_there  # one kind of server, one import

        new = rotate_there(file, new, options)
    elif options.apply_to is not None:
        _apply(file, old, new, options)
    else:
        _write(file, new, options)
    return _report(file, old, new, options)


def _go_on(file: KeyFile, options: Options) -> int:
    """Let the server's configuration have the successor that the file has, if it should and lacks it.

    pdnsutil would take its secret as an argument, so PowerDNS does not get it here.
    """
    new, old = file.keys
    if options.apply_to is None or options.server_type == "powerdns":
        return _progress(file, options)
    if str(new.name).lower() in configuration_in(options.apply_to).lower():
        return _progress(file, options)
    _apply(file, old, new, options)
    return _report(file, old, new, options)


def with_successor(file: KeyFile, new: Key) -> str:
    """Return the text of a key file with the successor before all else, if it is not there already."""
    return file.text if new in file.keys else key_text([new], today()) + file.text


def _write(file: KeyFile, new: Key, options: Options) -> None:
    """Write the key file, and the file for a server that does not read key files; first the new one."""
    server_file = _server_file(file, new, options)
    if server_file != file.path:
        write_new_files({server_file: server_text(options.server_type, [Assignment(new, new.name, ())])}, {})
    try:
        replace_file(file.path, with_successor(file, new), file.text)
    except BaseException:
        if server_file != file.path:
            os.unlink(server_file)
        raise


def _server_file(file: KeyFile, new: Key, options: Options) -> str:
    ending = server_ending(options.server_type)
    return f"{os.path.dirname(os.path.abspath(file.path))}/{new.name}{ending}" if ending else file.path


def _assignment(key: Key, options: Options) -> Assignment:
    owners = owners_of(options)
    grants = grants_for(owners, (options.granted_types or ()), acme=options.acme) if owners else ()
    return Assignment(key, options.zone if options.zone is not None else key.name, grants)


def _apply(file: KeyFile, old: Key, new: Key, options: Options) -> None:
    """Change the key file and the server's configuration together."""
    path = str(options.apply_to)
    programs_for(options.server_type)
    is_same = os.path.realpath(path) == os.path.realpath(file.path)
    before = configuration_in(path)
    if options.server_type == "knot":
        after = knot.with_successor(before, old, new, path)
    else:
        after = bind.with_successor(before, old, new, today(), path)
    texts = {path: after} if is_same else {file.path: with_successor(file, new), path: after}
    commands = " and ".join(shown(options.server_type))
    ask(f"write {' and '.join(texts)}, then run {commands}?", is_answered=options.yes)
    apply(texts, {file.path: file.text, path: before}, options.server_type, [old, new], needs=new.name)


def _steps(file: KeyFile, old: Key, new: Key, options: Options) -> list[Piece]:
    """Return what is left to do, in order."""
    path = os.path.abspath(file.path)
    server_file = _server_file(file, new, options)
    steps = []
    if options.apply_to is None:
        if options.server_type == "bind":
            what = f'# it has both keys now; named.conf includes it, or a copy of it\ninclude "{path}";\n'
        elif options.server_type == "knot":
            what = f'include: "{server_file}"\n'
        else:
            what = f"sqlite3 /var/lib/powerdns/pdns.sqlite3 < {server_file}\n"
        steps.append(Piece(f"1. The server gets key {new.name}", what))
        steps.append(Piece(f"2. It may do what {old.name} may", _grants(old, new, options)))
        steps.append(Piece("3. The server reads it", _reload(options.server_type)))
    number = len(steps) + 1
    steps.append(
        Piece(
            f"{number}. The machines that use the key get the new file, {path}; the agent reads it at its restart",
            "systemctl restart dns-update-agent\n",
        )
    )
    steps.append(
        Piece(
            f"{number + 1}. When the older key is used no more, the server loses it",
            f"dns-update key rotate {path}   # says whether it is still used\n{_revocation(file, old, options)}\n",
        )
    )
    return steps


def _grants(old: Key, new: Key, options: Options) -> str:
    if options.server_type == "powerdns":
        zone = options.zone if options.zone is not None else "ZONE"
        return f"pdnsutil add-meta {zone} TSIG-ALLOW-DNSUPDATE {new.name}\n"
    assignment = _assignment(new, options)
    if options.server_type == "knot":
        return f"# in each acl with key: {old.name}\n    key: [{new.name}, {old.name}]\n"
    if assignment.grants:
        return "".join(f"    {line}\n" for line in bind.grant_lines(assignment))
    return f'# after each grant "{old.name}" ...; the same again for the new key\n    grant "{new.name}" ...;\n'


def _reload(server_type: str) -> str:
    if server_type == "powerdns":
        return "pdns_control purge '$'\n"
    return " && ".join(shown(server_type)) + "\n"


def _revocation(file: KeyFile, old: Key, options: Options) -> str:
    zone = f" zone={options.zone}" if options.zone is not None else " zone=ZONE"
    applied = f" apply-to={options.apply_to}" if options.apply_to is not None else ""
    kind = f" server-type={options.server_type}" if options.server_type != "bind" else ""
    path = os.path.abspath(file.path)
    return f"dns-update key revoke {path} key-name={old.name}{zone}{kind}{applied}"


def _report(file: KeyFile, old: Key, new: Key, options: Options) -> int:
    steps = _steps(file, old, new, options)
    if options.json:
        left = [{"what": step.place, "text": step.text} for step in steps]
        put(object_text(_fields(file, old, new) | {"steps": left, "applied": options.apply_to is not None}))
        return 0
    put("\n".join(f"# {step.place}:\n{step.text}" for step in steps))
    if not options.quiet:
        talk(f"{file.path}: key {new.name}, fingerprint {fingerprint_of(new)}, is now before {old.name}")
        talk(f"where a server does not accept {new.name} yet, {old.name} is used, with a warning")
    return 0


def _progress(file: KeyFile, options: Options) -> int:
    """Say how far the replacement of a key is, and what is left to do."""
    new, old = file.keys
    usage = usage_in(options.key_history, old.name, new.name)
    revocation = _revocation(file, old, options)
    if options.json:
        put(object_text(_fields(file, old, new) | {"usage": usage_fields(usage), "next": revocation}))
        return 0
    talk(f"{file.path}: {old.name} has a successor already, {new.name}; nothing was changed")
    talk(usage_text(usage, old.name, new.name, options.key_history))
    put(f"# When the older key is used no more, the server loses it:\n{revocation}\n")
    return 0


def _fields(file: KeyFile, old: Key, new: Key) -> dict[str, object]:
    return head("key", step="rotate") | {
        "file": file.path,
        "newer": str(new.name),
        "older": str(old.name),
    }

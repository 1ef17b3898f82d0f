"""Keys in the database of a PowerDNS on this machine, by pdnsutil, and no secret in any argument.

pdnsutil takes a secret only as an argument, which other users can see. It makes keys itself, too, and lists them on its
standard output; so the successor's secret is its own.
"""

from __future__ import annotations

import os

from dns_update.auth import Key, decoded_base64
from dns_update.cli.key_input import KeyFile
from dns_update.cli.on_server import ask, found, run
from dns_update.commandline.properties import Options
from dns_update.errors import ServerFailure, UsageError
from dns_update.keys.files import replace_file
from dns_update.keys.powerdns import ALLOWED
from dns_update.keys.statement import key_text
from dns_update.wire.name import Name

_FIELDS_OF_KEY = 3  # a line of `pdnsutil list-tsig-keys`: name, algorithm, secret


def rotate_there(file: KeyFile, planned: Key, options: Options) -> Key:
    """Have PowerDNS make the successor and allow it to update the zone; return it, written to the key file.

    `planned` has the successor's name and algorithm. Raises UsageError before anything is changed, ServerFailure if
    pdnsutil fails.
    """
    from dns_update.cli.key_generate import today  # it imports much that only generate needs

    zone = _zone_of(options)
    _pdnsutil(options, "list-tsig-keys")
    ask(f"have pdnsutil make key {planned.name} and allow it to update {zone}?", is_answered=options.yes)
    _pdnsutil(options, "generate-tsig-key", str(planned.name).lower(), planned.algorithm.text)
    secret = _secret_of(planned.name, options)
    new = Key(planned.name, secret, planned.algorithm)
    try:
        replace_file(file.path, key_text([new], today()) + file.text, file.text)
    except BaseException:
        _pdnsutil(options, "delete-tsig-key", str(new.name).lower())
        raise
    _pdnsutil(options, "add-meta", str(zone), ALLOWED, str(new.name).lower())
    return new


def revoke_there(name: Name, options: Options) -> None:
    """Remove a key from a zone's metadata and from the database; raises as `rotate_there`."""
    zone = _zone_of(options)
    listed = _pdnsutil(options, "get-meta", str(zone), ALLOWED).partition("=")[2].split(",")
    left = [each.strip() for each in listed if each.strip() and Name.from_text(each.strip()) != name]
    ask(f"have pdnsutil remove key {name} from {zone} and from the database?", is_answered=options.yes)
    _pdnsutil(options, "set-meta", str(zone), ALLOWED, *left)
    _pdnsutil(options, "delete-tsig-key", str(name).lower())


def _zone_of(options: Options) -> Name:
    """Return the zone; raises UsageError if it is missing, or if apply-to= is not what it is for PowerDNS."""
    if options.zone is None:
        raise UsageError("zone= is missing", hint="PowerDNS allows a key for a zone: apply-to= needs to know which")
    if not os.path.isfile(f"{options.apply_to}/pdns.conf"):
        raise UsageError(
            f"apply-to=: there is no pdns.conf in {options.apply_to}", hint="for PowerDNS, it is a directory"
        )
    return options.zone


def _secret_of(name: Name, options: Options) -> bytes:
    for line in _pdnsutil(options, "list-tsig-keys").splitlines():
        fields = line.split()
        if len(fields) == _FIELDS_OF_KEY and Name.from_text(fields[0]) == name:
            secret = decoded_base64(fields[2].encode())
            if secret is not None:
                return secret
    raise ServerFailure(f"pdnsutil does not list key {name}, which it has made")


def _pdnsutil(options: Options, *words: str) -> str:
    """Run pdnsutil, and return its standard output; raises ServerFailure, which does not show the output."""
    done = run((*found(("pdnsutil",)), f"--config-dir={options.apply_to}", *words))
    if done.status:
        raise ServerFailure(f"pdnsutil {words[0]} has failed with status {done.status}", hint="run it by hand")
    return done.output

"""`dns-update key revoke`: how a server loses a key, and whether it refuses it now."""

from __future__ import annotations

import os

from dns_update.auth import Key
from dns_update.auth.private_file import read_private_file
from dns_update.cli import put, talk
from dns_update.cli.as_json import error_fields, head, object_text
from dns_update.cli.key_access import NO, KeyAccess, access_of
from dns_update.cli.key_input import KeyFile, owners_of, read_key_file
from dns_update.cli.on_server import apply, ask, configuration_in, programs_for, shown
from dns_update.commandline.properties import Options
from dns_update.errors import DnsUpdateError, KeyRejected, ReplyNotTrusted, UsageError
from dns_update.keys import bind, knot
from dns_update.keys.files import replace_file
from dns_update.keys.statement import without_key
from dns_update.transport.aio import AsyncioTransport
from dns_update.value import Value
from dns_update.wire.codes import Rcode

REFUSED, ACCEPTED = 0, 20  # exit statuses; a server that still accepts the key has something left to change
_UNSIGNED_REFUSALS = (Rcode.REFUSED, Rcode.NOTAUTH)  # PowerDNS, of a key that it does not know


class _Revocation(Value):
    """What the servers said: those that refuse the key, those that accept it, and the errors of others."""

    refusing: tuple[str, ...]
    accepting: tuple[str, ...]
    errors: tuple[DnsUpdateError, ...]

    @property
    def status(self) -> int:
        """The exit status: 0 only if every server was asked and refuses the key."""
        if self.accepting:
            return ACCEPTED
        return next((error.exit_status for error in self.errors), REFUSED)


def revoke(options: Options) -> int:
    """Show how the server loses a key, or change it, and try the key; return the exit status. Raises DnsUpdateError."""
    file = read_key_file(options, "revoke")
    key = _key_of(file, options)
    owners_of(options)
    if options.zone is None:
        raise UsageError("zone= is missing", hint="the key is tried there: e.g. zone=example.com dns-server=192.0.2.1")
    AsyncioTransport(options.local_address)  # a wrong address is told before anything is changed
    if options.apply_to is not None:
        _apply(file, key, options)
    elif not options.json:
        put(_configuration_without(key, options))
    result = _tried(key, options)
    if result.status == REFUSED and len(file.keys) > 1:
        _drop(file, key, options)
    is_dropped = without_key(_text_of(file), key.name, file.called) == _text_of(file)
    if options.json:
        put(object_text(_fields(file, key, options, result, is_dropped=is_dropped)))
    else:
        _tell(file, key, result, options, is_dropped=is_dropped)
    return result.status


def _key_of(file: KeyFile, options: Options) -> Key:
    """Return the key that is meant: the one that is named, or the older of two, or the only one."""
    if options.key_name is not None:
        return file.key_named(options.key_name)
    if len(file.keys) > 2:  # noqa: PLR2004 - of two, the second is the older
        names = ", ".join(str(key.name) for key in file.keys)
        raise UsageError(f"{file.called} holds several keys: {names}", hint="choose one by key-name=")
    return file.keys[-1]


def _apply(file: KeyFile, key: Key, options: Options) -> None:
    if options.server_type == "powerdns":
        from dns_update.cli.key_powerdns import revoke_there  # one kind of server, one import

        revoke_there(key.name, options)
        return
    path = str(options.apply_to)
    programs_for(options.server_type)
    before = configuration_in(path)
    without = knot.without if options.server_type == "knot" else bind.without
    after = without(before, key.name, path)
    texts, old = {path: after}, {path: before}
    is_same = os.path.realpath(path) == os.path.realpath(file.path)
    if options.server_type == "bind" and not is_same and len(file.keys) > 1:  # named may include it
        texts[file.path], old[file.path] = without_key(file.text, key.name, file.called), file.text
    commands = " and ".join(shown(options.server_type))
    ask(f"write {' and '.join(texts)}, then run {commands}?", is_answered=options.yes)
    apply(texts, old, options.server_type, file.keys)


def _drop(file: KeyFile, key: Key, options: Options) -> None:
    """Remove a key that the server refuses from its file, unless the user does not want that."""
    if options.apply_to is None:
        try:
            ask(f"remove key {key.name} from {file.path}?", is_answered=options.yes)
        except UsageError:  # no, or nobody is there
            return
    text = _text_of(file)
    left = without_key(text, key.name, file.called)
    if left != text:
        replace_file(file.path, left, text)


def _text_of(file: KeyFile) -> str:
    """Return the text that the key file has now: `_apply` may have changed it."""
    return read_private_file(file.path, file.called)


def _configuration_without(key: Key, options: Options) -> str:
    """Return what to remove from a server's configuration."""
    name = key.name
    if options.server_type == "powerdns":
        return (
            f"# on the server, as root; get-meta shows the keys, set-meta takes those that stay:\n"
            f"pdnsutil get-meta {options.zone} TSIG-ALLOW-DNSUPDATE\n"
            f"pdnsutil set-meta {options.zone} TSIG-ALLOW-DNSUPDATE KEY...\n"
            f"pdnsutil delete-tsig-key {str(name).lower()}\n"
        )
    if options.server_type == "knot":
        what = (
            f"# knot.conf: remove the item of the key, and its name from each acl:\n  - id: {name}\n    key: {name}\n"
        )
    else:
        what = f'# named.conf: remove these statements:\nkey "{name}" {{ ... }};\ngrant "{name}" ...;\n'
    return f"{what}\n# then:\n{' && '.join(shown(options.server_type))}\n"


def _tried(key: Key, options: Options) -> _Revocation:
    """Ask the zone's servers whether they accept the key; nothing is changed."""
    access = access_of(key, options)
    accepting = dict.fromkeys(one.server for one in access.permissions if not _is_closed(access, one.server))
    closed = {one.server for one in access.permissions} - accepting.keys()
    refusing = [error.server for error in access.errors if _is_refusal(error)]
    others = tuple(error for error in access.errors if not _is_refusal(error))
    return _Revocation((*sorted(closed), *refusing), tuple(accepting), others)


def _is_closed(access: KeyAccess, server: str) -> bool:
    """Return whether a server that still knows the key lets it change nothing.

    If it does not refuse every update, that can only be said of names that were tried because the user gave them.
    """
    tried = [one for one in access.permissions if one.server == server]
    was_asked = any(one.owner is not None for one in tried)
    return server in access.closed or (was_asked and all(one.allowed == NO for one in tried))


def _is_refusal(error: DnsUpdateError) -> bool:
    if isinstance(error, KeyRejected):
        return True
    return isinstance(error, ReplyNotTrusted) and error.claimed_rcode in _UNSIGNED_REFUSALS


def _tell(file: KeyFile, key: Key, result: _Revocation, options: Options, *, is_dropped: bool) -> None:
    for server in result.accepting:
        talk(f"{server} still accepts key {key.name}: it is not revoked")
    for error in result.errors:
        talk(str(error))
    if options.quiet:
        return
    for server in result.refusing:
        talk(f"{server} refuses key {key.name} now")
    if result.status == REFUSED and is_dropped:
        talk(f"{file.path} does not have it any more")
    elif result.status == REFUSED:
        talk(f"{file.path} still has it; {'yes=yes removes it' if len(file.keys) > 1 else 'remove the file'}")


def _fields(file: KeyFile, key: Key, options: Options, result: _Revocation, *, is_dropped: bool) -> dict[str, object]:
    return head("key", result.status, step="revoke") | {
        "file": file.path,
        "name": str(key.name),
        "configuration": None if options.apply_to is not None else _configuration_without(key, options),
        "applied": options.apply_to is not None,
        "refused_by": list(result.refusing),
        "accepted_by": list(result.accepting),
        "errors": [error_fields(error) for error in result.errors],
        "in_file": not is_dropped,
    }

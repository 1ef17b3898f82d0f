"""Findings about the TSIG key in BIND's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dns_update import errors
from dns_update.server_config.bind.statements import Statement, read_one_file
from dns_update.server_config.bind.update_policy import SESSION_KEY
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.keys import fault_of, has_secret, nearest_name
from dns_update.server_config.source import as_name
from dns_update.wire.name import Name

_MAX_KEY_FILE_OCTETS = 1 << 20
_ENDINGS = (".conf", ".key", ".keys")  # of files that administrators put keys in


def examine_key(
    found: Findings, intended: IntendedUpdate, scope: ViewScope, others: list[ViewScope], main: Place
) -> bool:
    """Add what there is to say about the key; return whether the server knows it.

    `others` are the other views, `main` the configuration file.
    """
    signer = intended.signer
    if signer is None:
        return False
    key = scope.key(signer)
    if key is None:
        return _is_session_key(signer, scope) or _is_missing(found, intended, signer, scope, others, main)
    return _compare(found, intended, key)


def _is_session_key(signer: Name, scope: ViewScope) -> bool:
    """Return whether the key is the one that named makes itself, in any case, for zones with `update-policy local`."""
    options = scope.options
    return signer == (as_name("" if options is None else options.setting("session-keyname")) or SESSION_KEY)


def _is_missing(  # noqa: PLR0913, PLR0917 - all that a key may be looked for in
    found: Findings,
    intended: IntendedUpdate,
    signer: Name,
    scope: ViewScope,
    others: list[ViewScope],
    main: Place,
) -> bool:
    elsewhere = next((key for other in others if (key := other.key(signer)) is not None), None)
    if elsewhere is not None:
        view = next(other.name for other in others if other.key(signer) is not None)
        found.fault("key-in-other-view", elsewhere.place, view=scope.name, other=view)
        return False
    not_included = _in_file_beside(signer, scope, main)
    if not_included is not None:
        found.fault("key-not-included", not_included.place, main=main.file)
        return False
    same = next((key for key in scope.keys if has_secret(intended, key.setting("secret"))), None)
    if same is not None:
        found.fault("key-other-name", same.place, similar=same.word(1))
        return False
    near = nearest_name(signer, [key.word(1) for key in scope.keys])
    if near:
        similar = next(key for key in scope.keys if key.word(1).lower() == near.lower())
        found.fault("key-similar", similar.place, similar=similar.word(1))
    else:
        names = ", ".join(key.word(1) for key in scope.keys) or "none"
        found.fault("key-unknown", main, known=names)
    return False


def _compare(found: Findings, intended: IntendedUpdate, key: Statement) -> bool:
    algorithm = key.setting("algorithm")
    code = fault_of(intended, algorithm, key.setting("secret"))
    if not code:
        found.right("key-right", key.place)
        return True
    differs = key.child("algorithm" if code == "key-algorithm" else "secret") or key
    found.fault(code, differs.place, other=algorithm)
    return False


def _in_file_beside(signer: Name, scope: ViewScope, main: Place) -> Statement | None:
    """Return the key's statement in a file beside those that are read, which no `include` names."""
    files = {main.file, *(each.source.path for each in (*scope.outer, *scope.statements))}
    read = {Path(file).resolve() for file in files}
    for directory in sorted({path.parent for path in read}):
        for path in _files_with_keys(directory):
            if path.resolve() not in read and (key := _key_in(str(path), signer)) is not None:
                return key
    return None


def _files_with_keys(directory: Path) -> Iterator[Path]:
    with suppress(OSError):  # a directory that we may not read, or a file that has just gone
        for path in sorted(directory.iterdir()):
            has_ending = path.name.endswith(_ENDINGS) or path.name.startswith("named.conf")
            if has_ending and path.is_file() and path.stat().st_size <= _MAX_KEY_FILE_OCTETS:
                yield path


def _key_in(path: str, signer: Name) -> Statement | None:
    try:
        statements = read_one_file(path)
    except errors.UsageError:  # a K*.key file, or one that we may not read
        return None
    return next((each for each in statements if each.keyword == "key" and as_name(each.word(1)) == signer), None)

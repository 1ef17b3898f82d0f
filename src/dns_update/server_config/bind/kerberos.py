"""Findings about how named takes part in Kerberos (GSS-TSIG)."""

from __future__ import annotations

from pathlib import Path

from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.finding import Findings, Place

_CREDENTIALS = ("tkey-gssapi-keytab", "tkey-gssapi-credential")


def examine_kerberos(found: Findings, scope: ViewScope, main: Place) -> None:
    """Add that named has no key of its own for Kerberos; `main` is the configuration file."""
    options = scope.options
    setting = None if options is None else options.child(*_CREDENTIALS)
    if setting is None:
        found.fault("keytab-not-set", main if options is None else options.place)
    elif setting.keyword == _CREDENTIALS[0] and _is_missing(setting.word(1)):
        found.fault("keytab-missing", setting.place, keytab=setting.word(1))


def _is_missing(path: str) -> bool:
    """Return whether there is no such file, as far as we may look."""
    try:
        return Path(path).is_absolute() and not Path(path).exists()
    except OSError:
        return False

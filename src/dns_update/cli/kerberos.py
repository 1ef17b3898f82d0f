"""The Kerberos credentials that the properties of a command line name."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import read_secret
from dns_update.auth.gss import GssKey, GssSettings
from dns_update.client.gss import gss_key
from dns_update.commandline.properties import Options

_OF_KEYS = ("key", "key-file", "key-name", "algorithm", "key-encoding")
_OF_GSS = ("realm", "principal", "keytab", "ccache", "password")


def gss_key_of(options: Options) -> GssKey:
    """Return the credentials in the place of a key; raises UsageError for what does not go together.

    Nothing is asked yet, but files that cannot be used are told, and whether the library is there.
    """
    if options.auth != "gss":
        raise errors.UsageError(f"{_given(options, _OF_GSS)}= is given without auth=gss", hint="give both, or none")
    of_key = _given(options, _OF_KEYS)
    if of_key:
        raise errors.UsageError(
            f"auth=gss and {of_key}= are both given", hint="sign with a Kerberos ticket, or with a key"
        )
    password = None if options.password is None else read_secret(options.password, encoding="text")
    return gss_key(
        GssSettings(
            realm=options.realm,
            principal=options.principal,
            keytab=options.keytab,
            ccache=options.ccache,
            password=password,
        )
    )


def _given(options: Options, names: tuple[str, ...]) -> str:
    return next((name for name in names if name.replace("-", "_") in options.given), "")

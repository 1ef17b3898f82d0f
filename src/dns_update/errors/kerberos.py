"""Kerberos and GSS-TSIG: what is wrong and what to do, by the cause."""

from __future__ import annotations

from dns_update.errors import causes
from dns_update.errors.classes import ClocksDiffer, KerberosError
from dns_update.errors.hints import Hint

_NTP = "set the clock that is wrong, and keep it right by NTP (timedatectl set-ntp true); Kerberos allows 300 s"
_TEXTS = {
    causes.NO_TICKET: (
        "there is no Kerberos ticket",
        Hint("run kinit, or give {keytab}, or {ccache} where the ticket is"),
    ),
    causes.NOT_IN_CACHE: (
        "there is no ticket of {principal} in the credentials cache",
        Hint("klist shows whose ticket is there; run kinit for this principal, or leave {principal} out"),
    ),
    causes.NOT_IN_KEYTAB: (
        "the keytab gives no ticket for {principal}",
        Hint("klist -k shows which principals are in the keytab: give one of them by {principal}, or another {keytab}"),
    ),
    causes.WRONG_PASSWORD: (
        "the KDC does not accept the password or key of {principal}",
        Hint("check {password}; if it is a keytab, its key is older than the KDC's: export it again"),
    ),
    causes.PRINCIPAL_UNKNOWN: (
        "the KDC does not know {principal}",
        Hint("check {principal} and its realm; AD wants CLIENT$ for a computer"),
    ),
    causes.PRINCIPAL_DISABLED: (
        "the KDC gives {principal} no ticket",
        "the account, or its password, is locked or expired: ask who manages the KDC",
    ),
    causes.SERVICE_UNKNOWN: (
        "the KDC does not know the name server as {target}",
        Hint(
            "make that principal and put its key into the server's keytab (AD and FreeIPA do so by themselves); the "
            "host is the primary in the zone's SOA record, so check that; or give the server's realm by {realm}"
        ),
    ),
    causes.REALM_UNKNOWN: (
        "there is no way to a ticket of the realm {realm}",
        Hint("check {realm}, or write the realm and its KDC in /etc/krb5.conf; it must trust the realm of the ticket"),
    ),
    causes.TICKET_EXPIRED: ("the ticket has expired", Hint("run kinit again; with {keytab}, that is done by itself")),
    causes.TICKET_NOT_YET_VALID: ("the ticket is not valid yet", _NTP),
    causes.CLOCK_SKEW: ("the clocks differ too much", _NTP),
    causes.KDC_UNREACHABLE: (
        "the KDC does not answer",
        "check the KDCs of the realm in /etc/krb5.conf or in DNS (_kerberos._udp), and that port 88 is not filtered",
    ),
    causes.KERBEROS_FAILED: ("Kerberos failed", "kvno DNS/HOST@REALM tries the same; KRB5_TRACE=/dev/stderr shows it"),
    causes.NO_GSS: (
        "it does not negotiate keys by GSS-TSIG",
        "BIND needs tkey-gssapi-keytab in its options; Knot, and PowerDNS in Debian, know only TSIG keys",
    ),
    causes.TICKET_REFUSED: (
        "it does not accept the ticket for {target}",
        (
            "its log says why: the clocks differ by more than 300 s, it cannot read its keytab, or that has not the "
            "key of the principal, or an older one (compare the numbers that kvno and klist -k show)"
        ),
    ),
    causes.TKEY_NAME_TAKEN: ("it has a key of this name already", "try again: each key has a name of its own"),
    causes.TKEY_REFUSED: ("it does not agree on a key", "its log may say why"),
}


def kerberos_error(
    words: str,
    cause: str,
    *,
    principal: str = "",
    target: str = "",
    endpoint: object = None,
) -> KerberosError:
    """Return the error of a cause; `words` are those of the library, or what the server answered, for people."""
    text, hint = _TEXTS[cause]
    said = text.format(
        principal=principal or "the user", target=target or "the server", realm=(target or principal).rpartition("@")[2]
    )
    error = KerberosError(f"{said} ({words})" if words else said, hint=hint, endpoint=endpoint, cause=cause)
    if cause in (causes.CLOCK_SKEW, causes.TICKET_NOT_YET_VALID):
        error.exit_status = ClocksDiffer.exit_status
    return error

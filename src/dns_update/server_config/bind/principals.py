"""How BIND's rules for Kerberos read a principal: as a host of a realm; pure (`gssapictx.c` in BIND).

MIT's form is `host/client.example.com@EXAMPLE.COM`, and Active Directory's `CLIENT$@EXAMPLE.COM`, which is the host
client.example.com. A realm is compared with its letters' case.
"""

from __future__ import annotations

from dns_update.server_config.source import as_name
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    PrincipalForm = Literal["krb5", "ms"]

KERBEROS_RULES: dict[str, PrincipalForm] = {
    "krb5-self": "krb5",
    "krb5-selfsub": "krb5",
    "krb5-subdomain": "krb5",
    "krb5-subdomain-self-rhs": "krb5",
    "ms-self": "ms",
    "ms-selfsub": "ms",
    "ms-subdomain": "ms",
    "ms-subdomain-self-rhs": "ms",
}
"""The rule types whose identity is a realm, and the form of principals that they are for."""

OF_TARGETS = ("krb5-subdomain-self-rhs", "ms-subdomain-self-rhs")
"""Rule types that let PTR and SRV records point only to the principal's own host."""


def host_of(signer: Name, realm: str, form: PrincipalForm) -> Name | None:
    """Return the host that a principal is; None if it has another form, or is of another realm."""
    name, at, own_realm = principal_text(str(signer)).rpartition("@")
    if not at or own_realm != realm.removesuffix("."):
        return None
    if form == "ms":
        return as_name(f"{name[:-1]}.{own_realm}") if name.endswith("$") else None
    service, slash, host = name.partition("/")
    return as_name(host) if service == "host" and slash else None


def principal_text(name: str) -> str:
    r"""Return a principal as people write it, from the form of a name, which has `\@` and `\$`."""
    return name.replace("\\@", "@").replace("\\$", "$")

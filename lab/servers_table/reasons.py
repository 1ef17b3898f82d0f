"""Why a server does otherwise than a story expects, or has not got a transport or a signature."""

from collections.abc import Sequence
from dataclasses import dataclass

from dns_update import errors
from lab.pairs import KEYGEN
from lab.servers_table.behaviours import Otherwise
from lab.servers_table.site import ALGORITHMS, Program


class Lacking(Exception):
    """The server has not got it, so nothing could be asked."""


@dataclass(frozen=True)
class Reason:
    """The reason why a server's cell in a row is not a yes, and what the run must show then.

    It is for the versions from `since` on, and before `before`, both as numbers.
    """

    program: str
    rows: Sequence[str]
    words: str
    shown_by: tuple[type[Exception], ...] = (Lacking,)
    since: tuple[int, ...] = ()
    before: tuple[int, ...] = (1_000,)

    def is_for(self, program: Program, row: str) -> bool:
        """Return whether it is about a row of this server."""
        numbers = tuple(map(int, program.version.split(".")))
        return program.name == self.program and row in self.rows and self.since <= numbers < self.before


_KNOT_3_4 = (3, 4)
_SIG0 = tuple(KEYGEN)
_CHECK = "`dns-update check` finds out which"
_BOTH = ("PowerDNS", "PowerDNS behind dnsdist")
_SAMBA = "Samba"
_SIGNS_RIGHTLY = (4, 20)

_OF_SAMBA = (
    Reason(
        _SAMBA,
        ("set_address", "udp", "tcp", "gss"),
        "the change is made, but the answers are signed wrongly, so nothing proves it",
        (Otherwise,),
        before=_SIGNS_RIGHTLY,
    ),
    Reason(
        _SAMBA,
        ("prerequisites", "many_changes", "alias_beside", "no_such_zone"),
        "its answers are signed wrongly, so they are not believed",
        (errors.ReplyNotTrusted,),
        before=_SIGNS_RIGHTLY,
    ),
    Reason(
        _SAMBA, ("not_permitted",), "it says SERVFAIL, with our own signature in place of its own",
        (errors.ServerFailure,), before=_SIGNS_RIGHTLY,
    ),
    Reason(
        _SAMBA, ("unknown_key",), "it says REFUSED, with our own signature in place of its own",
        (errors.ReplyNotTrusted,), since=_SIGNS_RIGHTLY,
    ),
    Reason(_SAMBA, ("wrong_secret",), "the KDC says it, before the server is asked", (errors.KerberosError,)),
    Reason(_SAMBA, ("other_types",), "it answers NOTIMP to CAA, and takes the others", (errors.ServerFailure,)),
    Reason(
        _SAMBA, ("probe",), "it looks at the condition before the permission, so only an update shows that",
        (Otherwise,),
    ),
    Reason(_SAMBA, ("transfer",), "it transfers no zones", (errors.MalformedMessage,)),
    Reason(_SAMBA, ("one_name_only",), "each account of the domain may create names", (Otherwise,)),
    Reason(_SAMBA, ("none",), "only with `allow dns updates = nonsecure` in smb.conf", (errors.PermissionDenied,)),
    Reason(_SAMBA, ALGORITHMS, "it knows no keys, only tickets", (errors.KeyRejected, errors.ReplyNotTrusted)),
    Reason(_SAMBA, _SIG0, "it knows no SIG(0)"),
    Reason(_SAMBA, ("tls",), "it speaks no DNS over TLS"),
    Reason(_SAMBA, ("quic",), "it speaks no DNS over QUIC"),
)  # fmt: skip

REASONS = (
    *_OF_SAMBA,
    Reason(
        "Knot DNS",
        ("not_permitted",),
        f"it says BADKEY, as to an unknown key; {_CHECK}",
        (errors.KeyRejected,),
        before=_KNOT_3_4,
    ),
    Reason(
        "Knot DNS",
        ("not_permitted", "unknown_key"),
        f"it says NOTAUTH without a signature to both; {_CHECK}",
        (errors.ReplyNotTrusted,),
        since=_KNOT_3_4,
    ),
    Reason(
        "Knot DNS", ("no_such_zone",), f"its NOTAUTH has no signature, so it is not believed; {_CHECK}",
        (errors.ReplyNotTrusted,),
    ),
    Reason("Knot DNS", ("tls", "quic"), "from 3.4 on", before=_KNOT_3_4),
    *(Reason(program, ("quic",), "it speaks no DNS over QUIC") for program in ("BIND", "PowerDNS")),
    Reason("PowerDNS behind dnsdist", ("quic",), "Debian's dnsdist is built without it"),
    Reason("Knot DNS", _SIG0, "it knows no SIG(0)"),
    Reason("Knot DNS", ("gss",), "it knows no GSS-TSIG", (errors.KerberosError,)),
    *(Reason(program, ("gss",), "Debian's PowerDNS is built without it", (errors.KerberosError,)) for program in _BOTH),
    Reason("BIND", _SIG0, "9.18 from 9.18.28 on ignores SIG(0)", before=(9, 20)),
    Reason("PowerDNS", ("tls",), "only with dnsdist before it"),
    *(Reason(program, _SIG0, "it knows no SIG(0)") for program in _BOTH),
    *(
        Reason(
            program,
            ("unknown_key", "wrong_secret", "wrong_clock"),
            f"it answers REFUSED without a signature, whatever is wrong; {_CHECK}",
            (errors.ReplyNotTrusted,),
        )
        for program in _BOTH
    ),
    *(
        Reason(program, ("one_name_only",), "a key may change the whole zone, or what a Lua policy says", (Otherwise,))
        for program in _BOTH
    ),
)  # fmt: skip


def reason_for(program: Program, row: str) -> Reason | None:
    """Return the reason for a server's cell; None if it is a yes."""
    return next((reason for reason in REASONS if reason.is_for(program, row)), None)

"""Why a server does otherwise than a story expects, or has not got a way, i.e. a transport or a signature."""

from collections.abc import Sequence
from dataclasses import dataclass

from dns_update import errors
from lab.pairs import KEYGEN
from lab.servers_table.asking import Otherwise
from lab.servers_table.site import ALGORITHMS, Program

YES = "yes"


class Lacking(Exception):
    """The server has not got it, so nothing could be asked."""


@dataclass(frozen=True)
class Reason:
    """The reason why a story does not go as expected, and what the run must show then.

    It is for the versions from `since` on, and before `before`, both as numbers. It is about the stories in `rows`, in
    every way, or in those in `ways` only, where it may also be a YES to what other ways do not do. `rows` may also have
    ways: then the server has not got them. If it `is_total`, nothing goes, and nothing more is asked.
    """

    program: str
    rows: Sequence[str]
    words: str
    shown_by: tuple[type[Exception], ...] = (Lacking,)
    since: tuple[int, ...] = ()
    before: tuple[int, ...] = (1_000,)
    ways: Sequence[str] = ()
    is_total: bool = False

    def is_for(self, program: Program) -> bool:
        """Return whether it is about this server."""
        numbers = tuple(map(int, program.version.split(".")))
        return program.name == self.program and self.since <= numbers < self.before


_KNOT_3_4 = (3, 4)
_SIG0 = tuple(KEYGEN)
_CHECK = "`dns-update check` finds out which"
_AS_OF_NO_ZONE = f"it says NOTAUTH, as of a zone that it does not have; {_CHECK}"
_BOTH = ("PowerDNS", "PowerDNS behind dnsdist")
_SAMBA, _SAMBA_BIND = "Samba", "Samba with BIND"
YADIFA = "YADIFA"
HICKORY = "Hickory DNS"
_BY_KDC = "the KDC says it, before the server is asked"
_SIGNS_RIGHTLY = (4, 20)

_OF_SAMBA = (
    Reason(
        _SAMBA,
        ("set_address",),
        "the change is made, but the answers are signed wrongly, so nothing proves it",
        (Otherwise,),
        before=_SIGNS_RIGHTLY,
    ),
    Reason(
        _SAMBA,
        ("prerequisites", "conditions", "many_changes", "alias_beside", "last_name_server", "no_such_zone"),
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
    Reason(_SAMBA, ("wrong_secret",), _BY_KDC, (errors.KerberosError,)),
    Reason(_SAMBA, ("other_types",), "it answers NOTIMP to CAA, and takes the others", (errors.ServerFailure,)),
    Reason(
        _SAMBA, ("probe",), "it looks at the condition before the permission, so only an update shows that",
        (Otherwise,),
    ),
    Reason(_SAMBA, ("unknown_type",), "it answers NOTIMP", (errors.ServerFailure,)),
    Reason(_SAMBA, ("primary_is_down",), "it is a secondary of no server", (Otherwise, errors.ReplyNotTrusted)),
    Reason(_SAMBA, ("transfer",), "it transfers no zones", (errors.MalformedMessage,)),
    Reason(_SAMBA, ("one_name_only",), "each account of the domain may create names", (Otherwise,)),
    Reason(_SAMBA, ("none",), "only with `allow dns updates = nonsecure` in smb.conf", (errors.PermissionDenied,)),
    Reason(_SAMBA, ALGORITHMS, "it knows no keys, only tickets", (errors.KeyRejected, errors.ReplyNotTrusted)),
    Reason(_SAMBA, _SIG0, "it knows no SIG(0)"),
    Reason(_SAMBA, ("tls",), "it speaks no DNS over TLS"),
    Reason(_SAMBA, ("quic",), "it speaks no DNS over QUIC"),
)  # fmt: skip

_OF_SAMBA_BIND = (
    Reason(
        _SAMBA_BIND, ("other_types",), "it answers SERVFAIL to CAA, and to this TXT, of 402 characters",
        (errors.ServerFailure,),
    ),
    Reason(_SAMBA_BIND, ("unknown_type",), "it answers SERVFAIL", (errors.ServerFailure,)),
    Reason(
        _SAMBA_BIND, ("many_changes", "bulk"),
        "it takes them, but of the new names in a message only the last belongs to the account, which may not change"
        " the others later", (errors.PermissionDenied,),
    ),
    Reason(
        _SAMBA_BIND, ("transfer",), "it refuses it although BIND has `allow-transfer { any; }`",
        (errors.PermissionDenied,),
    ),
    Reason(
        _SAMBA_BIND, ("last_name_server",), "it refuses this account anything about the zone's own name",
        (errors.PermissionDenied,),
    ),
    Reason(_SAMBA_BIND, ("one_name_only",), "each account of the domain may create names", (Otherwise,)),
    Reason(_SAMBA_BIND, ("primary_is_down",), "it is a secondary of no server", (Otherwise,)),
    Reason(_SAMBA_BIND, ("wrong_secret",), _BY_KDC, (errors.KerberosError,)),
    Reason(_SAMBA_BIND, ("none",), "only with a ticket", (errors.PermissionDenied,)),
    Reason(_SAMBA_BIND, ALGORITHMS, "Samba's rules know tickets only", (errors.KeyRejected,)),
    Reason(_SAMBA_BIND, _SIG0, "Samba's rules know tickets only"),
    Reason(_SAMBA_BIND, ("tls",), "not asked"),
    Reason(_SAMBA_BIND, ("quic",), "it speaks no DNS over QUIC"),
)  # fmt: skip

_OF_YADIFA = (
    Reason(
        YADIFA, ("set_address",),
        "its answers are signed wrongly, so they are not believed",
        (errors.ReplyNotTrusted,), since=(3,), is_total=True,
    ),
    Reason(YADIFA, ("set_address",), YES, since=(3,), ways=("none",)),
    Reason(YADIFA, ("changed_ttl",), "it keeps the TTL of a record that it has", (Otherwise,)),
    Reason(YADIFA, ("last_name_server",), "it deletes it", (Otherwise,)),
    Reason(YADIFA, ("one_name_only",), "a key may change the whole zone", (Otherwise,)),
    Reason(YADIFA, ("no_such_zone",), "it does not answer", (errors.NoResponse,)),
    Reason(YADIFA, ("malformed",), "it ignores the TTL", (Otherwise,)),
    Reason(YADIFA, ("tls",), "it speaks no DNS over TLS"),
    Reason(YADIFA, ("quic",), "it speaks no DNS over QUIC"),
    Reason(YADIFA, _SIG0, "it knows no SIG(0)"),
    Reason(YADIFA, ("gss",), "it knows no GSS-TSIG", (errors.NoResponse, errors.KerberosError)),
)  # fmt: skip

_OF_HICKORY = (
    Reason(
        HICKORY, ("other_types", "alias_beside"),
        "it refuses MX, CNAME and NS with a name of the zone: it verifies its own encoding, which compresses the name",
        (errors.PermissionDenied,),
    ),
    Reason(HICKORY, ("transfer",), "the whole zone only; it answers IXFR without records", (errors.MalformedMessage,)),
    Reason(HICKORY, ("one_name_only",), "a key may change the whole zone", (Otherwise,)),
    Reason(
        HICKORY, ("no_such_zone", "unknown_key", "wrong_secret"), "it answers REFUSED, whatever is wrong",
        (errors.PermissionDenied,),
    ),
    Reason(HICKORY, ("another_class",), "it answers FORMERR", (Otherwise,)),
    Reason(HICKORY, ("primary_is_down",), "it answers NOTIMP: it forwards no updates", (Otherwise,)),
    Reason(HICKORY, ("wrong_clock",), "it ignores when a signature was made", (Otherwise,)),
    Reason(
        HICKORY, ("tls",), "it ends the handshake, as it does not know the protocol's name, dot (ALPN)",
        (errors.NoResponse,),
    ),
    Reason(HICKORY, ("quic",), "it speaks QUIC, and `set` goes, but `apply` does not end; so nothing was asked"),
    Reason(HICKORY, ("none",), "it takes updates with SIG(0) only", (errors.PermissionDenied,)),
    Reason(HICKORY, ALGORITHMS, "it knows no TSIG", (errors.ReplyNotTrusted,)),
    Reason(HICKORY, ("gss",), "it knows no GSS-TSIG", (errors.KerberosError,)),
    Reason(HICKORY, ("rsasha256", "rsasha512"), "Debian's Hickory reads no keys of RSA"),
)  # fmt: skip

REASONS = (
    *_OF_SAMBA,
    *_OF_SAMBA_BIND,
    *_OF_YADIFA,
    *_OF_HICKORY,
    Reason(
        "Knot DNS",
        ("not_permitted",),
        f"it says BADKEY, as to an unknown key; {_CHECK}",
        (errors.KeyRejected,),
        before=_KNOT_3_4,
    ),
    Reason(
        "Knot DNS",
        ("not_permitted", "unknown_key", "another_algorithm"),
        f"it says NOTAUTH without a signature to all of these; {_CHECK}",
        (errors.ReplyNotTrusted,),
        since=_KNOT_3_4,
    ),
    Reason(
        "Knot DNS", ("no_such_zone",), f"its NOTAUTH has no signature, so it is not believed; {_CHECK}",
        (errors.ReplyNotTrusted,),
    ),
    Reason("Knot DNS", ("no_such_zone",), YES, ways=("none",)),
    Reason("Knot DNS", ("without_a_key",), _AS_OF_NO_ZONE, (errors.ZoneNotFound,)),
    Reason("Knot DNS", ("not_permitted",), _AS_OF_NO_ZONE, (errors.ZoneNotFound,), ways=("none",)),
    Reason(
        "Knot DNS", ("another_class",), "its NOTIMP has no signature, so it is not believed", (errors.ReplyNotTrusted,)
    ),
    Reason("Knot DNS", ("another_class",), YES, ways=("none",)),
    Reason(
        "Knot DNS", ("primary_is_down",), "its SERVFAIL has no signature, so it is not believed",
        (errors.ReplyNotTrusted,), before=_KNOT_3_4,
    ),
    Reason("Knot DNS", ("primary_is_down",), YES, before=_KNOT_3_4, ways=("none",)),
    Reason("Knot DNS", ("tls", "quic"), "from 3.4 on", before=_KNOT_3_4),
    *(Reason(program, ("quic",), "it speaks no DNS over QUIC") for program in ("BIND", "PowerDNS")),
    Reason("PowerDNS behind dnsdist", ("quic",), "Debian's dnsdist is built without it"),
    Reason("Knot DNS", _SIG0, "it knows no SIG(0)"),
    Reason("Knot DNS", ("gss",), "it knows no GSS-TSIG", (errors.KerberosError,)),
    *(Reason(program, ("gss",), "Debian's PowerDNS is built without it", (errors.KerberosError,)) for program in _BOTH),
    Reason("BIND", ("wrong_secret",), _BY_KDC, (errors.KerberosError,), ways=("gss",)),
    Reason(
        "BIND", ("wrong_clock", "unknown_key", "wrong_secret"), "it answers SERVFAIL, whatever is wrong",
        (errors.ServerFailure,), ways=_SIG0,
    ),
    Reason(
        "BIND", ("another_class",), "it answers SERVFAIL: it looks for the KEY record in that class", (Otherwise,),
        ways=_SIG0,
    ),
    Reason("BIND", _SIG0, "9.18 from 9.18.28 on ignores SIG(0)", before=(9, 20)),
    Reason("PowerDNS", ("tls",), "only with dnsdist before it"),
    *(Reason(program, _SIG0, "it knows no SIG(0)") for program in _BOTH),
    *(
        Reason(
            program,
            ("unknown_key", "another_algorithm", "wrong_secret", "wrong_clock"),
            f"it answers REFUSED without a signature, whatever is wrong; {_CHECK}",
            (errors.ReplyNotTrusted,),
        )
        for program in _BOTH
    ),
    *(
        Reason(
            program, ("unknown_type",), "it says FORMERR: it takes only types that it has a name for",
            (errors.ServerFailure,),
        )
        for program in _BOTH
    ),
    *(
        Reason(program, ("one_name_only",), "a key may change the whole zone, or what a Lua policy says", (Otherwise,))
        for program in _BOTH
    ),
)  # fmt: skip


def reasons_for(program: Program, way: str, story: str, *, has_way: bool = True) -> list[Reason]:
    """Return the reasons that there are for what a story shows in a way, which is empty for the plain one.

    The reasons of this very way hide all others; those of a way that the server has not got are about all stories.
    """
    own, parts = [reason for reason in REASONS if reason.is_for(program)], {way, *way.split()}
    in_this_way = [reason for reason in own if parts & {*reason.ways} and story in reason.rows]
    of_the_way = [reason for reason in own if parts & {*reason.rows}]
    of_all = [reason for reason in own if not reason.ways and story in reason.rows]
    return (in_this_way if has_way else []) or [*of_the_way, *of_all]


def is_total(program: Program, words: str) -> bool:
    """Return whether a reason says that nothing goes."""
    return any(reason.is_total and reason.words == words for reason in REASONS if reason.is_for(program))

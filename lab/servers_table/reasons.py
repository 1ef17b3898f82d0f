"""Why a server does otherwise than a story expects, or has not got a transport or a signature."""

from collections.abc import Mapping
from typing import NamedTuple

from dns_update import errors
from lab.pairs import KEYGEN
from lab.servers_table.behaviours import Otherwise


class Reason(NamedTuple):
    """What the run must show then, and the reason in words."""

    shown_by: tuple[type[Exception], ...]
    words: str


_UNSIGNED_REFUSAL = Reason(
    (errors.ReplyNotTrusted,),
    "it answers REFUSED without a signature, whatever is wrong with the key; `dns-update check` finds out what",
)
_WHOLE_ZONE = Reason((Otherwise,), "a key may change the whole zone, or what a Lua policy says")

OTHERWISE: Mapping[tuple[str, str], Reason] = {
    ("Knot DNS", "not_permitted"): Reason(
        (errors.KeyRejected, errors.ReplyNotTrusted),
        "it says BADKEY, as to an unknown key (before 3.4), or NOTAUTH without a signature; "
        "`dns-update check` finds out what is meant",
    ),
    ("Knot DNS", "no_such_zone"): Reason(
        (errors.ReplyNotTrusted,), "its NOTAUTH has no signature, so it is not believed; `dns-update check` finds out"
    ),
    **{
        (program, story): _UNSIGNED_REFUSAL
        for program in ("PowerDNS", "PowerDNS behind dnsdist")
        for story in ("unknown_key", "wrong_secret")
    },
    **{(program, "one_name_only"): _WHOLE_ZONE for program in ("PowerDNS", "PowerDNS behind dnsdist")},
}
"""By program and story."""

_NO_SIG0 = "it knows no SIG(0)"
LACKS: Mapping[tuple[str, str], str] = {
    ("Knot DNS", "tls"): "from 3.4 on",
    ("PowerDNS", "tls"): "only with dnsdist before it",
    **{("BIND", algorithm): "9.18 from 9.18.28 on ignores it" for algorithm in KEYGEN},
    **{
        (program, algorithm): _NO_SIG0
        for program in ("Knot DNS", "PowerDNS", "PowerDNS behind dnsdist")
        for algorithm in KEYGEN
    },
}
"""By program and transport or signature, for those that it has not got."""

"""A key in PowerDNS: its row in the database, the zone's metadata, and a policy for names."""

from __future__ import annotations

from collections.abc import Sequence

from dns_update.keys.assignment import Assignment, Piece
from dns_update.wire.name import Name

_POLICY = "/etc/powerdns/dnsupdate.lua"
ALLOWED = "TSIG-ALLOW-DNSUPDATE"  # the metadata of a zone that lists the keys which may update it


def pieces_for(assignments: Sequence[Assignment], rows: str) -> tuple[Piece, ...]:
    """Return what PowerDNS needs for new keys whose file, that of `rows_text`, is `rows`; all are for one zone."""
    names = [str(assignment.key.name) for assignment in assignments]
    allow = "".join(f"pdnsutil add-meta {assignments[0].zone} {ALLOWED} {name}\n" for name in names)
    load = f"sqlite3 /var/lib/powerdns/pdns.sqlite3 < {rows}   # or: mysql powerdns < FILE; psql -f FILE powerdns\n"
    return (
        Piece(
            "on the server, as root; pdnsutil takes a secret as an argument only, which others can see", load + allow
        ),
        Piece(
            "pdns.conf", f"dnsupdate=yes\nallow-dnsupdate-from=0.0.0.0/0,::/0\nlua-dnsupdate-policy-script={_POLICY}\n"
        ),
        Piece(f"{_POLICY}; without it, each key may change the whole zone", policy_text(assignments)),
    )


def rows_text(assignments: Sequence[Assignment]) -> str:
    """Return SQL that adds the keys to the database of PowerDNS; names have no quotes in them, see `check_plain`."""
    return "".join(
        "INSERT INTO tsigkeys (name, algorithm, secret) "  # noqa: S608 - the names are checked
        f"VALUES ('{_lower(assignment.key.name)}', '{assignment.key.algorithm.text}', '{assignment.secret}');\n"
        for assignment in assignments
    )


def policy_text(assignments: Sequence[Assignment]) -> str:
    """Return a policy in Lua that lets these keys change what they are granted; other keys may do as before."""
    rules = "".join(
        f'    ["{_lower(assignment.key.name)}."] = {{ '
        + ", ".join(
            f'["{_lower(grant.owner)}. {rrtype}"] = true' for grant in assignment.grants for rrtype in grant.types
        )
        + " },\n"
        for assignment in assignments
    )
    types = sorted({rrtype for assignment in assignments for grant in assignment.grants for rrtype in grant.types})
    numbers = "".join(f'    [pdns.{rrtype}] = "{rrtype}",\n' for rrtype in types)
    return (
        f"local types = {{\n{numbers}}}\n"
        f"local grants = {{\n{rules}}}\n"
        "function updatepolicy(input)\n"
        "    local granted = grants[input:getTsigName():toString():lower()]\n"
        '    local wanted = input:getQName():toString():lower() .. " " .. (types[input:getQType()] or "")\n'
        "    return granted == nil or granted[wanted] == true\n"
        "end\n"
    )


def _lower(name: Name) -> str:
    return str(name).lower()

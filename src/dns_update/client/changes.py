"""What an update has changed, in words: `home.example.com A 192.0.2.1 -> 203.0.113.45`."""

from __future__ import annotations

from dns_update.client.lookup import Records
from dns_update.wire.codes import KEPT_BY_SERVER, rrtype_to_text
from dns_update.wire.name import Name


def changes_text(name: Name, before: Records, after: Records) -> str:
    """Return what differs between the records before and after, or that nothing does; empty if there are none."""
    rrtypes = sorted({record.rrtype for record in (*before, *after)}.difference(KEPT_BY_SERVER))
    changes = [text for rrtype in rrtypes if (text := _change(rrtype, before, after))]
    if changes:
        return f"{name} {'; '.join(changes)}"
    unchanged = "; ".join(_listed(rrtype, list(_ttls(rrtype, after))) for rrtype in rrtypes)
    return f"{name} {unchanged} unchanged" if unchanged else ""


def _change(rrtype: int, before: Records, after: Records) -> str:
    """Return what differs in one RRset; empty if nothing does."""
    old, new = _ttls(rrtype, before), _ttls(rrtype, after)
    gone, added = [text for text in old if text not in new], [text for text in new if text not in old]
    ttls = ""
    if old and new and {*old.values()} != {*new.values()}:
        ttls = f"TTL {next(iter(old.values()))} -> {next(iter(new.values()))}"
    if not gone and not added:
        return f"{rrtype_to_text(rrtype)} {ttls}" if ttls else ""
    more = f" ({ttls})" if ttls else ""
    if gone and added:
        return f"{_listed(rrtype, gone)} -> {', '.join(added)}{more}"
    return f"{_listed(rrtype, gone or added)} {'deleted' if gone else 'added'}{more}"


def _ttls(rrtype: int, records: Records) -> dict[str, int]:
    """Return the TTL of each record of a type, by its data as text."""
    rrset = sorted([record for record in records if record.rrtype == rrtype], key=lambda record: record.rdata)
    return {record.data_text(): record.ttl for record in rrset}  # a server gives them in any order


def _listed(rrtype: int, texts: list[str]) -> str:
    return f"{rrtype_to_text(rrtype)} {', '.join(texts)}"

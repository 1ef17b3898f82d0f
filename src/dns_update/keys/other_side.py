"""What the machines need that use a key: a line for RouterOS, the agent's configuration, the hook of an ACME client."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.keys.assignment import ADDRESS_TYPES, Assignment, Grant

ROUTEROS_ALGORITHM = "hmac-md5"  # the only one that /tool dns-update knows
_ADDRESS = "[/ip address get [find interface=ether1] address]"


def routeros_line(assignment: Assignment, server: str, addresses: Iterable[str], secret: str) -> str:
    """Return the lines of RouterOS that send the addresses of each granted name; empty if no name may have any.

    `secret` is what is written as `key=`: the secret in Base64, or a text in its place. Without addresses, the lines
    take that of an interface.
    """
    shown = [address for address in addresses if ":" not in address] or [_ADDRESS]
    return "".join(
        f"/tool dns-update dns-server={server} name={grant.owner.relative_to(assignment.zone)} "
        f'zone={assignment.zone} address={address} key-name={assignment.key.name} key="{secret}"\n'
        for grant in _with_addresses(assignment)
        for address in shown[:1]
    )


def agent_toml(assignment: Assignment, servers: Iterable[str], addresses: Iterable[str], file_name: str) -> str:
    """Return a configuration of the agent; empty if no granted name may have addresses.

    The key's file is a credential of that name: without systemd, a file beside the configuration. Without addresses,
    they are those of an interface.
    """
    grants = list(_with_addresses(assignment))
    if not grants:
        return ""
    key, zone = str(assignment.key.name), str(assignment.zone)
    sources = ", ".join(f'"{address}"' for address in addresses)
    source = f"[{sources}]" if sources else '"interface:ppp0"   # or "dns:", "https://...", an address'
    listed = ", ".join(f'"{server}"' for server in servers)
    upstream = f'[servers.main]\naddress = [{listed}]\nkey = "{key}"\n\n' if listed else ""
    of_zone = 'servers = ["main"]' if listed else f'key = "{key}"'
    records = "".join(f'\n[[records]]\nname = "{grant.owner}"\naddress = {source}\n' for grant in grants)
    return (
        f'[keys."{key}"]\nfile = "credential:{file_name}"   # without systemd: the file beside this one\n\n'
        f'{upstream}[zones."{zone}"]\n{of_zone}\n{records}'
    )


def acme_lines(assignment: Assignment, key_file: str) -> str:
    """Return the commands by which an ACME client's hook uses the key; empty if it may not change tokens."""
    domains = [str(grant.owner.parent) for grant in assignment.grants if grant.owner.labels[0] == b"_acme-challenge"]
    return "".join(f"dns-update acme present domain={domain} key-file={key_file}\n" for domain in domains)


def _with_addresses(assignment: Assignment) -> list[Grant]:
    return [grant for grant in assignment.grants if set(grant.types) & set(ADDRESS_TYPES)]

"""The configuration of a name server, on its own machine: whether it allows an update, and which line says so.

`examine_configuration` reads the configuration of BIND, Knot or PowerDNS and returns findings, which are data; `texts`
makes sentences of them. Nothing is changed, and no secret is shown.
"""

from __future__ import annotations

from dns_update.server_config.finding import ConfigFinding as ConfigFinding
from dns_update.server_config.finding import Place as Place
from dns_update.server_config.intended_update import IntendedUpdate as IntendedUpdate
from dns_update.server_config.intended_update import SilentPlace as SilentPlace
from dns_update.server_config.recognise import recognised
from dns_update.server_config.texts import texts as texts

__all__ = ["ConfigFinding", "IntendedUpdate", "Place", "SilentPlace", "examine_configuration", "texts"]


def examine_configuration(path: str, intended: IntendedUpdate) -> tuple[ConfigFinding, ...]:
    """Return what a server's configuration says about an update: faults first, then remarks, then what is right.

    `path` is named.conf, knot.conf or pdns.conf; its content shows which. BIND's own `named-checkconf`, Knot's `knotc`
    and PowerDNS's `pdnsutil` are run, and the running server is asked if that is possible. Raises UsageError if the
    file is missing, may not be read or is none of these, or if such a program is missing; and ConfigError, with all
    problems and their lines, if the server would not load it.
    """
    server = recognised(path)
    if server == "bind":
        from dns_update.server_config import bind

        return bind.examine(path, intended)
    if server == "knot":
        from dns_update.server_config import knot

        return knot.examine(path, intended)
    from dns_update.server_config import powerdns

    return powerdns.examine(path, intended)

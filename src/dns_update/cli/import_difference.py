"""`dns-update import --diff-run`: a script and the configuration made of it, side by side."""

from __future__ import annotations

from collections.abc import Mapping

from dns_update.address.sources import Interface, Source
from dns_update.agent.config.load import config_from_text
from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text
from dns_update.commandline.properties import Options
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.plan import IPV4, IPV6, Choices, MovePlan
from dns_update.migration.routeros.difference import Difference, Published, RouterState, Zone, differences, states_of
from dns_update.migration.routeros.importer import Import
from dns_update.wire.inet import IPV6_OCTETS, format_address

SAME, DIFFERENT = 0, 10


def compare(options: Options, whole: Import, choices: Choices) -> int:
    """Run script and import over the same states, and print what differs; return the exit status."""
    found = tuple(
        differences(whole, states_of(whole, choices.identity), published_by_configuration(whole.plan, choices))
    )
    status = DIFFERENT if found else SAME
    if options.json:
        shown = [{name: getattr(each, name) for name in type(each).__fields__} for each in found]
        put(object_text(head("import", status) | {"file": options.setup, "differences": shown}))
        return status
    put("".join([f"{_told(each)}\n" for each in found]))
    if not found:
        talk(f"{options.setup}: script and import do the same in every state")
    return status


def published_by_configuration(plan: MovePlan, choices: Choices) -> Published:
    """Return what the configuration, read as the agent reads it, would publish in a state of the router."""
    unsigned = MovePlan(tuple([record._replace(key=None) for record in plan.records]), ())
    toml = toml_from_plan(unsigned, choices, origin="", key_file="")  # no key file is there yet
    config = config_from_text(toml, "the import", is_private=True)
    routers_names = {moved: name for name, moved in choices.interfaces.items()}

    def published(state: RouterState) -> Zone:
        zone: Zone = {}
        for record in config.records:
            for source in record.sources:
                address = _address_in(state, source, routers_names)
                if address:
                    rrtype = "AAAA" if ":" in address else "A"
                    zone[record.name.to_text().rstrip(".").lower(), rrtype] = address
        return zone

    return published


def _address_in(state: RouterState, source: Source, routers_names: Mapping[str, str]) -> str:
    """Return the address that a source gives in a state; empty for none."""
    if isinstance(source, bytes):
        return format_address(source)
    if isinstance(source, Interface):
        name = routers_names.get(source.name, source.name)
        return state.addresses.get((name, IPV6 if source.octets == IPV6_OCTETS else IPV4), "").partition("/")[0]
    return state.public_address  # any other source stands in for a service that tells it


def _told(difference: Difference) -> str:
    script = difference.by_script or "no address"
    moved = difference.by_import or "no address"
    error = f" ({difference.error})" if difference.error else ""
    where = f"{difference.about}: {difference.name} {difference.type}"
    return f"{where}: the script leaves {script}{error}, the import {moved}"

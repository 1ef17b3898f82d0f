"""The command line's words for properties, as errors speak of them, and what stands for them in the configuration."""

from __future__ import annotations

_IN_TOML = (
    ("key-encoding=text", 'encoding = "text"'),
    ("key-encoding=base64", 'encoding = "base64"'),
    ("key-encoding= says", "encoding says"),
    ("use key-file=", "use file = "),
    ("choose one by key-name=", "choose one by name"),
    ("behind key=@", "behind @"),
    ("compare key-name= and algorithm= with", "compare name and algorithm of the key with"),
    ("give a key that may change it, by key-file=, or by key-name= and key=", "give a key that may change it"),
    ("check dns-server=", "check the server's address"),
    (
        "check zone= and dns-server=; with zone=, ttl= and verify=no, set asks nothing beforehand",
        "check zone and servers",
    ),
    ("check zone= and dns-server=", "check zone and servers"),
    ("give the zone by zone= and its primary by dns-server=", "give the zone, and servers that have it"),
    ("give the zone by zone=, or", "give the zone, or"),
    ("zone= must be a zone", "zone must be a zone"),
    (", dns-server= its primary", ", and the server its primary"),
    ("dns-server= names another", "servers names another"),
    ("dns-server= says where", "servers says where"),
    ("dns-server= must be a server", "servers must be those"),
    ("leave zone= out", "leave zone out"),
    ("on this server: give zone=", "on this server; its zone is "),
    ("check name= and zone=", "check name and zone"),
    # Only owners have prerequisites here: that the claims are still those that were read.
    ("leave require=existing out to go on all the same", "somebody else changes the name at the same moments"),
    (
        "leave require=absent out only if what is there may be replaced",
        "somebody else changes the name at the same moments",
    ),
    ("address=dns: asks", '"dns:" as the source asks'),
    ("allow-private=yes publishes", "allow-private = true publishes"),
    ("check-names=no sends", "check-names = false sends"),
)


def in_toml(text: str) -> str:
    """Return an error's text or hint as it is right for whoever has written a configuration."""
    if "=" not in text:
        return text
    for property_form, ours in _IN_TOML:
        text = text.replace(property_form, ours)
    name = text.removeprefix("zone=")
    return text if name == text else f'zone = "{name}"'

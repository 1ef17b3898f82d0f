"""What Linux does instead: the answer to each command of a router that a script does not carry out on this machine.

One table; the first row that fits answers. A menu that is not in it is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.value import Value


class MenuAnswer(Value):
    """The answer for the menus that begin with `menu` and for `verbs`; no verbs means all.

    `instead` says what to do on Linux. With `is_failure`, the script needs what the command gives, and cannot go on.
    """

    menu: str
    verbs: tuple[str, ...]
    instead: str
    is_failure: bool = False


_CHANGES = ("add", "set", "remove", "enable", "disable", "unset", "move", "comment", "edit", "reset")

LEFT_OUT = MenuAnswer("/", _CHANGES, "this machine has its own configuration for that")
"""Of any other menu, what would change the router is left out, so that a whole export can be loaded."""

ANSWERS = (
    MenuAnswer("/system/ntp", _CHANGES, "timedatectl set-ntp true; the servers are in /etc/systemd/timesyncd.conf"),
    MenuAnswer("/system/clock", _CHANGES, "timedatectl set-timezone ZONE; timedatectl set-ntp true"),
    MenuAnswer("/system/identity", _CHANGES, "hostnamectl hostname NAME"),
    MenuAnswer("/system/logging", (), "messages go to standard error; under systemd: journalctl -u UNIT"),
    MenuAnswer("/system/package", (), "apt, dnf or pip update programs"),
    MenuAnswer("/system", ("reboot", "shutdown", "reset"), "systemctl reboot", is_failure=True),
    MenuAnswer("/ip/firewall", _CHANGES, "nft add rule inet filter ...; updates go to port 53, by UDP and TCP"),
    MenuAnswer("/ipv6/firewall", _CHANGES, "nft add rule inet filter ..."),
    MenuAnswer("/ip/route", _CHANGES, "ip route add PREFIX via GATEWAY, or the network's configuration"),
    MenuAnswer("/ipv6/route", _CHANGES, "ip -6 route add PREFIX via GATEWAY, or the network's configuration"),
    MenuAnswer("/ip/address", _CHANGES, "ip address add ADDRESS/LENGTH dev NAME, or the network's configuration"),
    MenuAnswer("/ipv6/address", _CHANGES, "ip -6 address add ADDRESS/LENGTH dev NAME, or the network's configuration"),
    MenuAnswer("/ip/dns", _CHANGES, "the resolvers are in /etc/resolv.conf, or resolvectl dns shows them"),
    MenuAnswer("/ip/dns", ("flush",), "resolvectl flush-caches"),
    MenuAnswer("/ip/dhcp-client", ("renew", "release"), "networkctl renew NAME, or nmcli device reapply NAME"),
    MenuAnswer("/ip/dhcp-server", _CHANGES, "the DHCP server has its own configuration (dnsmasq, Kea)"),
    MenuAnswer("/ip/cloud", _CHANGES, "public-address= says which source gives the public address"),
    MenuAnswer("/interface", _CHANGES, "ip link, or the network's configuration"),
    MenuAnswer("/ppp", _CHANGES, "the connection has its own configuration (/etc/ppp, NetworkManager)"),
    MenuAnswer("/certificate", (), "openssl and certbot make certificates"),
    MenuAnswer("/user", (), "useradd and passwd manage users"),
    MenuAnswer("/tool/e-mail", (), "mail or sendmail sends messages", is_failure=True),
    MenuAnswer("/tool/sms", (), "mmcli sends messages", is_failure=True),
    MenuAnswer("/tool", ("wol",), "wakeonlan or etherwake", is_failure=True),
    MenuAnswer("/tool", ("traceroute",), "traceroute or mtr", is_failure=True),
    MenuAnswer("/", ("export", "import", "quit"), "dns-update run FILE runs a file"),
    LEFT_OUT,
)  # fmt: skip


def answer_to(menu: str, verb: str) -> MenuAnswer | None:
    """Return the answer to a command; None if it is not known."""
    return next(_fitting(menu, verb), None)


def _fitting(menu: str, verb: str) -> Iterator[MenuAnswer]:
    for answer in ANSWERS:
        is_there = answer.menu in ("/", menu) or menu.startswith(f"{answer.menu}/")
        if is_there and (not answer.verbs or verb in answer.verbs):
            yield answer

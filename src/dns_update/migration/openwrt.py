"""OpenWrt's /etc/config/ddns as a plan: the sections that update by nsupdate; all others are only listed.

The defaults are those of ddns-scripts, whose update_nsupdate.sh sends `key USERNAME PASSWORD` and a TTL of 600.
"""

from __future__ import annotations

import binascii

from dns_update.auth import decoded_base64
from dns_update.errors import InvalidText, UsageError, quoted
from dns_update.migration import origins
from dns_update.migration.draft import Draft
from dns_update.migration.nsupdate_script import moved_key
from dns_update.migration.plan import (
    IPV4,
    IPV6,
    AddressOrigin,
    Choices,
    MovedKey,
    MovedRecord,
    MovePlan,
    Trigger,
)
from dns_update.migration.uci import Section, sections_from_text
from dns_update.nsupdate.keys import key_from_text
from dns_update.wire.codes import MAX_U16, decimal
from dns_update.wire.ttl import UNITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.remarks import Severity

_SERVICE = "bind-nsupdate"
_TTL = 600  # update_nsupdate.sh has it as a constant
_LEAST_SECONDS, _DEFAULT_SECONDS = 300, 600  # between two looks at the address
_UNITS = {f"{word}s": UNITS[word[0]] for word in ("second", "minute", "hour", "day")}
_PAGES = {IPV4: "http://checkip.dyndns.com/", IPV6: "http://checkipv6.dyndns.com/"}
_ALLOW_PRIVATE = "add allow-private = true to the records if that is what you want"


def plan_from_openwrt(text: str, choices: Choices) -> MovePlan:
    """Return the plan of /etc/config/ddns, or of what `uci show ddns` and `uci export ddns` print of it.

    What cannot be moved becomes a remark; raises UsageError only for a text that is too long to be a set-up.
    """
    draft = Draft(text, choices.identity)

    def complain(line: int, what: str, expected: str) -> None:
        draft.say("error", line, "not-understood", what, expected)

    sections = sections_from_text(draft.text, complain)
    for section in sections:
        if section.type == "ddns" and section.value("upd_privateip", section.value("allow_local_ip")) == "1":
            what = "OpenWrt publishes private addresses, which the agent does not"
            draft.say("warning", section.line, "private-addresses-wanted", what, _ALLOW_PRIVATE)
        elif section.type == "service":
            _DdnsService(draft, choices, section).put()
    if not any(section.type == "service" for section in sections):
        draft.say(
            "error", 0, "no-section", "the file has no section of type service", "expected: config service 'NAME'"
        )
    return draft.plan()


class _DdnsService:
    """One section."""

    def __init__(self, draft: Draft, choices: Choices, section: Section) -> None:
        self._draft = draft
        self._choices = choices
        self._section = section
        self._name = section.name if section.name.isprintable() and section.name else "without a name"
        self._family = IPV6 if section.value("use_ipv6") not in ("", "0") else IPV4

    def put(self) -> None:
        """Add the record of the section, or a remark about why it has none."""
        service = self._service()
        if service != _SERVICE:
            text = f"the section {self._name} uses {service}, not nsupdate"
            hint = "such services are reached by HTTP; dns-update speaks DNS to the zone's own server"
            self._say("info", "", "other-service", text, hint)
        elif self._section.value("enabled") != "1":
            self._say("info", "enabled", "disabled", f"the section {self._name} is disabled, and is not moved")
        else:
            self._put()

    def _service(self) -> str:
        """Return which service a section uses; a script for nsupdate counts as `bind-nsupdate`."""
        named = self._section.value("service_name")
        if named and named not in ("custom", "-- custom --"):
            return named if named == _SERVICE else quoted(named)
        script = self._section.value("update_script")
        if "nsupdate" in script.rpartition("/")[2]:
            return _SERVICE
        return "a script of its own" if script else "an update_url"

    def _put(self) -> None:
        owner = self._owner()
        origin = self._origin()
        if owner is None or origin is None:
            return
        server = self._section.value("dns_server")
        if not server:
            self._draft.no_server(self._section.line)
        record = MovedRecord(
            *owner,
            origin,
            self._draft.server(server, self._section.line_of("dns_server")) if server else (),
            key=self._key(),
            ttl=_TTL,
            transport="tcp" if self._section.value("force_dnstcp", "0") != "0" else "",
            triggers=self._triggers(),
            line=self._section.line,
        )
        if self._section.value("proxy"):
            text = "the agent uses no proxy: a web service would see the proxy's address"
            self._say("warning", "proxy", "not-moved", text)
        self._draft.put((record,))

    def _owner(self) -> tuple[str, str] | None:
        """Return name and zone of `domain`, which may be HOST@ZONE."""
        domain = self._section.value("domain")
        if not domain:
            self._say(
                "error", "", "no-domain", f"the section {self._name} has no domain", "option domain 'home.example.com'"
            )
            return None
        line = self._section.line_of("domain")
        host, at, zone = domain.partition("@")
        if not at:
            return self._draft.owner(domain, "", line)
        if not host:
            return self._draft.owner(zone, zone, line)
        return self._draft.owner(f"{host}.{zone}", zone, line)

    def _key(self) -> MovedKey | None:
        user, password = self._section.value("username"), self._section.value("password")
        if not user or not password:
            self._draft.unsigned(self._section.line)
            return None
        secret = password
        if decoded_base64(password.encode(errors="replace")) is None:
            secret = binascii.b2a_base64(password.encode(errors="replace"), newline=False).decode()
            text = "the password is not Base64, so nsupdate refuses it; its characters are taken as the secret"
            self._say("warning", "password", "raw-secret", text, "compare it with the server's key statement")
        try:
            key = moved_key(key_from_text(user, secret))
        except InvalidText as error:
            self._draft.refuse(self._section.line_of("username"), "bad-key", "username or password", error)
            return None
        if ":" not in user:
            self._draft.algorithm_assumed(self._section.line_of("username"))
        return key

    def _triggers(self) -> tuple[Trigger, ...]:
        """Return the interval, unless the section runs only once, and the network whose start is an occasion."""
        network = self._section.value("interface", "wan")
        started = Trigger("interface-up", item=network)
        if self._section.value("force_interval") == "0":
            return (started,)
        seconds = _DEFAULT_SECONDS
        if self._section.value("check_interval"):
            unit = self._section.value("check_unit", "minutes")
            number = decimal(self._section.value("check_interval"), MAX_U16)
            if number is None or unit not in _UNITS:
                text = "check_interval or check_unit is not a time"
                self._say(
                    "error", "check_interval", "bad-time", text, "e.g. check_interval '10' and check_unit 'minutes'"
                )
            else:
                seconds = max(number * _UNITS[unit], _LEAST_SECONDS)
        return (Trigger("interval", seconds), started)

    def _origin(self) -> AddressOrigin | None:
        """Return what `ip_source` says; None, with a remark, if it is wrong."""
        source = self._section.value("ip_source", "network")
        key = {"network": "ip_network", "interface": "ip_interface", "web": "ip_url", "script": "ip_script"}.get(source)
        if key is None:
            expected = "network, interface, web or script"
            self._say("error", "ip_source", "bad-source", f"ip_source is {quoted(source)}", f"expected {expected}")
            return None
        value = self._section.value(key)
        try:
            if source == "network":
                return self._network(value or ("wan6" if self._family == IPV6 else "wan"))
            if source == "interface":
                return origins.interface(value or "eth1", self._family)
            if source == "web":
                return origins.web(value or _PAGES[self._family], self._family)
            if not value:
                raise InvalidText("the script is missing", hint="option ip_script '/usr/bin/my-address'")
            text = "the agent takes the address from the first line that the script prints"
            self._say("info", key, "first-line", text)
            return origins.command(value, self._family)
        except UsageError as error:
            self._draft.refuse(self._section.line_of(key), "bad-source", f"{key} is wrong", error)
            return None

    def _network(self, name: str) -> AddressOrigin:
        """Return the interface of a logical network; its device is known to the user only."""
        if name not in self._choices.interfaces:
            text = f"{quoted(name)} is a network of OpenWrt; which device it is on is in /etc/config/network"
            hint = f"map={name}:DEVICE says which interface of this machine takes its place, e.g. pppoe-wan or eth1"
            self._say("warning", "ip_network", "unmapped-interface", text, hint)
        return origins.interface(name, self._family)

    def _say(self, severity: Severity, option: str, code: str, text: str, hint: str = "") -> None:
        self._draft.say(severity, self._section.line_of(option), code, text, hint)

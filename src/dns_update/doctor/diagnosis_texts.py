"""The sentences of diagnoses: what is wrong first, then the one next thing to do, in the words of the server found.

A template names properties in braces as `errors.hints` does, and the details of the diagnosis. What to do may differ
between programs; the sentence under OTHER is for any.
"""

from __future__ import annotations

from dns_update.doctor.diagnosis import Diagnosis
from dns_update.doctor.server_kind import BIND, KNOT, NSD, OTHER, POWERDNS
from dns_update.errors import DnsUpdateError, Hint
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Sentences(Value):
    """What a cause means, and what to do about it, by program."""

    what: str
    to_do: Mapping[str, str]


def sentences_of(diagnosis: Diagnosis) -> tuple[Hint, Hint]:
    """Return what is wrong, and the next thing to do."""
    sentences = TEXTS[diagnosis.cause]
    to_do = sentences.to_do.get(diagnosis.kind.program) or sentences.to_do[OTHER]
    if "perhaps_directory" in diagnosis.details and diagnosis.cause != "active-directory-denied":
        to_do += _IF_ACTIVE_DIRECTORY
    if "perhaps_behind" in diagnosis.details:
        to_do += _IF_FORWARDED
    if "by_soa" in diagnosis.details and diagnosis.cause in _OF_WRONG_SERVERS:
        to_do = _WITHOUT_SOA + to_do
    return Hint.of(sentences.what, diagnosis.details), Hint.of(to_do, diagnosis.details)


def explain(error: DnsUpdateError, diagnosis: Diagnosis) -> None:
    """Let an error say what a diagnosis has found."""
    error.diagnosis = diagnosis.cause
    error.instead = diagnosis.instead
    error.explanation, error.hint = sentences_of(diagnosis)


def _any(what: str, to_do: str) -> Sentences:
    return Sentences(what, {OTHER: to_do})


def _names_the_line(path: str) -> str:
    """Return how the configuration itself is asked, where several of its lines may be the cause."""
    return f". On the server, the same line as dns-update check, with server-config={path}, names the line that decides"


_COPY_SECRET = {
    BIND: "copy it again from the key statement on the server: grep -A3 {of_key} /etc/bind/*.conf*",
    KNOT: "copy it again from the server's knot.conf: sed -n '/^key:/,/^[a-z]/p' /etc/knot/knot.conf",
    OTHER: "copy it again from the server's configuration",
}
_KEY_STATEMENT = 'key "{of_key}" {{ algorithm {current_algorithm}; secret "..."; }};'
_GRANT = 'update-policy {{ grant "{of_key}" name {owner}. {types}; }};'
_IF_ACTIVE_DIRECTORY = (
    ". If the zone is Active Directory's (Samba's BIND9_DLZ), run instead: samba-tool group addmembers DnsAdmins "
    "{account}"
)
_SET_META = "pdnsutil set-meta {of_zone} TSIG-ALLOW-DNSUPDATE {of_key}"
_RECONFIG = "then run rndc reconfig (if that is there already, named may not have read it yet)"
_KNOT_RELOAD = "then run knotc reload (if that is there already, knotd may not have read it yet)"
_SEEN_BY_BIND = (
    "the one that named sees, which behind NAT or a proxy (dnsdist) is the proxy's: journalctl -u named | grep denied "
    'shows it before "#"'
)
_READ_ON_SERVER = "on the server, the same line as dns-update check, with server-config={file}, reads it"
_READ_BIND = _READ_ON_SERVER.format(file="/etc/bind/named.conf")
_READ_KNOT = _READ_ON_SERVER.format(file="/etc/knot/knot.conf")
_READ_POWERDNS = _READ_ON_SERVER.format(file="/etc/powerdns/pdns.conf")
_IF_POWERDNS_FAILS = (
    f"if it fails, its log says why: {_READ_POWERDNS}. With lua-dnsupdate-policy-script in pdns.conf, that script "
    "decides about each name and type; without it, mostly the database is locked by another program, not writable for "
    "it, or its disk is full (df -h -i)"
)
_IF_FORWARDED = (
    ". If {server} is a secondary that forwards updates, this is the answer of its primary, by the SOA record "
    "{perhaps_behind}, and concerns the configuration there"
)
_OF_WRONG_SERVERS = (
    "not-listening", "not-listening-here", "other-loopback", "silent", "host-unreachable", "network-unreachable",
    "no-dns-at-port", "is-resolver", "is-resolver-of-zone", "is-resolver-beside", "no-zone", "no-zone-of-name",
    "takes-no-updates", "secondary-closed", "updates-dropped", "ignores-signatures",
)  # fmt: skip
"""Causes with which a server is often the wrong one: if nobody gave it, the zone's SOA record names it."""
_WITHOUT_SOA = (
    "the zone's SOA record names this server as the primary: if another one is, give {dns-server} with that one, and "
    "correct the first name in the SOA record. Otherwise: "
)
_IF_ALIAS = (
    "If the name is an alias of one in a zone of this server (dig +short {owner} CNAME shows it), give the name that "
    "it leads to as {name}, without {zone}"
)
_MAKE_KEY = "dns-update key generate makes a key, and prints what the server needs"

TEXTS: dict[str, Sentences] = {
    # No answer
    "not-listening": _any(
        "nothing listens at port {port} of {host_address}{named}, for UDP",
        "on the server, ss -lnup shows what listens where. If the server listens at another port, give it: "
        "{dns-server:{at_port}}. If it listens only at other addresses, let it listen at {host_address} (listen-on of "
        "BIND, listen of Knot DNS, local-address of PowerDNS), or correct {dns-server}. If it does not run, start it; "
        "there, dns-update check server-config=FILE reads in its log why it does not",
    ),
    "not-listening-here": _any(
        "nothing listens at port {port} of {host_address}{named}, for UDP: that address is this machine itself, and "
        "inside a container, the container itself",
        "if the server runs on another machine, or outside of this container: {dns-server} with an address of that "
        "machine. If it runs here, ss -lnup shows what listens where: if at another port, {dns-server:{at_port}}; if "
        "not at {host_address}, let it listen there; if it does not run, start it (why it does not, dns-update check "
        "server-config=FILE reads in its log)",
    ),
    "other-loopback": _any(
        "nothing listens at {server}{named}; a DNS server of this machine answers at {usual}",
        "give {dns-server:{usual}}; or let the server listen at {host_address}, too. /etc/hosts says which address "
        "a name has here: Debian gives 127.0.1.1 to the machine's own name",
    ),
    "drops-this-address": _any(
        "a server takes connections at TCP port {port} of {server}{named}, and closes them without an answer; by UDP, "
        "nothing comes: it has nothing to say to this machine's address",
        "let its configuration have this machine's address: blackhole in named.conf must not, setACL or addACL of "
        "dnsdist and access-control of Unbound must. If it is dnsdist or another proxy, the server that it passes "
        "messages to may be down. Or it is not a DNS server, and {dns-server} or its port is wrong",
    ),
    "silent": _any(
        "nothing comes from {server}{named}, neither by UDP nor by TCP, not even that nothing listens there: messages "
        "are dropped, or no machine has the address",
        "tcpdump -n port {port} on the server tells which: if the messages arrive, a firewall of that machine drops "
        "them (nft list ruleset), or its server has no answer for this address (blackhole in named.conf). If they do "
        "not, the address is wrong, the machine is off, or a firewall or router before it drops them",
    ),
    "host-unreachable": _any(
        "something on the way, or the server's own firewall, answers that {server}{named} cannot be reached (ICMP)",
        "ping {host_address} tells which: if it answers, a firewall rejects port {port} (firewalld does so: run "
        "firewall-cmd --permanent --add-service=dns and firewall-cmd --reload there). If it does not answer, the "
        "address is wrong, the machine is off, or the way to it (a VPN, a router) is down",
    ),
    "network-unreachable": _any(
        "this machine has no route to {server}{named}",
        "ip route get {host_address} shows it: start the connection or the VPN that leads there. If this machine has "
        "no {ip_version} at all, give the server's address of the other kind, or its name, as {dns-server}",
    ),
    "port-in-address": _any(
        "{host_address} is one IPv6 address, and nothing answers at port {port} of it",
        "if {last_group} is meant to be the port: {dns-server:[{shorter}]:{last_group}}",
    ),
    "no-tls": _any(
        "{server} answers in clear, and nothing there speaks TLS: the port is that of DNS without it",
        "give {dns-server} with the port of DNS over TLS, 853 by default, if the server has one; otherwise leave "
        "{transport:tls} out",
    ),
    "wrong-port": _any("no DNS server answers at {server}{of_port}; one does at port 53", "give {dns-server:{usual}}"),
    "udp-filtered": _any(
        "{server} answers by TCP, and no answer of it comes by UDP: a firewall drops one direction, or the answers "
        "come from another address than {host_address}",
        "give {transport:tcp}; or let UDP port {port} through, and let the server answer from the address that was "
        "asked",
    ),
    "udp-stuck": _any(
        "{server}{in_brackets} answers by TCP, and no answer of it comes by UDP: its database keeps it waiting (mostly "
        "another program holds a lock on it), or a firewall drops UDP",
        f"its log says if it is the database: {_READ_POWERDNS}; fuser shows who has a file of SQLite open. If it is a "
        "firewall, give {transport:tcp}; or let UDP port {port} through",
    ),
    "tcp-filtered": _any(
        "{server} answers by UDP, and not by TCP, which this message needs",
        "let TCP port {port} through, too: messages of more than 512 octets go by TCP (RFC 7766)",
    ),
    "tcp-asked-for": _any(
        "{server} answers by UDP, and not by TCP, which {transport:tcp} asks for",
        "leave {transport:tcp} out, since a message of up to 512 octets goes by UDP; or let TCP port {port} through",
    ),
    "silent-once": _any("{server} does answer by UDP now", "try again; more {retries} help on a bad line"),
    "no-dns-at-port": _any(
        "nothing listens at UDP port {port} of {host_address}, and what listens at its TCP port is not a DNS server",
        "correct the port of {dns-server}: DNS is at port 53 (953 is rndc's, 853 DNS over TLS, which needs "
        "{transport:tls}); on the server, ss "
        "-lnutp shows what listens where",
    ),
    "updates-dropped": Sentences(
        "{server}{in_brackets} answers queries, and is silent to updates",
        {
            OTHER: "a firewall or a DNS proxy on the way may let only queries through; its rules must let opcode "
            "UPDATE through. Or it is a resolver with data of the zone (Unbound from 1.20 on is silent to updates): "
            "{dns-server} must be the zone's primary",
            BIND: "a firewall or a DNS proxy on the way may let only queries through; on the server itself, BIND drops "
            "updates beyond its update-quota, and its log tells",
            KNOT: "a frozen zone is silent, too: knotc zone-thaw {of_zone} ends that. A secondary passes updates on to "
            "its primary, which may be silent: {dns-server} with the primary's address. Or a firewall on the way lets "
            "only queries through",
            POWERDNS: "it may be a secondary of the zone, which passes updates on to its primary, and that is silent: "
            "pdnsutil show-zone {of_zone} names the primary, which {dns-server} must be. If it is the primary itself, "
            "its database may be locked by another program ("
            f"{_READ_POWERDNS}), or a firewall on the way lets only "
            "queries through",
        },
    ),
    "signed-dropped": _any(
        "{server}{in_brackets} answers what is not signed, and is silent to what is signed with key {of_key}: "
        "something on the way changes or drops signed messages",
        "mostly dnsdist does so, with useClientSubnet=true in front of PowerDNS: set it to false there, or give "
        "{dns-server} with the address and port of the server itself; otherwise it is a firewall or a DNS proxy",
    ),
    "altered-between": _any(
        "{server} accepts key {of_key} and signs its answers, and this one is not as it was signed: something on the "
        "way changes answers",
        "mostly a router or firewall that rewrites addresses in DNS answers (DNS ALG, DNS doctoring), or a DNS proxy: "
        "switch that off for {host_address}, or go around it, by a VPN or {transport:tls}",
    ),
    "answered-between": _any(
        "{server} signs its answers to queries, and updates are answered without its signature: by something in front "
        "of the server (dnsdist, a DNS proxy, a firewall), not by the server",
        "let it pass messages of opcode UPDATE on to the server; or {dns-server} with the address and port of the "
        "server itself",
    ),
    "answered-between-unsigned": _any(
        "{server} has {program}, which never answers an update with NOTIMP: something in front of it does (dnsdist, a "
        "DNS proxy, a firewall)",
        "let it pass messages of opcode UPDATE on to the server; or {dns-server} with the address and port of the "
        "server itself",
    ),
    "ignores-signatures": _any(
        "{server}{in_brackets} answers signed queries without a signature, whatever the key: it does not know TSIG, "
        "or a DNS proxy on the way removes it, or adds to the message, which breaks it",
        "{dns-server} must be the zone's primary itself (BIND, Knot DNS, PowerDNS), with nothing between that changes "
        "messages: no dnsmasq, no router's DNS proxy, no dnsdist with useClientSubnet=true",
    ),
    # The zone
    "is-resolver": _any(
        "{server} is a resolver{in_brackets}, not a server of {of_zone}: it answers with what other servers say",
        "{dns-server} must be a server of the zone itself, best its primary",
    ),
    "is-resolver-of-zone": Sentences(
        "{server} is a resolver{in_brackets}, not a server of {of_zone}: it answers with what other servers say; the "
        "zone's primary is {host}",
        {
            OTHER: "give {dns-server:{primary}} {zone:{of_zone}}",
            BIND: "give {dns-server:{primary}} {zone:{of_zone}}. If {server} has the zone itself, it has it in a view "
            "that does not match this machine",
        },
    ),
    "hosted-elsewhere": _any(
        "{server} is not a server of {of_zone}: the zone is at {hoster} (its primary is {host}), which takes no "
        "updates by DNS",
        "change the name by {hoster}'s own interface; or delegate a zone of its own to a server that takes updates, "
        "or, for an ACME challenge, make the name an alias (CNAME) into such a zone",
    ),
    "is-resolver-beside": _any(
        "{server} is a resolver{in_brackets}, not a server of {of_zone}: it answers with what other servers say; the "
        "zone's primary, {host}, is at the same address, and must have another port or address there",
        "give {dns-server:{host_address}:PORT} {zone:{of_zone}}; on the server, ss -lnutp shows the port and address",
    ),
    "zone-reversed": _any(
        "{server} has no zone {of_zone}, but {found}: the parts of an address are in the reverse order",
        "give {zone:{found}}",
    ),
    "other-zone": _any(
        "{server} has {owner} in the zone {found}, and no zone {of_zone}", "give {zone:{found}} {name:{owner}}"
    ),
    "empty-zone": Sentences(
        "{server}{in_brackets} has {found} only as an empty zone, which a resolver makes itself so that no question "
        "about private names gets out (RFC 6303); no update changes it",
        {
            OTHER: "give {dns-server} with the server that has {of_zone}; if none has it, make that zone on a server "
            "that takes updates, and let the resolver ask it",
            BIND: 'if this named is to have it, write into named.conf: zone "{of_zone}" {{ type primary; file '
            '"/var/lib/bind/{of_zone}.zone"; ' + _GRANT + " }}; create that file with a SOA and an NS record, and run "
            "rndc reconfig; if another server has it, give {dns-server} with that one",
        },
    ),
    "delegated": _any(
        "{server} does not have {of_zone} itself; it refers to {hosts}", "give {dns-server:{host}} {zone:{of_zone}}"
    ),
    "no-zone": Sentences(
        "{server} has no zone {of_zone}, in any case not for this machine",
        {
            OTHER: f"check the spelling of {{zone}}, and that {{dns-server}} is a server of it. {_IF_ALIAS}",
            BIND: "check the spelling of {zone}, and that {dns-server} is a server of it; with views, the one that "
            "matches this machine must have the zone. A zone that was added to named.conf is there after rndc "
            f"reconfig. {_IF_ALIAS}",
            KNOT: "check the spelling of {zone}, and that {dns-server} is a server of it. A zone that was added to "
            f"knot.conf is there after knotc reload. {_IF_ALIAS}",
            POWERDNS: "check the spelling of {zone}, and that {dns-server} is a server of it: pdnsutil list-all-zones. "
            f"In the database, its name must be in lower case, without a final dot. {_IF_ALIAS}",
        },
    ),
    "no-zone-but-keys": _any(
        "{server} has no zone that holds {owner}; it has {found}, by which the key is named",
        "give a {name} in that zone; for {owner} itself, let it be an alias (CNAME) into that zone, and change the "
        "name that it leads to; or give a {dns-server} of its zone",
    ),
    "no-zone-of-name": _any(
        "{server} has no zone that holds {owner}, in any case not for this machine",
        f"check the spelling of {{name}}, and that {{dns-server}} is a server of its zone. {_IF_ALIAS}. If the server "
        "answers no queries about the zone, give {zone}",
    ),
    "zone-not-loaded": Sentences(
        "{server} is configured for {of_zone}, and has not loaded it",
        {
            OTHER: "its log says why",
            BIND: f"its log says why: {_READ_BIND}. Mostly the zone file has an error "
            "(named-checkzone {of_zone} FILE), or is not there or not readable for named (ls -l FILE), or it was "
            "edited and its journal does not fit any more (move FILE.jnl away); then run rndc reload {of_zone}. A "
            "secondary has not got the zone from its primary, or it has expired",
            KNOT: f"its log says why: {_READ_KNOT}. Mostly the zone file has an error "
            "(kzonecheck -o {of_zone} FILE), or is not there or not readable for knotd (ls -l FILE; no update can "
            "make a zone's first SOA record), or private DNSSEC keys are missing (keymgr {of_zone} list); then run "
            "knotc zone-reload {of_zone}. A secondary has not got the zone from its primary, or it has expired",
            POWERDNS: f"its log says why: {_READ_POWERDNS}; "
            "pdnsutil check-zone {of_zone} checks the data. If this "
            "is a secondary that has not got the zone from its primary yet, run pdns_control retrieve {of_zone}",
        },
    ),
    "queries-refused": Sentences(
        "{credential} is accepted and may make this change; {server} only refuses to answer queries about {of_zone}",
        {
            POWERDNS: "PowerDNS has the zone, and its zone cache does not know that yet: a zone that was written into "
            "the database is served after zone-cache-refresh-interval (300 s), or at once by: pdns_control rediscover. "
            "If that does not help, it has no SOA record: pdnsutil check-zone {of_zone} tells",
            OTHER: "{zone:{of_zone}}, {ttl:300} and {verify:no} do without queries; or let the key ask",
            BIND: "{zone:{of_zone}}, {ttl:300} and {verify:no} do without queries; or add to the zone: allow-query "
            '{{ key "{of_key}"; }};',
            KNOT: "{zone:{of_zone}}, {ttl:300} and {verify:no} do without queries; or add this machine's address to "
            "mod-queryacl in knot.conf",
        },
    ),
    "asking-refused": Sentences(
        "{server} has {of_zone}, and refuses queries and updates about it from this machine",
        {
            OTHER: "let the server answer queries about the zone from here",
            BIND: "BIND takes updates only from those who may query: allow-query of the zone, the view or the options "
            'must have this machine, or allow-query {{ key "{of_key}"; }};',
        },
    ),
    # The name
    "alias": _any(
        "{owner} is an alias of {canonical}, and nothing else can be beside a CNAME: whether {credential} may change "
        "{of_zone} does not matter then",
        "change the name that it leads to: {name:{canonical}} {zone:{found}}; only if the alias is not wanted, remove "
        "it: {deletion}",
    ),
    "alias-elsewhere": _any(
        "{owner} is an alias of {canonical}, and nothing else can be beside a CNAME: whether {credential} may change "
        "{of_zone} does not matter then",
        "change the name that it leads to, {name:{canonical}}, at the primary of its zone, which is not {server}; only "
        "if the alias is not wanted, remove it: {deletion}",
    ),
    "zone-below": _any(
        "{owner} is in {found}, a zone of its own on {server}: a change of {of_zone} would not be seen at this name",
        "give {zone:{found}} {name:{owner}}",
    ),
    "zone-below-elsewhere": _any(
        "{owner} is in {found}, which {of_zone} delegates to {hosts}: a change of {of_zone} would not be seen at "
        "this name",
        "give {dns-server:{host}} {zone:{found}} {name:{owner}}",
    ),
    "view-without-zone": _any(
        "{server} has {of_zone} for who asks without a key, and not for key {of_key}: the key selects another view",
        "add {of_zone} to the view whose match-clients has the key, and run rndc reconfig; or, in the view that has "
        "the zone, put key {of_key}; first into match-clients, and !key {of_key}; into those of the views above it",
    ),
    "view-with-other-zone": _any(
        "{server} has {of_zone} for who asks without a key, and not for key {of_key}: the key selects another view, in "
        "which {owner} is in the zone {found}",
        "give {zone:{found}} {name:{owner}}; or add {of_zone} to the view that the key selects",
    ),
    # The key
    "other-algorithm": _any(
        "the server has key {of_key} with {algorithm_there}, not with {current_algorithm}",
        "give {algorithm:{algorithm_there}}; in a key file, write algorithm {algorithm_there};",
    ),
    "other-algorithm-and-secret": Sentences(
        "the server has key {of_key} with {algorithm_there}, not with {current_algorithm}, and with another secret",
        {
            OTHER: "copy the whole key again from the server's configuration",
            BIND: "copy the whole key statement again from the server: grep -A3 {of_key} /etc/bind/*.conf*",
        },
    ),
    "other-key-name": _any(
        "the server has this key, by the name {name_there}, not {of_key}",
        '{key-name:{name_there}}; in a key file: key "{name_there}"',
    ),
    "other-key-name-and-secret": _any(
        "the server has no key {of_key}; it has one of the name {name_there}, with another secret",
        "give {key-name:{name_there}}, with the secret of that key on the server",
    ),
    "secret-differs": Sentences(
        "the server has key {of_key} with {current_algorithm}; only the secret is another one there", _COPY_SECRET
    ),
    "secret-without-quotes": _any(
        "the secret of key {of_key} was copied with quotes, blanks or a semicolon that do not belong to it",
        "give what is between the quotes, without the semicolon",
    ),
    "secret-without-statement": _any(
        "the secret of key {of_key} was copied with the word before it",
        'give only the Base64 after the word, without it and without quotes and ";"',
    ),
    "secret-without-name": _any(
        "the secret of key {of_key} was copied with the key's name before it, as nsupdate -y takes it",
        "give only what is after the last colon",
    ),
    "secret-padded": _any(
        'the secret of key {of_key} lacks the "=" at its end that Base64 has, so it was read as raw text',
        'copy it with each "=" at its end',
    ),
    "secret-url-safe": _any(
        "the secret of key {of_key} is written in the Base64 of URLs, with - and _",
        "write + for each -, and / for each _",
    ),
    "secret-hexadecimal": _any(
        "the secret of key {of_key} is hexadecimal here, and Base64 on the server",
        "give it in Base64, as it is on the server",
    ),
    "secret-without-line-end": _any(
        "the secret of key {of_key} has a line end in it: it was encoded together with one",
        "encode it without: printf %s SECRET | base64",
    ),
    "secret-decoded-again": _any(
        "the secret of key {of_key} is Base64 of a Base64 text: it was encoded twice",
        "give what base64 -d makes of it, which is Base64 itself",
    ),
    "secret-raw-text": _any(
        "the server's secret of key {of_key} is the text itself, not what Base64 makes of it",
        "give {key-encoding:text}",
    ),
    "key-of-rndc": _any(
        "the server has no key {of_key} for updates: named reads /etc/bind/rndc.key for the channel of rndc alone",
        'write include "/etc/bind/rndc.key"; into named.conf, then run rndc reconfig; or, better, make a key for '
        "updates: dns-update key generate prints what named.conf needs",
    ),
    "key-unknown": Sentences(
        "the server has no key {of_key}, with any algorithm",
        {
            OTHER: "the server must know the key by the same name, algorithm and secret{or_primary}",
            BIND: f"named.conf needs: {_KEY_STATEMENT} {_RECONFIG}. If that does not help, "
            "compare the name letter by letter; a key inside a view is only for the clients of that view{or_primary}",
        },
    ),
    "key-in-no-acl": _any(
        "{program} does not accept key {of_key} for {of_zone}: there is no such key (with {current_algorithm}), or no "
        "acl of the zone has it, or its acl is not for this machine's address",
        "knot.conf needs key: id: {of_key}, algorithm: {current_algorithm}; acl: id: update, key: {of_key}, action: "
        f"update; and in zone: domain: {{of_zone}}, acl: update; {_KNOT_RELOAD}. If the acl has an address, too, it "
        "must include this machine's: an acl takes what has both; an acl with deny: on must be after it{or_primary}"
        + _names_the_line("/etc/knot/knot.conf"),
    ),
    "key-not-accepted": Sentences(
        "{program} does not accept key {of_key}: it has no such key, or one with another secret",
        {
            OTHER: "compare name, algorithm and secret with those on the server{or_primary}",
            POWERDNS: "pdnsutil list-tsig-keys shows its keys; compare name, algorithm and secret: in the database, "
            "the name must be without a final dot, the secret in Base64 without quotes and blanks. pdnsutil "
            "import-tsig-key {of_key} {current_algorithm} SECRET makes a missing one{or_primary}",
        },
    ),
    "clock": _any(
        "the key is right; the server's clock is about {seconds} s {direction} this machine's, and 300 s are allowed",
        "set the clock that is wrong, and keep it right by NTP: timedatectl set-ntp true",
    ),
    # The permission
    "updates-by-address": Sentences(
        "{server} takes updates of {of_zone} from this machine's address, without a key, and none with key {of_key}",
        {
            OTHER: "leave the key out; or, safer, let the server know the key, and allow it instead of the address",
            BIND: "leave the key out; or, safer, let named know the key, and grant it: named.conf needs "
            f"{_KEY_STATEMENT} and in the zone's statement, in the place of the address: {_GRANT} {_RECONFIG}",
            KNOT: 'leave the key out; or, safer, write "key: {of_key}" in the acl that has "action: update", in the '
            f"place of the address; {_KNOT_RELOAD}. If Knot does not know the key yet, it needs the items id, "
            "algorithm and secret in the section key of knot.conf",
            POWERDNS: "leave the key out; or, safer, let PowerDNS know the key, and require it: pdnsutil "
            f"import-tsig-key {{of_key}} {{current_algorithm}} SECRET, and {_SET_META}",
        },
    ),
    "key-needed": Sentences(
        "{server} takes no updates of {of_zone} from this machine's address without a key",
        {
            OTHER: f"give {{key-file}}, or {{key-name}} and {{key}}; {_MAKE_KEY}",
            BIND: f"give {{key-file}}, or {{key-name}} and {{key}}; {_MAKE_KEY}. A zone without update-policy and "
            f"allow-update takes no updates at all; addresses in allow-update must include {_SEEN_BY_BIND}",
            KNOT: f"give {{key-file}}, or {{key-name}} and {{key}}; {_MAKE_KEY}. Addresses in the acl must include the "
            "one that Knot sees, which behind NAT or a proxy (dnsdist) is the proxy's: journalctl -u knot | grep "
            "'ACL, denied' shows it after \"remote\"",
            POWERDNS: f"give {{key-file}}, or {{key-name}} and {{key}}; {_MAKE_KEY}; or let this address update: "
            "allow-dnsupdate-from in pdns.conf",
        },
    ),
    "only-by-tcp": _any(
        "{server} takes this update of {of_zone} from this machine's address by TCP, and not by UDP, in which an "
        "address can be forged (tcp-self)",
        "give {transport:tcp}",
    ),
    "kerberos-only": _any(
        "{of_zone} is a zone of Active Directory, whose servers take updates with Kerberos (GSS-TSIG) only",
        "sign with a Kerberos ticket: give {auth:gss} after kinit, or with {keytab}; a BIND, Knot DNS or PowerDNS that "
        "has the zone can also allow a TSIG key",
    ),
    "kerberos-perhaps": _any(
        "{of_zone} is a zone of Active Directory, whose servers mostly take updates with Kerberos (GSS-TSIG) only",
        "sign with a Kerberos ticket: give {auth:gss} after kinit, or with {keytab}",
    ),
    "is-secondary": _any(
        "{server} takes no update of {of_zone} {with_key}; the primary by the zone's SOA record, {host} ({primary}), "
        "does: {server} is a secondary, or the primary at an address with other rules",
        "give {dns-server:{primary}}",
    ),
    "secondary-closed": _any(
        "{server} is a secondary of {of_zone}, and passes no update {with_key} on to its primary",
        "update the primary, whose address is in primaries of the zone's statement in named.conf: {dns-server}; or let "
        "this server pass updates on, by allow-update-forwarding {{ any; }}; in that statement (the primary decides), "
        "and run rndc reconfig",
    ),
    "secondary-closed-of": _any(
        "{server} is a secondary of {of_zone}, and passes no update {with_key} on to its primary, which is {host} by "
        "the SOA record",
        "update the primary: {dns-server:{primary}}; or let this server pass updates on, by allow-update-forwarding "
        "{{ any; }}; in the zone's statement in named.conf (the primary decides), and run rndc reconfig",
    ),
    "perhaps-secondary": _any(
        "{server} takes no update of {of_zone} with key {of_key}; by the zone's SOA record, its primary is another "
        "server, {host}",
        "give {dns-server:{primary}}. If {server} is the primary itself, rndc zonestatus {of_zone} there tells whether "
        f"the zone is static or frozen; it needs {_GRANT} {_RECONFIG}",
    ),
    "zone-closed": Sentences(
        "{server} accepts key {of_key}, and takes no update of {of_zone} with it",
        {
            OTHER: "let the server allow the key for this zone",
            BIND: "mostly the zone's allow-update or update-policy in named.conf names no key, or another (use that, "
            f"or add this one: {_GRANT} {_RECONFIG}), or denies this machine's address before it. Otherwise rndc "
            'zonestatus {of_zone} tells why: "frozen: yes" (run rndc thaw {of_zone}), "type: secondary" (update the '
            'primary), or "multiple views" (the one for this machine has no such rule: add key "{of_key}"; to '
            'match-clients of the one that has it, and !key "{of_key}"; before all else to those above it)'
            + _names_the_line("/etc/bind/named.conf"),
            KNOT: "knot.conf needs in the acl of the zone: key: {of_key}, action: update. A secondary passes updates "
            "on to its primary, whose configuration needs that, too",
        },
    ),
    "knot-refused": _any(
        "{program} permits key {of_key} to update {of_zone}, and answers REFUSED: the zone is frozen, or this is a "
        "secondary, and its primary ({host}, by the SOA record) refuses the update",
        "knotc zone-status {of_zone} on the server tells which: if frozen, run knotc zone-thaw {of_zone}; if a slave, "
        "let its primary allow key {of_key}",
    ),
    "knot-frozen": _any(
        "{program} refuses every update of {of_zone}, whoever sends it, as it does while the zone is frozen",
        "knotc zone-status {of_zone} on the server shows it; run knotc zone-thaw {of_zone}",
    ),
    "powerdns-updates-off": _any(
        "{program} takes no updates from the address that it sees: dnsupdate is off, or allow-dnsupdate-from leaves "
        "that address out",
        "pdns.conf needs dnsupdate=yes and, in allow-dnsupdate-from, the address of this machine (the default is only "
        "127.0.0.0/8 and ::1), or the zone in its metadata ALLOW-DNSUPDATE-FROM; then restart it. Behind dnsdist, NAT "
        "or another proxy, PowerDNS sees the proxy's address, which must be there instead: journalctl -u pdns | grep "
        'UPDATE shows it after "from"',
    ),
    "powerdns-key-not-allowed": _any(
        "{program} accepts key {of_key}, which may not update {of_zone}",
        f"{_SET_META} on the server allows it (add-meta if other keys may, too). If it is there, pdnsutil show-zone "
        "{of_zone} tells more: for a secondary, send to its primary, or let forward-dnsupdate=yes do so; otherwise the "
        "zone's own ALLOW-DNSUPDATE-FROM leaves out this machine, or the proxy (dnsdist, NAT) in front of PowerDNS",
    ),
    "powerdns-policy": _any(
        "{program} takes updates of {of_zone} with key {of_key}, and refuses this one",
        "look at lua-dnsupdate-policy-script in pdns.conf: if it is there, the script must return true for {owner} "
        "{types} and this key; and look for a CNAME at {owner}",
    ),
    "powerdns-ignored": _any(
        "{program} said NOERROR, and left the change out, as it does if its Lua policy does not permit it",
        "look at lua-dnsupdate-policy-script in pdns.conf: it must return true for {owner} {types} and this key",
    ),
    "read-elsewhere": _any(
        "{server} has made the change, and does not show it: the conditions of an update see it, and a query to the "
        "same address gets older data. So a load balancer or proxy (dnsdist) in front answers queries from another "
        "server or from a cache, or the server itself caches answers",
        "wait for the cache or the transfer (a secondary that forwards updates shows them only later); or give "
        "{dns-server} with the address of the primary itself, behind what is in front of it",
    ),
    "not-forwarded-yet": _any(
        "by the zone's SOA record its primary is another server, {host}: a secondary passes an update on, and shows it "
        "after the next transfer",
        "{dns-server:{primary}} sends it there directly; or wait: the next transfer brings it",
    ),
    "check-names": Sentences(
        "{server} refuses {bad_name}, which is not a host name of letters, digits and hyphens (check-names)",
        {
            OTHER: "choose another name, without _",
            BIND: "choose another name, without _; or add to the zone's statement: check-names ignore;",
        },
    ),
    "refused-in-the-end": Sentences(
        "{server} permits this change to {credential}, and refused it when it came to carry it out",
        {
            OTHER: "its log says why; a limit of the zone is reached, or a check of the changed zone failed",
            BIND: f"its log says which check failed: {_READ_BIND}; e.g. the zone would be "
            "left without a name server that has an address (check-integrity)",
            KNOT: "mostly the zone would be larger than zone-max-size in knot.conf allows: raise it, then run knotc "
            f"reload. Its log says so, or why else: {_READ_KNOT}",
        },
    ),
    "check-integrity": _any(
        "{server} refuses to point to {host}, which is in the zone and has no address there (BIND: check-integrity)",
        "give {host} an address first",
    ),
    "type-denied": Sentences(
        "{credential} may change {allowed} at {owner}, and not {denied}",
        {
            OTHER: "let the server allow this type, too",
            BIND: 'add the type to the key\'s rule: grant "{of_key}" name {owner}. {allowed} {denied}; ' + _RECONFIG,
            KNOT: f"add the type to update-type of the acl: [{{denied}}]; {_KNOT_RELOAD}",
        },
    ),
    "whole-name-denied": Sentences(
        "{credential} may change {allowed} at {owner}, and not delete all types of the name at once",
        {
            OTHER: "give {type:TYPE} with each type to delete; or let the server allow all types",
            BIND: 'give {type:TYPE} with each type to delete; or add a rule: grant "{of_key}" name {owner}. ANY; '
            + _RECONFIG,
        },
    ),
    "only-own-name": Sentences(
        "key {of_key} may change only the name that it has itself, {name_there}",
        {
            OTHER: "give {name:{name_there}}; or let the server allow {owner}, too",
            BIND: f"give {{name:{{name_there}}}}; or add a rule: {_GRANT} {_RECONFIG}",
        },
    ),
    "name-denied": Sentences(
        "{credential} may change other names of {of_zone}, and not {owner}",
        {
            OTHER: "let the server allow this name, too",
            BIND: f"add a rule to the zone: {_GRANT} {_RECONFIG}",
            KNOT: f"add the name to update-owner-name of the acl; {_KNOT_RELOAD}",
        },
    ),
    "active-directory-denied": _any(
        "{server} accepts {credential}, and does not let it change {owner} {types}; {of_zone} is a zone of Active "
        "Directory, whose access control lists decide",
        "mostly the account is not in the group DnsAdmins: samba-tool group addmembers DnsAdmins {account}; and get a "
        "new ticket. Otherwise another account owns the record: delete it (samba-tool dns delete), or let its owner "
        f"change it. If named.conf has a zone statement for {{of_zone}}, that needs {_GRANT}",
    ),
    "not-granted": Sentences(
        "{server} accepts {credential}, and no rule of {of_zone} lets it change {owner} {types}",
        {
            OTHER: "let the server allow this name and type",
            BIND: f"the zone's statement in named.conf needs: {_GRANT} {_RECONFIG}",
            KNOT: "the acl's update-owner, update-owner-name, update-owner-match or update-type leaves it out; it "
            "needs e.g. update-owner: name, update-owner-name: {owner}. (with the dot), update-owner-match: "
            f"sub-or-equal, and in update-type {{types}}; {_KNOT_RELOAD}",
        },
    ),
    # The server
    "takes-no-updates": Sentences(
        "{server}{in_brackets} takes no dynamic updates at all",
        {
            OTHER: "{dns-server} must be a server that does: BIND, Knot DNS or PowerDNS; if it is one of these, a DNS "
            "proxy in front of it answers updates",
            NSD: "let it be a secondary of BIND, Knot DNS or PowerDNS, and send the updates there",
        },
    ),
    "powerdns-backend": _any(
        "{program} takes no updates of {of_zone}, because the zone's backend cannot write (it answers NOTIMP)",
        "move the zone to a backend that can, e.g. gsqlite3, gmysql or gpgsql (pdnsutil b2b-migrate); the bind and "
        "pipe backends cannot",
    ),
    "made-by-server": _any(
        "{types} records are made by the server itself when it signs the zone (DNSSEC), and no update may set them",
        "let the server sign the zone, e.g. dnssec-policy default; in BIND, dnssec-signing: on in Knot DNS, pdnsutil "
        "secure-zone in PowerDNS",
    ),
    "too-many-records": _any(
        "{owner} would have {count} records of type {many_type}; BIND keeps at most 100 of one type at a name, if "
        "max-records-per-type does not say otherwise",
        "give fewer values; or write into the zone's statement of named.conf, or into its options: "
        "max-records-per-type {count}; and run rndc reconfig. If it is there, the log says what else is wrong: "
        f"{_READ_BIND}",
    ),
    "not-carried-out": Sentences(
        "the change itself was not made, so whether the server can write it is not known",
        {
            OTHER: "if it fails, the server's log says why: it cannot write there, its disk is full, or a limit of the "
            "zone is reached",
            BIND: f"if it fails, its log says why: {_READ_BIND}. Mostly the zone file's "
            "directory is not writable for named (ls -ld DIRECTORY; findmnt -T DIRECTORY), or its disk is full (df -h "
            "-i), or max-records is reached",
            KNOT: f"if it fails, its log says why: {_READ_KNOT}. Mostly the journal is not "
            "writable, or its disk is full (df -h -i), or zone-max-size is reached",
            POWERDNS: _IF_POWERDNS_FAILS,
        },
    ),
    "not-carried-out-or-signed": Sentences(
        "the change itself was not made, so whether the server can write and sign it is not known; the zone is signed "
        "(DNSSEC)",
        {
            OTHER: "if it fails, the server's log says why: its private DNSSEC keys are missing, it cannot write, or "
            "its disk is full",
            BIND: f"if it fails, its log says why: {_READ_BIND}. Mostly the zone's private keys "
            "(K*.private) are not in key-directory, or not readable for named; or the zone file's directory is not "
            "writable for it (ls -ld DIRECTORY; df -h -i; findmnt -T DIRECTORY)",
            KNOT: f"if it fails, its log says why: {_READ_KNOT}. Mostly the zone's private keys "
            "(*.pem in the KASP database's directory) are missing, or not readable for knotd (keymgr {of_zone} list "
            "shows them); or the journal is not writable, or its disk is full (df -h -i)",
            POWERDNS: _IF_POWERDNS_FAILS,
        },
    ),
    "cannot-write": Sentences(
        "{credential} may make this change, and the server cannot carry it out: mostly it cannot write there",
        {
            OTHER: "its log says what it cannot write; the disk may be full",
            BIND: f"its log says which it is: {_READ_BIND}. Mostly its user cannot write in the directory of the zone "
            "file, for the journal (on Debian that is /var/lib/bind, not /etc/bind; findmnt -T DIRECTORY shows whether "
            "it is read-only), or the disk is full (df -h -i), or the zone has as many records as max-records or "
            "max-records-per-type (100) allows",
            KNOT: f"its log says which it is: {_READ_KNOT}. Its journal's directory "
            "(/var/lib/knot) must be writable for its user, its disk neither full (df -h -i) nor read-only (findmnt -T "
            "/var/lib/knot), and the journal smaller than journal-db-max-size",
            POWERDNS: f"its log says which it is: {_READ_POWERDNS}. Its backend must be able to write: the bind "
            "backend cannot; of SQLite the file and its directory must be writable for its user, the disk neither full "
            "nor read-only, and no other program may hold a lock on it (fuser shows who has the file open); a database "
            "server must let its user write",
        },
    ),
    "cannot-write-or-sign": Sentences(
        "{credential} may make this change, and the server cannot carry it out; the zone is signed (DNSSEC)",
        {
            OTHER: "its private DNSSEC keys must be readable for it, and its journal writable; its log says which",
            KNOT: f"its log says which: {_READ_KNOT}. Its private keys (*.pem in "
            "/var/lib/knot/keys/keys, or kasp-db) must be there and readable for its user, and its journal writable, "
            "on a disk that is not full (df -h -i); keymgr {of_zone} list shows its keys",
            POWERDNS: f"its log says which: {_READ_POWERDNS}; "
            "pdnsutil check-zone {of_zone} checks the zone and its "
            "keys. Its backend must be able to write, and no other program may hold a lock on its database",
            BIND: "its private keys (K*.private in key-directory) must be readable for its user, and the directory of "
            "the zone file writable, on a disk that is not full (df -h -i); its log says which: "
            f"{_READ_BIND}",
        },
    ),
    "powerdns-database": _any(
        "{program} fails on every update, whatever the zone: its database does not answer an update's questions",
        f"its log says why: {_READ_POWERDNS}. Mostly the database has the tables of an older version: after an "
        "upgrade, run the schema files between the two versions (/usr/share/doc/pdns-backend-*, or "
        "/usr/share/pdns-backend-*/schema)",
    ),
    "cannot-forward": _any(
        "{server} is a secondary that forwards updates, and that failed: its primary is down, or does not know the key",
        "{dns-server} with the primary's address sends it there directly",
    ),
    "cannot-forward-to": _any(
        "{server} is a secondary that forwards updates, and that failed: its primary ({host}, by the SOA record) is "
        "down, or does not know the key",
        "{dns-server:{primary}} sends it there directly",
    ),
}

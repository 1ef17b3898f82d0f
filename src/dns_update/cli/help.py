"""Help that one can learn from: made from the table of properties, with examples."""

from __future__ import annotations

import textwrap

from dns_update.routeros import PROPERTIES

_OVERVIEW = """\
dns-update keeps names in DNS zones pointing at the right addresses: it sends signed updates (RFC 2136, TSIG)
straight to the zone's own server - BIND, Knot, PowerDNS.

Usage:
  dns-update [set] PROPERTY=VALUE...     make a name have exactly these addresses (or this data)
  dns-update delete PROPERTY=VALUE...    remove an address, an RRset or a whole name
  dns-update show PROPERTY=VALUE...      what the authoritative server holds now
  dns-update nsupdate [OPTIONS] [FILE]   nsupdate of BIND, its language and options; also as dns-nsupdate
  dns-update agent [--config FILE]       keep names right, all the time
  dns-update status | history            what the agent is doing; what was ever attempted
  dns-update COMMAND --help              all properties of a command, with examples

A property is written name=value, as on a RouterOS router, or --name value. A line copied from a router runs as it is:

  dns-update /tool dns-update dns-server=192.0.2.1 name=home zone=example.com \\
      address=203.0.113.45 key-name=home-key key=@/etc/dns-update/home.secret

Talk goes to standard error, data to standard output; --json puts everything there. Exit status: 0 done, 1 a bug,
2 usage, 3 no address, 4 no answer, 5 authentication, 6 clocks, 7 permission, 8 zone or name, 9 server failure,
10 some of many failed, 130 interrupted.
"""

_ABOUT = {
    "set": """\
dns-update [set] PROPERTY=VALUE...

Makes a name have exactly these addresses, or this data. Everything goes in one message, so nobody who asks meanwhile
sees the name missing; record types that are not given stay as they are. Afterwards the name is read back from the
same server, because a server may answer "no error" and yet ignore a change.
""",
    "delete": """\
dns-update delete PROPERTY=VALUE...

Removes an address (address=), single records (type= and value=), an RRset (type=), or the whole name (none of them).
What is gone already is no error, unless require=existing says so.
""",
    "show": """\
dns-update show PROPERTY=VALUE...

Prints what the authoritative server holds at a name: A and AAAA records, or those of type=. The lines are those of a
zone file: name, TTL, class, type, data. A name that does not exist ends with status 8.
""",
}

_NSUPDATE = """\
dns-update nsupdate [OPTIONS] [FILE]
dns-nsupdate [OPTIONS] [FILE]

Reads the commands of BIND's nsupdate from a file, a pipe or a terminal, and carries them out. It takes nsupdate's
place in scripts: the same language, options, texts and exit statuses (0 done, 2 an update failed, 1 all else). But a
key file that is missing or unreadable ends the run before anything is sent.

Commands (a blank line is send; a line that starts with ; is a comment):
{commands}
Options:
  -k FILE                  a key: a file with a key statement, or a K* pair
  -y [ALGORITHM:]NAME:SECRET
                           the same as an argument, which other users can see; the algorithm is hmac-md5 if left out
  -l                       the local server, with its session key
  -p PORT                  of the servers (53)
  -v                       TCP; messages of more than 512 octets go by TCP anyway
  -t SECONDS               for a TCP exchange (300); 0: no limit
  -u SECONDS, -r TRIES     for a UDP try (3), and how many tries follow it (3)
  -4, -6                   only this IP version
  -C FILE                  instead of /etc/resolv.conf
  -d, -D                   show the messages; show more
  -i                       go on after a syntax error
  -T, -P                   list the record types; the private ones
  -V                       the version
  -g, -o, -S, -A, -E, -K, -H, -O
                           GSS-TSIG and TLS: understood, not implemented yet

Examples:
  # an address; the zone and its primary are found by themselves
  printf 'update add home.example.com 300 A 203.0.113.45\\nsend\\n' | dns-update nsupdate -k home.key
  # replace an address, at this server, in one message
  printf 'server 192.0.2.1\\nzone example.com\\ndel home.example.com A\\nadd home.example.com 300 A 203.0.113.45\\nsend\\n' | dns-nsupdate -k home.key
  # only if the name is new, from a file
  dns-update nsupdate -k home.key new-name.txt
"""

_EXAMPLES = {
    "set": (
        ("an address, the TTL that stands kept", "dns-server=192.0.2.1 zone=example.com name=home address=203.0.113.45 key-file=home.key"),
        ("both families at once", "name=home.example.com address=203.0.113.45,2001:db8::5 ttl=5m key-file=home.key"),
        ("the address that an interface has now", "name=home.example.com address=interface:ppp0/ipv4 key-file=home.key"),
        ("the same, as a router's script says it", "name=home zone=example.com address=[/ip address get [find interface=ppp0] address] key-file=home.key"),
        ("any record type", "name=_acme-challenge.example.com type=TXT value=gfj9Xq...Rg85nM ttl=60 key-file=acme.key"),
        ("the reverse name of an address", "address=203.0.113.45 type=PTR value=home.example.com key-file=home.key"),
        ("only if the name is new", "name=printer zone=example.com address=192.0.2.40 require=absent key-file=home.key"),
        ("ttl=0 deletes the entry, as on RouterOS", "name=home zone=example.com address=203.0.113.45 ttl=0 key-file=home.key"),
    ),
    "delete": (
        ("the whole name", "dns-server=192.0.2.1 zone=example.com name=printer key-file=home.key"),
        ("one address of several", "name=home.example.com address=203.0.113.45 key-file=home.key"),
        ("an RRset", "name=home.example.com type=AAAA key-file=home.key"),
        ("one record", 'name=@ zone=example.com type=TXT value="v=spf1 -all" key-file=home.key'),
    ),
    "show": (
        ("the addresses", "name=home.example.com"),
        ("another type, from one server, for a script", "dns-server=192.0.2.1 zone=example.com name=@ type=MX --json"),
    ),
}  # fmt: skip


def help_text(command: str) -> str:
    """Return the help of a command; the overview, if it is empty."""
    if not command:
        return _OVERVIEW
    if command in ("agent", "status", "history"):
        from importlib import import_module  # noqa: PLC0415 - each of them has its own

        return str(import_module(f"dns_update.cli.{command}").HELP_TEXT)
    if command == "nsupdate":
        from dns_update.nsupdate.help_text import COMMANDS  # noqa: PLC0415 - of this command only

        return _NSUPDATE.replace("{commands}", textwrap.indent(COMMANDS, "  "))
    lines = [_ABOUT[command], "Properties (each also as --name value):"]
    lines += [_property_lines(p.name, p.form, p.help) for p in PROPERTIES if command in p.commands]
    lines += ["", "Examples:"]
    word = "" if command == "set" else f"{command} "
    lines += [f"  # {about}\n  dns-update {word}{example}" for about, example in _EXAMPLES[command]]
    return "\n".join(lines) + "\n"


_COLUMN = 38
_WIDTH = 118


def _property_lines(name: str, form: str, text: str) -> str:
    """Return one property's lines: what is written, then the help, folded beside it."""
    head = f"  {name}={form}"
    body = textwrap.wrap(text, _WIDTH - _COLUMN)
    first = f"{head:<{_COLUMN}}{body[0]}" if len(head) < _COLUMN else f"{head}\n{'':<{_COLUMN}}{body[0]}"
    return "\n".join([first, *(f"{'':<{_COLUMN}}{line}" for line in body[1:])])

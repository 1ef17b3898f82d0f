"""What the help says about each command besides its properties: its form, what it does, and examples."""

from __future__ import annotations

from dns_update.value import Value


class CommandHelp(Value):
    """A command as its help presents it: its form, a line for the overview, a description, examples.

    An example has a line that says what it is for, and the words after `dns-update`. `more` is what the help shows
    between properties and examples.
    """

    form: str
    summary: str
    about: str
    examples: tuple[tuple[str, str], ...] = ()
    more: str = ""


OVERVIEW = """\
dns-update keeps names in DNS zones pointing at the right addresses: it sends signed updates (RFC 2136, TSIG)
straight to the zone's own server - BIND, Knot, PowerDNS.

Usage:
{commands}

A property is written name=value, as on a RouterOS router, or --name value. A line copied from a router runs as it is:

  dns-update /tool dns-update dns-server=192.0.2.1 name=home zone=example.com \\
      address=203.0.113.45 key-name=home-key key=@/etc/dns-update/home.secret

Messages go to standard error, data to standard output; --json puts everything there. Exit status: 0 done, 1 a bug,
2 usage, 3 no address, 4 no answer, 5 authentication, 6 clocks, 7 permission, 8 zone or name, 9 server failure,
10 some of many failed, 11 this machine lacks something at the moment, 20 a plan would change something,
130 interrupted.
"""

_SET = CommandHelp(
    "[set] PROPERTY=VALUE...",
    "make a name have exactly these addresses (or this data)",
    """\
Makes a name have exactly these addresses, or this data. Everything goes in one message, so the name is never missing
for those who look it up meanwhile; record types that are not given stay as they are. Afterwards the name is read back
from the same server, because a server may answer "no error" and yet ignore a change.

NAME ADDRESS after the command means name=NAME address=ADDRESS. What a line leaves out comes from the environment
(DNS_UPDATE_KEY_FILE for key-file, and so on), or from the configuration (config=), by the name.
""",
    (
        ("an address; the current TTL is kept", "dns-server=192.0.2.1 zone=example.com name=home address=203.0.113.45 key-file=home.key"),
        ("both families at once", "name=home.example.com address=203.0.113.45,2001:db8::5 ttl=5m key-file=home.key"),
        ("the address that an interface has now", "name=home.example.com address=interface:ppp0/ipv4 key-file=home.key"),
        ("the same, as a router's script writes it", "name=home zone=example.com address=[/ip address get [find interface=ppp0] address] key-file=home.key"),
        ("any record type", "name=example.com type=MX value='10 mail.example.net' ttl=1h key-file=home.key"),
        ("an address, and the PTR record that points back", "name=home.example.com address=203.0.113.45 ptr=yes key-file=home.key"),
        ("at a primary that answers no queries; a secondary is read", "name=home.example.com address=203.0.113.45 update-server=192.0.2.1 query-server=192.0.2.2 key-file=home.key"),
        ("the reverse name of an address", "address=203.0.113.45 type=PTR value=home.example.com key-file=home.key"),
        ("from cron: say nothing but failures", "name=home.example.com address=interface:ppp0/ipv4 quiet=yes key-file=home.key"),
        ("only if the name is new", "name=printer zone=example.com address=192.0.2.40 require=absent key-file=home.key"),
        ("the rest is in the configuration or the environment", "home.example.com 203.0.113.45"),
        ("ttl=0 deletes the entry, as on RouterOS", "name=home zone=example.com address=203.0.113.45 ttl=0 key-file=home.key"),
    ),
)  # fmt: skip

_ADD = CommandHelp(
    "add PROPERTY=VALUE...",
    "add addresses or data to what a name has",
    """\
Adds addresses (address=) or records (type= and value=) to those that the name has; nothing is removed. If they are
there already, nothing changes. A TTL that is given becomes that of the whole RRset, since its records have one. Data
that a name can have only once (CNAME, DNAME) is not replaced, and nothing is sent beside a CNAME.
""",
    (
        ("a second token, for a certificate of a name and its wildcard", "add name=_acme-challenge.example.com type=TXT value=gfj9Xq...Rg85nM ttl=60 key-file=acme.key"),
        ("one more address; the current TTL is kept", "add dns-server=192.0.2.1 zone=example.com name=www address=203.0.113.46 key-file=home.key"),
        ("one more mail server", "add name=example.com type=MX value='20 backup.example.net' key-file=home.key"),
    ),
)  # fmt: skip

_DELETE = CommandHelp(
    "delete PROPERTY=VALUE...",
    "remove an address, an RRset or a whole name",
    """\
Removes an address (address=), single records (type= and value=), an RRset (type=), or the whole name (none of them).
It is not an error if there is nothing to remove, unless require=existing is given.
""",
    (
        ("the whole name", "delete dns-server=192.0.2.1 zone=example.com name=printer key-file=home.key"),
        ("one address of several", "delete name=home.example.com address=203.0.113.45 key-file=home.key"),
        ("the same, with the rest in the configuration", "delete home.example.com 203.0.113.45"),
        ("an RRset", "delete name=home.example.com type=AAAA key-file=home.key"),
        ("one record", 'delete name=@ zone=example.com type=TXT value="v=spf1 -all" key-file=home.key'),
        ("what would go?", "delete name=printer.example.com dry-run=yes"),
    ),
)

_SHOW = CommandHelp(
    "show PROPERTY=VALUE...",
    "what the authoritative server holds now",
    """\
Prints what the authoritative server holds at a name: A and AAAA records, or those of type=. The lines are those of a
zone file: name, TTL, class, type, data. If the name does not exist, the exit status is 8.
""",
    (
        ("the addresses", "show name=home.example.com"),
        ("the same, without name=", "show home.example.com"),
        (
            "another type, from one server, for a script",
            "show dns-server=192.0.2.1 zone=example.com name=@ type=MX --json",
        ),
    ),
)

_PLAN = CommandHelp(
    "plan [COMMAND] PROPERTY=VALUE...",
    "what set, add, delete or apply would change; changes nothing",
    """\
Asks the server what the name has, and prints what set, add or delete would change: "- " before each record that would
go, "+ " before each that would come. No update is sent. The word set may be left out; dry-run=yes on a line of these
commands does the same. With the name of a file, it is what apply would change.

The exit status is 0 if nothing would change, and 20 if something would. If the server would ignore the update, the
error and its status are those of the update.
""",
    (
        ("would this line change anything?", "plan dns-server=192.0.2.1 zone=example.com name=home address=203.0.113.45"),
        ("what would go with a name?", "plan delete name=printer.example.com"),
        ("what would a list of names change?", "plan apply names.csv zone=example.com dns-server=192.0.2.1"),
        ("for a script", "plan add name=www.example.com address=203.0.113.46 ttl=5m --json"),
    ),
)  # fmt: skip

_APPLY = CommandHelp(
    "apply FILE [PROPERTY=VALUE...]",
    "many names at once, at the speed of the server",
    """\
Makes many names have exactly what a file says, adds that to what they have (add=yes), or removes it (delete=yes). The
names of a zone go together in large messages, several of which are in flight; each name has its own outcome. If the
server refuses a message, the names that it refuses are found, and the others are changed. A message without an answer is
sent again. Afterwards, the names are read back.

The whole file is checked first: if a line is wrong, or two contradict each other, nothing is sent. Lines of one name and
type make one RRset; other types of the name stay as they are. The file may name several zones; servers and keys that the
line does not give come from the environment, or for each zone from the configuration (config=). plan FILE shows what
would change. docs/bulk.md explains everything.

The exit status is 0 if all names are as desired. If some are not it is 10, and if all failed alike it is that of their
error. After Ctrl-C, what is in flight is finished, and the report written; the exit status is 130.
""",
    (
        ("from a list", "apply names.csv dns-server=192.0.2.1 zone=example.com ttl=5m key-file=ddns.key"),
        ("what would change?", "apply names.csv dns-server=192.0.2.1 zone=example.com ttl=5m dry-run=yes"),
        ("with a report, from which a later run goes on", "apply names.csv zone=example.com report=names.report.csv resume=yes key-file=ddns.key"),
        ("remove the names of a list", "apply old.csv delete=yes zone=example.com key-file=ddns.key"),
    ),
    """\
A file is CSV with a header, JSON lines, or a master file:
  name,address,ttl                   {"name": "home", "address": ["203.0.113.45"]}
  home,203.0.113.45,300              {"name": "home", "type": "TXT", "value": "hello"}
  home,2001:db8::5,300
                                     $ORIGIN example.com.
  name,type,value,zone               home 300 A 203.0.113.45
  @,MX,10 mail.example.net,example.com
""",
)  # fmt: skip

_LIST = CommandHelp(
    "list PROPERTY=VALUE...",
    "everything that a zone has",
    """\
Prints the records of a zone as the server transfers them (AXFR), as a master file, CSV or JSON lines, and apply takes
what it prints. The server must allow the transfer: allow-transfer in BIND, an acl with action: transfer in Knot,
allow-axfr-ips or the metadata TSIG-ALLOW-AXFR in PowerDNS.
""",
    (
        ("all of it", "list zone=example.com dns-server=192.0.2.1 key-file=ddns.key"),
        ("the addresses of some names, to edit and apply again", "list zone=example.com name=*.pool type=A,AAAA format=csv key-file=ddns.key"),
    ),
)  # fmt: skip

_CHECK = CommandHelp(
    "check [PROPERTY=VALUE...]",
    "the doctor: find what is wrong; changes nothing",
    """\
Goes through everything that an update of a name needs, and prints each step with a mark: where the address comes from,
the server, the zone, the key, the clocks, the permission, what the name has, the other name servers. Where something is
wrong, it says why, and the next thing to do, in the words of the server that was found. Only questions are sent: no
update that a server could carry out.

Take the line of set, and write check before it; what only says how to send, e.g. verify=, has no effect. Without a
name, the whole configuration is checked; with agent=yes, that of the running agent, and what it says of its names. A
step that needs what the line does not give is left out, and the output says so. On the server's own machine,
server-config= has the server's configuration and its log read, too; server-log= a log elsewhere.

The exit status is 0 if nothing is wrong, else that of the first failure, as set would have it.
""",
    (
        ("why does this line not work?", "check name=home.example.com address=203.0.113.45 key-file=home.key"),
        ("may this key change the name?", "check dns-server=192.0.2.1 zone=example.com name=home key-file=home.key"),
        ("only the server and the zone", "check dns-server=192.0.2.1 zone=example.com"),
        ("on the server itself", "check server-config=/etc/bind/named.conf zone=example.com name=home key-file=home.key"),
        ("the whole configuration", "check"),
        ("for a script", "check home.example.com 203.0.113.45 --json"),
    ),
)  # fmt: skip
NSUPDATE_OPTIONS = (
    ("-k FILE", "a key: a file with a key statement, or a K* pair"),
    (
        "-y [ALGORITHM:]NAME:SECRET",
        "the same as an argument, which other users can see; the algorithm is hmac-md5 if left out",
    ),
    ("-l", "the local server, with its session key"),
    ("-p PORT", "of the servers (53)"),
    ("-v", "TCP; messages of more than 512 octets go by TCP anyway"),
    ("-t SECONDS", "for a TCP exchange (300); 0: no limit"),
    ("-u SECONDS", "for a UDP try (3)"),
    ("-r TRIES", "how many tries follow the first by UDP (3)"),
    ("-4, -6", "only this IP version"),
    ("-C FILE", "instead of /etc/resolv.conf"),
    ("-d, -D", "show the messages; show more"),
    ("-i", "go on after a syntax error"),
    ("-T, -P", "list the record types; the private ones"),
    ("-V", "the version"),
    ("-S", "TLS; the server must prove who it is"),
    ("-A FILE", "TLS: the certificates of those who may have signed the server's"),
    ("-H NAME", "TLS: the name that the server's certificate must have"),
    ("-E FILE", "TLS: this client's own certificate"),
    ("-K FILE", "TLS: its private key"),
    ("-O", "TLS, whoever the server is"),
    ("-g, -o", "sign with the Kerberos ticket in the user's cache (GSS-TSIG)"),
)
"""The options of nsupdate, as its help and its manual page list them."""

_NSUPDATE = CommandHelp(
    "nsupdate [OPTIONS] [FILE]",
    "nsupdate of BIND, its language and options; also as dns-nsupdate",
    """\
dns-nsupdate [OPTIONS] [FILE]

Reads the commands of BIND's nsupdate from a file, a pipe or a terminal, and carries them out. It is a drop-in
replacement in scripts: the same language, options, texts and exit statuses (0 done, 2 an update failed, 1 other
errors). But a key file that is missing or unreadable ends the run before anything is sent.

Commands (a blank line is send; a line that starts with ; is a comment):
{commands}
Options:
{options}

Examples:
  # an address; zone and primary are looked up
  printf 'update add home.example.com 300 A 203.0.113.45\\nsend\\n' | dns-update nsupdate -k home.key
  # replace an address, at this server, in one message
  printf 'server 192.0.2.1\\nzone example.com\\ndel home.example.com A\\nadd home.example.com 300 A 203.0.113.45\\nsend\\n' | dns-nsupdate -k home.key
  # only if the name is new, from a file
  dns-update nsupdate -k home.key new-name.txt
""",
)

_AGENT = CommandHelp(
    "agent [PROPERTY=VALUE...]",
    "keep names right, all the time",
    """\
Keeps names right: the kernel reports every change of an address, the agent compares with what the zone's own server
has, and corrects what differs, in one atomic message for each name. It runs until SIGTERM; on SIGHUP it reads its
configuration again. docs/agent.md explains everything up to a running service.
""",
    (
        ("is the configuration right?", "agent --check"),
        ("and would it work?", "agent --check --online"),
        ("in the foreground, with another configuration", "agent config=other.toml"),
        ("once, from cron or a hook", "agent --once"),
    ),
    """\
A small configuration:
  [keys.home]
  file = "/etc/dns-update/home.key"

  [servers.main]
  address = "192.0.2.1"
  key = "home"

  [zones."example.com"]
  servers = ["main"]

  [[records]]
  name = "home.example.com"
  address = "interface:ppp0"
""",
)

_STATUS = CommandHelp(
    "status [PROPERTY=VALUE...]",
    "what the agent is doing",
    """\
Asks the running agent for the state of its names: how many are right, then each with what it should point at, those
that are not right first.

  right      the zone has what it should
  changing   an update is under way
  held       an address is gone, and is given time to come back
  failing    the last try failed, or its source has given no address for longer than hold-down; the line says why
  unknown    not compared with the zone yet

For a while, a server that did not answer is tried after the others of its list; such servers are shown, too.

The exit status is 0 if no name is failing. If some are, it is the status of their error (4 no answer,
5 authentication, 6 clocks, 7 permission, 8 zone or name, 9 server failure, 3 no address) if all that fail have the
same one, else 10. A configuration that could not be read at the last reload counts as a failure with status 2.
It is 4 if no agent answers, and 2 if you may not ask it.
""",
    (
        ("all names", "status"),
        ("one name, for a script", "status name=home.example.com --json"),
        ("what changes, until Ctrl-C", "status --watch"),
    ),
)

_REFRESH = CommandHelp(
    "refresh [PROPERTY=VALUE...]",
    "have the agent look at everything now",
    """\
Has the running agent ask every address source, and compare every name with its zone, without waiting for the next
interval or for the time after a failure; SIGUSR1 does the same. It ends at once; status shows what came of it.

The exit status is 0 if the agent has begun, 4 if no agent answers, and 2 if you may not ask it or it has no such name.
""",
    (
        ("after a repair at the server", "refresh"),
        ("one name", "refresh name=home.example.com"),
    ),
)

_HISTORY = CommandHelp(
    "history [PROPERTY=VALUE...]",
    "what the agent has ever attempted",
    """\
Prints what the agent has ever attempted, the newest last: when, name, data before and after, server, key, how long it
took, and the outcome. After a try that failed, WANTED is before the data that it should have made, and ? says that the
data before were not known. The exit status is 0 whatever the outcomes were, and 2 if the history cannot be read.
""",
    (
        ("what happened last", "history"),
        ("all that was done to a name since yesterday", "history name=home.example.com since=1d limit=all"),
        ("its changes of the last 30 days, as a picture", "history name=home.example.com since=30d --plot"),
    ),
)

_RUN = CommandHelp(
    "run FILE [PROPERTY=VALUE...]",
    "run a script of a RouterOS router on this machine",
    """\
Runs a script as it is on this machine: /ip address, /ipv6 address, /interface and /ip dhcp-client are this machine's,
/tool dns-update sends what set sends, :put prints on standard output, :log on standard error with its topics. Global
variables are kept between runs. What only a router can do is answered with what Linux does. A /tool dns-update that
leaves out server, zone, key or TTL takes them from the environment or the configuration (config=), as set does.

If FILE stores one script and nothing else, that script is run; of several, script= chooses one. If FILE has schedules
(/system scheduler), netwatch entries, or scripts of a DHCP client or a PPP connection, it stays and runs them when they
are due, until SIGTERM or Ctrl-C.

The exit status is 0 if the script ends without an error, also if updates failed that it caught; 2 if it cannot be read
or ends with an error of its own; that of the update if an update failed (4 no answer, 5 authentication, 7 permission,
...); 3 if there is no address; with dry-run, 20 if an update would be sent.
""",
    (
        ("a script, on interfaces of other names", "run ddns.rsc map=ether1:eth0,pppoe-out1:ppp0"),
        ("what would it send?", "run ddns.rsc map=ether1:eth0 dry-run=yes"),
        ("one script of a router's export", "run export.rsc script=ddns-update"),
        ("a script that asks for the public address", "run cloud.rsc public-address=dns:"),
        ("a script tried before it is moved to another machine", "run ddns.rsc router=branch.toml dry-run=yes --json"),
    ),
    """\
router= names a file such as this one; each of its keys may be left out:
  identity = "branch-7"
  public_address = "203.0.113.45"
  interfaces = [{ name = "ether1", running = true }]
  addresses = [{ interface = "ether1", address = "203.0.113.45/24" }]
  dhcp = [{ interface = "ether1", address = "203.0.113.45/24" }]
  dns = { "office.example.com" = "203.0.113.9" }
""",
)  # fmt: skip

_IMPORT = CommandHelp(
    "import FILE [PROPERTY=VALUE...]",
    "move a set-up from RouterOS, ddclient, nsupdate or OpenWrt to the agent",
    """\
Reads a script or an export of RouterOS, a ddclient.conf, a script for nsupdate, or OpenWrt's /etc/config/ddns, and
writes what the agent needs to do the same: names, sources of addresses, servers, TTLs, and the keys in a file of their
own. A script is run on a simulated router, in several states, to find out what it sends, and when it does not. What it
does wrong is reported, by line, and so is what was not understood.

The exit status is 0 if everything was understood, 10 if not; what was understood is written all the same.
""",
    (
        ("look at it", "import router.rsc"),
        ("write agent.toml and agent.keys, and check them", "import router.rsc output=agent.toml map=pppoe-out1:ppp0"),
        ("what would be different from now on?", "import router.rsc --diff-run"),
    ),
)

_ACME = CommandHelp(
    "acme present|cleanup ...",
    "tokens for certificates: a hook for certbot, lego, acme.sh, dehydrated",
    """\
present adds a token to the TXT records at _acme-challenge.DOMAIN, beside those that are there, and waits until every
name server of the zone shows it. cleanup removes this token and no other. If the name is an alias (CNAME), the token
goes to the zone that the alias leads to, and the key needs to be valid only there.

certbot's environment, and the arguments that lego, acme.sh and dehydrated give their hooks, are understood as they are.
docs/acme.md has a recipe for each. Other hooks of dehydrated do nothing. If a name server does not show the token in
time, the exit status is 4, the server is named, and the token stays.

What a line leaves out comes from the environment, or from the configuration (config=): servers and key of the zone that
the token goes to. The TTL of that zone is not used.
""",
    (
        ("a hook of certbot", "acme present key-file=/etc/dns-update/acme.key"),
        ("by hand, at the primary of a zone", "acme present domain=example.com token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo dns-server=192.0.2.1 key-file=acme.key"),
        ("where would the token go?", "acme present domain=example.com token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo dry-run=yes"),
        ("remove it", "acme cleanup domain=example.com token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo key-file=acme.key"),
    ),
)  # fmt: skip

_KEY = CommandHelp(
    "key generate|show|rotate|revoke",
    "the keys of updates: make, examine, replace, withdraw",
    """\
generate makes a key with a random secret and writes it to a new file that only you can read. It prints what the server
must have so that the key may change these names and nothing else, and what the machine needs that uses the key.

show prints what a key file has, without the secret, and warns of keys that are weak or old; with zone=, it asks the
server what the key may do. rotate puts a successor before the key in its file: the successor is used, and the older
key where a server does not accept it yet. revoke prints how the server loses a key, by default the older of two, and
tries whether the server refuses it; the exit status is 0 only if it does, and 20 if it still accepts the key.

No secret is printed. No file is overwritten, except that rotate and revoke replace the key file in one step, and with
apply-to= a configuration of a server on this machine, after asking. docs/keys.md shows all of it.
""",
    (
        ("a key for one name", "key generate name=home zone=example.com server-type=bind"),
        ("for ACME's tokens of a name only", "key generate name=www zone=example.com acme=yes server-type=knot"),
        ("for an old router", "key generate name=router zone=example.com algorithm=hmac-md5 dns-server=192.0.2.1"),
        ("a key for each router of a fleet", "key generate hosts=routers.txt zone=example.com output=fleet algorithm=hmac-md5 dns-server=192.0.2.1"),
        ("what is in a key file, and what may the key do?", "key show home.key zone=example.com name=home dns-server=192.0.2.1"),
        ("replace it", "key rotate home.key"),
        ("the same on the server itself", "key rotate /etc/bind/home.key apply-to=/etc/bind/named.conf.local"),
        ("withdraw the older of two keys", "key revoke home.key zone=example.com name=home dns-server=192.0.2.1"),
    ),
)  # fmt: skip

_INIT = CommandHelp(
    "init [PROPERTY=VALUE...]",
    "a first set-up: asks, tries each answer, writes the configuration",
    """\
Asks for the server, the name, the zone, where the address comes from, and the key, which it makes if there is none.
Each answer is tried at once, as check does it; if that fails, it says why, and you may answer again, or go on. Then it
writes the agent's configuration and the key file beside it, prints what the server needs for a key that is made, and
offers to start the agent.

An answer that the line gives as a property is not asked for. Without a terminal, and with json=yes, nothing is asked:
what is missing is an error, and so is a try that fails. The environment is not used.

No file is overwritten, and none is written before the last answer; after Ctrl-C there is none. The key file is a copy
of the file that key-file names, unless it is that file. No secret is printed.

The exit status is 0 if everything is written, 2 if something is missing or a file exists; without a terminal that of
the try that failed; with dry-run, 20.
""",
    (
        ("ask for everything", "init"),
        ("without a terminal", "init dns-server=192.0.2.1 zone=example.com name=home address=interface:ppp0 key-file=home.key"),
        ("with a new key for a BIND", "init dns-server=192.0.2.1 zone=example.com name=home address=dns: make-key=yes server-type=bind"),
        ("what would it write?", "init dns-server=192.0.2.1 zone=example.com name=home address=dns: make-key=yes dry-run=yes"),
    ),
)  # fmt: skip

COMMANDS: dict[str, CommandHelp] = {
    "set": _SET,
    "add": _ADD,
    "delete": _DELETE,
    "show": _SHOW,
    "plan": _PLAN,
    "apply": _APPLY,
    "list": _LIST,
    "check": _CHECK,
    "nsupdate": _NSUPDATE,
    "agent": _AGENT,
    "status": _STATUS,
    "refresh": _REFRESH,
    "history": _HISTORY,
    "run": _RUN,
    "import": _IMPORT,
    "acme": _ACME,
    "key": _KEY,
    "init": _INIT,
}

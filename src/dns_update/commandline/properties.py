"""The table of properties, one for all commands; the parser, the help texts and the suggestions are made from it.

A row of the table is an attribute of Options. It is written once, with the type that its value has for mypy; on an
instance of Options the same attribute is the value that a command line gives, or the default.
"""

from __future__ import annotations

from dns_update.auth import Algorithm, Key
from dns_update.commandline import readers
from dns_update.transport import port_from_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from typing import Final, Literal, TypeVar

    from dns_update.address import Source
    from dns_update.exchange import TransportName
    from dns_update.server_config.finding import ServerProgram
    from dns_update.update import Requirement

    Encoding = Literal["auto", "base64", "text"]
    T = TypeVar("T")

ALL: Final = "all"  # of verify=


class Property:
    """One row of the table: a property of some commands.

    `form` is how its value is written, `read` its reader. `default` is written as a user would write it; without one,
    the value is None if the property is left out. A `repeatable` property may be given several times, and its value
    is a tuple. The value of a `secret` one is never shown. A `flag` is yes or no; it needs no value when it is written
    `--name` or `--no-name`. The value of a `positional` one may be written without its name, as in `run FILE` and
    `set NAME ADDRESS`; if a command has several, they are given in the order of the table.
    """

    __slots__ = (
        "attribute", "commands", "default", "flag", "form", "help", "name", "positional", "read", "repeatable",
        "secret",
    )  # fmt: skip
    attribute: str

    def __init__(  # noqa: PLR0913 - the columns of the table
        self,
        name: str,
        form: str,
        commands: tuple[str, ...],
        help: str,  # noqa: A002 - what it is
        read: Callable[[str], object],
        *,
        default: str | None = None,
        repeatable: bool = False,
        secret: bool = False,
        flag: bool = False,
        positional: bool = False,
    ) -> None:
        self.name = name
        self.form = form
        self.commands = commands
        self.help = help
        self.read = read
        self.default = default
        self.repeatable = repeatable
        self.secret = secret
        self.flag = flag
        self.positional = positional

    def __set_name__(self, _owner: type, attribute: str) -> None:
        self.attribute = attribute

    def __get__(self, options: Options | None, _owner: type) -> object:
        if options is None:
            return self
        if self.attribute in options.given:
            return options.given[self.attribute]
        if self.repeatable:
            return ()
        return None if self.default is None else self.read(self.default)


if TYPE_CHECKING:

    def _row(
        name: str,
        form: str,
        commands: tuple[str, ...],
        help: str,  # noqa: A002
        read: Callable[[str], T],
        **others: str | bool,  # Property checks them
    ) -> T:
        """Tell mypy that a row is the value which an instance of Options has there."""
else:
    _row = Property


def _flag(name: str, commands: tuple[str, ...], help: str, *, default: str = "no") -> bool:  # noqa: A002
    """Return the row of a property that is yes or no."""
    return _row(name, "yes|no", commands, help, readers.yes_no, default=default, flag=True)


_SET = ("set", "add", "plan")
_SEND = ("set", "add", "delete")
_CHANGE = (*_SEND, "plan")
_RECORDS = (*_CHANGE, "show")
_CHECK = ("check",)
_AGENT = ("agent",)
_STATUS = ("status",)
_ASK = ("status", "refresh")
_HISTORY = ("history",)
_IMPORT = ("import",)
_RUN = ("run",)
_ACME = ("acme",)
_APPLY = ("apply",)
_LIST = ("list",)
_ACCESS = (*_RECORDS, *_CHECK, *_ACME, *_APPLY, *_LIST)
_WRITE = (*_CHANGE, *_CHECK, *_ACME, *_APPLY)
_KEY = ("key",)
_INIT = ("init",)
_ASKING = (*_ACCESS, *_KEY)


class Options:
    """The values of all properties of one command line, already parsed; it is immutable.

    `given` has the values that the line gives, by attribute. `configured_key` is the key that a configuration has for
    the name, if the line does not say which. `unconfigured` is the same without what a configuration has.
    """

    __slots__ = ("configured_key", "given", "unconfigured")

    def __init__(
        self,
        given: Mapping[str, object] | None = None,
        configured_key: Key | None = None,
        unconfigured: Options | None = None,
    ) -> None:
        self.given = {} if given is None else given
        self.configured_key = configured_key
        self.unconfigured = self if unconfigured is None else unconfigured

    # fmt: off
    # Of acme

    step: str | None = _row(
        "step", "present|cleanup", _ACME, "add the token, or remove it; step= may be left out",
        readers.choice("present", "cleanup"), positional=True)
    domain: tuple[Name, ...] = _row(
        "domain", "NAME", _ACME,
        "what the certificate is for: example.com or *.example.com; CERTBOT_DOMAIN if it is left out; with several, "
        "each has a token of its own",
        readers.domain_from_text, repeatable=True)
    challenge: Name | None = _row(
        "name", "NAME", _ACME,
        "instead of domain=, the full name of the TXT record",
        readers.name_from_text)
    token: tuple[str, ...] = _row(
        "token", "TOKEN", _ACME,
        "the value of the TXT record, as the ACME client gives it; CERTBOT_VALIDATION if it is left out; repeat it for "
        "several",
        readers.token_from_text, repeatable=True)
    wait: int = _row(
        "wait", "TIME", (*_ACME, *_SEND),
        "how long acme, and verify=all, wait until all name servers of the zone show it: seconds, or 2m; 0 does not "
        "wait. With query-server=, how long a change may be late there, if not as long as all tries take",
        readers.span_from_text, default="2m")
    challenge_ttl: int = _row(
        "ttl", "TIME", _ACME, "time to live of the token: seconds, or 10m, 1h, 1d", readers.ttl_from_text, default="60")

    # Of key

    key_step: str | None = _row(
        "step", "generate|show|rotate|revoke", _KEY, "what to do; step= may be left out",
        readers.choice("generate", "show", "rotate", "revoke"), positional=True)
    own_key_file: str | None = _row(
        "key-file", "FILE", _KEY,
        "the key's file; key-file= may be left out; generate makes it, by default NAME.key in the current directory",
        readers.path_from_text, positional=True)
    granted: tuple[str, ...] | None = _row(
        "name", "NAME[,NAME...]", _KEY,
        "what the key may change: names relative to the zone or in full; with show and revoke, what to try",
        readers.owners_from_text)
    granted_types: tuple[str, ...] | None = _row(
        "type", "TYPE[,TYPE...]", _KEY,
        "the types that it may change there; A,AAAA if it is left out, and TXT, too, if show and revoke try it",
        readers.types_from_text)
    acme: bool = _flag(
        "acme", _KEY, "let the key change TXT records at _acme-challenge.NAME; and nothing else, unless type= is given")
    server_type: ServerProgram = _row(
        "server-type", "bind|knot|powerdns", _KEY, "for which server to print, or apply, the configuration",
        readers.choice("bind", "knot", "powerdns"), default="bind")
    new_algorithm: Algorithm | None = _row(
        "algorithm", "ALGORITHM", _KEY,
        "of a new key: hmac-sha256 if it is left out; hmac-md5 is for RouterOS, which knows no other; ed25519, "
        "ecdsap256sha256, ecdsap384sha384, rsasha256 and rsasha512 make a pair for SIG(0)",
        readers.new_algorithm_from_text)
    hosts: str | None = _row(
        "hosts", "FILE", _KEY,
        "make a key for each host of a list: each line has a name, and the host's addresses if they are known",
        readers.path_from_text)
    fleet: str | None = _row(
        "output", "DIRECTORY", _KEY, "with hosts=, the new directory for their keys and configurations",
        readers.path_from_text)
    apply_to: str | None = _row(
        "apply-to", "FILE", _KEY,
        "change this configuration of the server on this machine, too, and have it read: with BIND the file that has "
        "update-policy, with Knot that of the key and its acl, with PowerDNS the directory of pdns.conf",
        readers.path_from_text)
    yes: bool = _flag("yes", _KEY, "do not ask before files that exist are changed")
    key_history: str = _row(
        "history", "PATH", _KEY, "the agent's history, which says when a key was last used",
        readers.path_from_text, default="/var/lib/dns-update/history.db")

    # Of apply

    names_file: str | None = _row(
        "file", "FILE", _APPLY, "the names; - is standard input; file= may be left out",
        readers.path_from_text, positional=True)
    names_form: str | None = _row(
        "format", "csv|json|zone", _APPLY, "how the names are written; if it is left out, the first line tells",
        readers.choice("csv", "json", "zone"))
    adds: bool = _flag(
        "add", _APPLY, "add what the file lists, and leave other records of the same type as they are")
    deletes: bool = _flag(
        "delete", _APPLY, "remove what the file lists: whole names, or with a type or data the RRsets or records")
    rrset_requirement: Requirement = _row(
        "require", "any|existing|absent", _APPLY,
        "existing: change an RRset only if it is there; absent: only if it is not; else it is refused",
        readers.choice("any", "existing", "absent"), default="any")
    report: str | None = _row(
        "report", "FILE", _APPLY,
        "write a line for each outcome there, as they come: CSV, or JSON lines if it ends in .json or .jsonl",
        readers.path_from_text)
    resume: bool = _flag("resume", _APPLY, "go on from the report: what it says is done is not sent again")
    skip_equal: bool = _flag("skip-equal", _APPLY, "ask for each name first, and send only what is different")
    exact: str | None = _row(
        "exact", "PATTERN|zone", _APPLY,
        "also remove the names that match and are not in the file: *.pool.example.com; zone is all names of its zones",
        readers.text_from_text)
    max_delete: tuple[int, bool] = _row(
        "max-delete", "NUMBER|N%", _APPLY,
        "with exact=, the most names that may go, or percent of those that match; if there are more, nothing is sent",
        readers.share_from_text, default="100")
    message_octets: int | None = _row(
        "message-size", "OCTETS", _APPLY, "the largest message that is sent, 1024 to 65535; 8192 if it is left out",
        readers.message_octets_from_text)

    # Of list

    pattern: str | None = _row(
        "name", "PATTERN", _LIST,
        "only these names: *.pool, *.pool.example.com; * is any text, @ the zone itself",
        readers.text_from_text)
    listed_types: tuple[str, ...] | None = _row(
        "type", "TYPE[,TYPE...]", _LIST, "only records of these types", readers.types_from_text)
    list_form: str | None = _row(
        "format", "zone|csv|json", _LIST,
        "how to print them: as a master file, CSV, or JSON lines; zone if it is left out",
        readers.choice("zone", "csv", "json"))

    # Of the commands for records

    name: str | None = _row(
        "name", "NAME", (*_RECORDS, *_CHECK), "the name, relative to the zone or in full; @ is the zone itself",
        readers.owner_from_text, positional=True)
    address: tuple[Source, ...] = _row(
        "address", "SOURCE[,SOURCE...]", (*_CHANGE, *_CHECK),
        "addresses, or where they come from: 203.0.113.45, 2001:db8::1, interface:ppp0 (/ipv4, /ipv6), prefix:br0+::5, "
        "dns:, https://HOST/PATH, command:PROGRAM; with type=PTR, the address whose reverse name is meant",
        readers.addresses_from_text, repeatable=True, positional=True)
    zone: Name | None = _row(
        "zone", "NAME", (*_ASKING, *_INIT),
        "the zone; if it is left out, it is found by the SOA record of the name; list, key, and init without a "
        "terminal need it",
        readers.name_from_text)
    dns_server: tuple[str, ...] = _row(
        "dns-server", "HOST[:PORT][,...]", (*_ASKING, *_INIT),
        "where to send, and where to read; several are tried in order; if it is left out, the primary in the zone's "
        "SOA record",
        readers.servers_from_text, repeatable=True)
    update_server: tuple[str, ...] = _row(
        "update-server", "HOST[:PORT][,...]", _WRITE,
        "where to send updates, if not to dns-server=, e.g. a primary that answers no queries",
        readers.servers_from_text, repeatable=True)
    query_server: tuple[str, ...] = _row(
        "query-server", "HOST[:PORT][,...]", _ACCESS,
        "where to read what the zone has, before a change and after it, if not at dns-server=; a change may be late "
        "there, and is waited for",
        readers.servers_from_text, repeatable=True)
    key_name: Name | None = _row(
        "key-name", "NAME", (*_ASKING, *_INIT), "the key's name on the server; with key-file, which of its keys",
        readers.key_name_from_text)
    key: str | None = _row(
        "key", "SECRET", _ACCESS,
        "the key's secret; better @FILE, env:NAME or credential:NAME, which no other user can see",
        readers.text_from_text, secret=True)
    ttl: int | None = _row(
        "ttl", "TIME", (*_SET, *_CHECK, *_APPLY),
        "time to live: seconds, or 10m, 1h, 1d; if it is left out, the current one is kept; with set, 0 deletes the "
        "entry",
        readers.ttl_from_text)
    key_file: str | None = _row(
        "key-file", "FILE", (*_ACCESS, *_INIT),
        'a file with key "NAME" { algorithm ...; secret "..."; }; as BIND has it; or, for SIG(0), one of the two files '
        "of a key pair, K*.private",
        readers.path_from_text)
    algorithm: Algorithm | None = _row(
        "algorithm", "ALGORITHM", _ACCESS,
        "hmac-md5 (used if key= is given without an algorithm), hmac-sha1, -sha224, -sha256, -sha384, -sha512; "
        "hmac-sha256-128 is truncated to 128 bits",
        Algorithm.from_text)
    key_encoding: Encoding = _row(
        "key-encoding", "auto|base64|text", _ACCESS,
        "how key= is written; auto reads strict Base64 as Base64, anything else as plain text",
        readers.choice("auto", "base64", "text"), default="auto")
    auth: Literal["key", "gss"] = _row(
        "auth", "key|gss", _ACCESS,
        "gss: sign with a Kerberos ticket (GSS-TSIG), as Active Directory, Samba and FreeIPA want it; key: with a key, "
        "if one is given", readers.choice("key", "gss"), default="key")
    realm: str | None = _row(
        "realm", "REALM", _ACCESS,
        "with auth=gss, the Kerberos realm of the server; if left out, that of the principal",
        readers.text_from_text)
    principal: str | None = _row(
        "principal", "PRINCIPAL", _ACCESS,
        "with auth=gss, who signs: user, host/client.example.com, CLIENT$, with @REALM or without; if left out, whose "
        "the ticket or the keytab is",
        readers.text_from_text)
    keytab: str | None = _row(
        "keytab", "FILE", _ACCESS, "with auth=gss, the file with the principal's keys: no ticket is needed beforehand",
        readers.path_from_text)
    ccache: str | None = _row(
        "ccache", "FILE", _ACCESS,
        "with auth=gss, the credentials cache that has the ticket; if left out, that of the user, as kinit fills it",
        readers.path_from_text)
    password: str | None = _row(
        "password", "PASSWORD", _ACCESS,
        "with auth=gss, the principal's password; better @FILE, env:NAME or credential:NAME, which no other user can "
        "see",
        readers.text_from_text, secret=True)
    rrtype: int | None = _row(
        "type", "TYPE", (*_RECORDS, *_CHECK), "a record type: TXT, CNAME, MX, SRV, CAA, SVCB, TYPE65280, ...",
        readers.type_from_text)
    value: tuple[str, ...] = _row(
        "value", "DATA", (*_CHANGE, *_CHECK),
        "the data for type=, as in a zone file, but with all names in full; a TXT value without quotes around it is "
        "one string; repeat it for several records",
        readers.data_from_text, repeatable=True)
    require: Requirement = _row(
        "require", "any|existing|absent", (*_CHANGE, *_CHECK),
        "existing: go on only if the name exists; absent: only if it does not",
        readers.choice("any", "existing", "absent"), default="any")
    verify: bool | Literal["all"] = _row(
        "verify", "yes|no|all", (*_SEND, *_CHECK, *_APPLY),
        "read the name back from the server afterwards; it is also read before, to say what has changed; all: then "
        "wait until all name servers of the zone show it", readers.verify_from_text, default="yes", flag=True)
    to: str = _row(
        "to", "first|all", _CHANGE,
        "first: the first server of dns-server= that succeeds; all: every one of them, for sites where each is a "
        "primary, and each is read back",
        readers.choice("first", "all"), default="first")
    ptr: bool = _flag(
        "ptr", _CHANGE,
        "keep the PTR records of the addresses, too: each points at the name; those of addresses that go are removed, "
        "and those of other names are left")
    ptr_zone: Name | None = _row(
        "ptr-zone", "NAME", _CHANGE, "the reverse zone for ptr=; if it is left out, it is found by SOA records",
        readers.name_from_text)
    dry_run: bool = _flag(
        "dry-run", (*_SEND, *_CHECK, *_RUN, *_ACME, *_APPLY),
        "send no update, but print what would change; the exit status is then 20")
    diagnose: bool = _flag(
        "diagnose", _ACCESS,
        "after a failure, ask the server a few more questions to find out why, for at most 5 s; none can change "
        "anything", default="yes")
    allow_private: bool = _flag(
        "allow-private", (*_SET, *_CHECK, *_INIT),
        "publish an address from a source even if it cannot be reached from the Internet")
    check_names: bool = _flag(
        "check-names", (*_SET, *_CHECK, *_APPLY),
        "refuse a name that is not a valid host name where one is needed, as BIND does", default="yes")
    transport: TransportName = _row(
        "transport", "udp|tcp|tls|quic", _ASKING,
        "udp changes to TCP by itself if a message is too large; tls and quic encrypt, and verify whom the server is",
        readers.choice("udp", "tcp", "tls", "quic"), default="udp")
    tls_hostname: str | None = _row(
        "tls-hostname", "NAME", _ASKING,
        "the name that the server's certificate must have; if left out, that of dns-server=, or its address",
        readers.hostname_from_text)
    tls_ca: str | None = _row(
        "tls-ca", "FILE", _ASKING,
        "the certificates, in PEM, of those who may have signed the server's; if left out, the system's",
        readers.path_from_text)
    tls_pin: tuple[bytes, ...] = _row(
        "tls-pin", "BASE64", _ASKING,
        "the SHA-256 of the server's public key; alone, it is enough, and the certificate may be of anybody; repeat it "
        "for a key to come", readers.pins_from_text, repeatable=True)
    tls_cert: str | None = _row(
        "tls-cert", "FILE", _ASKING, "this client's own certificate, in PEM, for a server that wants one",
        readers.path_from_text)
    tls_key: str | None = _row(
        "tls-key", "FILE", _ASKING, "the private key of tls-cert=, if it is not in the same file",
        readers.path_from_text)
    tls_verify: bool = _flag(
        "tls-verify", _ASKING, "no: take any server for the right one; only those who just listen are kept out",
        default="yes")
    port: int | None = _row(
        "port", "NUMBER", _ASKING,
        "the servers' port, for those that dns-server gives without one; if left out, 53, or 853 with tls and quic",
        port_from_text)
    timeout: float = _row(
        "timeout", "SECONDS", (*_ASKING, *_INIT), "how long to wait for an answer to each try",
        readers.timeout_from_text, default="3")
    retries: int = _row(
        "retries", "NUMBER", (*_ASKING, *_INIT),
        "how many tries follow the first", readers.retries_from_text, default="3")
    local_address: str | None = _row(
        "local-address", "ADDRESS", _ASKING, "the address to send from", readers.local_address_from_text)
    rrclass: int = _row(
        "class", "CLASS", (*_RECORDS, *_CHECK, *_LIST), "the class: IN, CH or HS", readers.class_from_text,
        default="IN")

    config: str | None = _row(
        "config", "FILE", (*_ACCESS, *_AGENT, *_RUN),
        "the configuration: the names of the agent, and what else is left out of a command line. If config= is left "
        "out, it is ~/.config/dns-update/config.toml, else /etc/dns-update/config.toml; /dev/null is none",
        readers.path_from_text)

    # Of check

    agent: bool = _flag("agent", _CHECK, "check the running agent: its configuration, and what it says of its names")

    server_config: str | None = _row(
        "server-config", "FILE", _CHECK,
        "on the server's own machine: read its configuration, too (named.conf, knot.conf or pdns.conf), and name the "
        "line that prevents the update",
        readers.path_from_text)

    server_log: str | None = _row(
        "server-log", "FILE", _CHECK,
        "on the server's own machine, or with a copy: the server's log, in which the reason of a failure is looked for "
        "(BIND, Knot, PowerDNS, Samba). If it is left out, server-config= tells where the log is: a file, the journal, "
        "or syslog",
        readers.path_from_text)

    # Of the agent, and of the commands that ask it

    check: bool = _flag("check", _AGENT, "read the configuration, report what is wrong with it, and do nothing else")
    online: bool = _flag(
        "online", _AGENT,
        "with check=: try the configuration, too. All servers, keys, sources and names are checked, and the output "
        "shows what the agent would send; nothing is changed. Problems go to standard error. The exit status is 0 if "
        "there are none, that of the problem if all are alike, else 10; a name that the agent would update is not a "
        "problem")
    once: bool = _flag(
        "once", _AGENT,
        "make every name right once, then end: for cron and hooks. The exit status is 0 if all are right, that of the "
        "failure if all failed alike, else 10")
    known_name: str | None = _row(
        "name", "NAME", (*_ASK, *_HISTORY),
        "only this name, in full or relative to its zone; status then shows all that the agent knows about it",
        readers.known_name_from_text)
    all: bool = _flag("all", _STATUS, "all names, not only the first 50")
    watch: bool = _flag(
        "watch", _STATUS,
        "stay, and show each change until Ctrl-C: redrawn on a terminal, else a line for each change, with json= an "
        "object for each")
    socket: str = _row(
        "socket", "PATH", (*_ASK, *_CHECK), "the agent's socket", readers.path_from_text,
        default="/run/dns-update/agent.sock")
    since: int | None = _row(
        "since", "TIME", _HISTORY, "only what was attempted in the last TIME: seconds, or 10m, 1h, 1d, 2w",
        readers.span_from_text)
    limit: int | None = _row(
        "limit", "NUMBER|all", _HISTORY, "how many attempts to print, the newest ones", readers.limit_from_text,
        default="50")
    plot: bool = _flag("plot", _HISTORY, "draw what the name had over time, and when tries failed; it needs name=")
    svg: str | None = _row(
        "svg", "FILE", _HISTORY, "write the same picture to a file, as SVG; it needs name=", readers.path_from_text)
    file: str = _row(
        "file", "PATH", _HISTORY, "the history", readers.path_from_text, default="/var/lib/dns-update/history.db")

    # Of run

    script_file: str | None = _row(
        "file", "FILE", _RUN, "a script, or an export of a router; - is standard input; file= may be left out",
        readers.path_from_text, positional=True)
    script: str | None = _row(
        "script", "NAME", _RUN, "load FILE, then run this script, which FILE stores, once",
        readers.text_from_text)
    map: tuple[tuple[str, str], ...] = _row(
        "map", "ROUTER:HERE[,...]", (*_RUN, *_IMPORT),
        "which interface of this machine is which of the router's: ether1:eth0,wan:ppp0; others have the same name on "
        "both",
        readers.interface_map_from_text, repeatable=True)
    public_address: tuple[Source, ...] = _row(
        "public-address", "SOURCE[,...]", _RUN,
        "where /ip cloud and /tool fetch get the public address from: dns:, https://HOST/PATH, ...; without it, they "
        "fail",
        readers.addresses_from_text, repeatable=True)
    router: str | None = _row(
        "router", "FILE", _RUN,
        "a TOML file that describes another machine's interfaces and addresses, to be used instead of this machine's",
        readers.path_from_text)
    globals: str | None = _row(
        "globals", "FILE", _RUN,
        "where global variables are kept between runs; if it is left out, a file in /run/dns-update for root, in "
        "$XDG_RUNTIME_DIR/dns-update for others, which a restart of the machine removes",
        readers.path_from_text)

    # Of import

    setup: str | None = _row(
        "file", "FILE", _IMPORT, "a script or an export of RouterOS, a ddclient.conf, a script for nsupdate, or "
        "OpenWrt's /etc/config/ddns; - is standard input",
        readers.path_from_text, positional=True)
    output: str | None = _row(
        "output", "FILE", _IMPORT, "write the configuration there, and the keys beside it; without it, it is printed",
        readers.path_from_text)
    keys: str | None = _row(
        "keys", "FILE", _IMPORT, "write the keys there, with mode 0600, and not beside the configuration",
        readers.path_from_text)
    identity: str | None = _row(
        "identity", "NAME", _IMPORT, "the router's name, if the file does not say it; else this machine's",
        readers.label_from_text)
    public_source: tuple[str, ...] = _row(
        "public-address", "SOURCE[,...]", _IMPORT, "where the public address comes from, if a service of the router's "
        "vendor has told it; dns: if it is left out",
        readers.source_text_from_text, repeatable=True)
    diff_run: bool = _flag(
        "diff-run", _IMPORT,
        "run the script and the configuration that was made of it side by side, in several states of a router, and "
        "print what they would do differently; nothing is sent or written")

    # Of init

    kept_names: tuple[str, ...] | None = _row(
        "name", "NAME[,NAME...]", _INIT,
        "what to keep right: names in full, or relative to the zone; all get the same addresses",
        readers.owners_from_text)
    kept_sources: tuple[str, ...] = _row(
        "address", "SOURCE[,SOURCE...]", _INIT,
        "where the addresses come from, as set has it: interface:ppp0, prefix:br0+::5, dns:, https://HOST/PATH, ...",
        readers.source_text_from_text, repeatable=True)
    make_key: bool = _flag("make-key", _INIT, "make a new key, instead of key-file=")
    server_kind: str | None = _row(
        "server-type", "bind|knot|powerdns", _INIT,
        "the server that a made key is for, which decides what is printed; if it is left out, what the server shows",
        readers.choice("bind", "knot", "powerdns"))
    kept_ttl: int | None = _row(
        "ttl", "TIME", _INIT,
        "time to live: seconds, or 10m, 1h, 1d; if it is left out, each name keeps the one that it has",
        readers.ttl_from_text)
    own_output: str | None = _row(
        "output", "FILE", _INIT,
        "the new configuration; the key goes beside it. /etc/dns-update/config.toml if root leaves it out, "
        "~/.config/dns-update/config.toml for others",
        readers.path_from_text)
    tries: bool = _flag(
        "check", _INIT,
        "try each answer, as the command check does; without a terminal, nothing is written if one fails",
        default="yes")
    writes_nothing: bool = _flag(
        "dry-run", _INIT, "print what would be written, and write nothing; the exit status is then 20")
    service: bool | None = _row(
        "service", "yes|no", _INIT,
        "start the agent as a service of systemd, now and at each boot; root is asked on a terminal, otherwise no",
        readers.yes_no, flag=True)

    # Of all commands, or most

    json: bool = _flag(
        "json", (*_ASKING, *_AGENT, *_ASK, *_HISTORY, *_RUN, *_IMPORT, *_INIT),
        "print the result as one JSON object on standard output")
    quiet: bool = _flag("quiet", (*_ASKING, *_AGENT, *_RUN, *_IMPORT, *_INIT), "say nothing but failures: for cron")
    debug: bool = _flag(
        "debug", (*_ACCESS, *_AGENT, *_RUN),
        "print every message sent and received to standard error; the agent logs more")
    # fmt: on


PROPERTIES = tuple([row for row in vars(Options).values() if isinstance(row, Property)])
ROWS: dict[str, tuple[Property, ...]] = {}
"""The rows by property name; several rows of one name belong to different commands."""
for _each in PROPERTIES:
    ROWS[_each.name] = (*ROWS.get(_each.name, ()), _each)


RECURRING = (
    "config", "zone", "dns-server", "update-server", "query-server", "key-name", "key", "ttl", "key-file", "algorithm",
    "key-encoding", "auth", "realm", "principal", "keytab", "ccache", "password", "transport", "port", "timeout",
    "retries", "local-address",
)  # fmt: skip
"""The properties that are mostly the same from line to line: each has a variable of the environment."""

VARIABLES = "DNS_UPDATE_"
"""How the names of these variables begin."""


def variable_of(name: str) -> str:
    """Return the variable of a recurring property: `DNS_UPDATE_KEY_FILE` for `key-file`."""
    return VARIABLES + name.replace("-", "_").upper()


def row_of(name: str, command: str) -> Property | None:
    """Return the row of a property of a command; None if the command has no such property."""
    return next((row for row in ROWS.get(name, ()) if command in row.commands), None)


def positional_row(command: str, given: Container[str] = ()) -> Property | None:
    """Return the row of the property that a command's next word without a name gives; None if it has no such property.

    `given` has the attributes that have values already.
    """
    rows = (row for row in PROPERTIES if row.positional and command in row.commands and row.attribute not in given)
    return next(rows, None)


def is_flag(name: str) -> bool:
    """Return whether a property needs no value when it is written `--name`."""
    return name in ROWS and ROWS[name][0].flag


def is_secret(name: str) -> bool:
    """Return whether the value of a property must not be shown."""
    return name in ROWS and ROWS[name][0].secret

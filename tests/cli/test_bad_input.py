"""Bad input: for each property a table of wrong values. One clear line, exit status 2, nothing sent."""

import base64
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dns_update.commandline.properties import PROPERTIES, Property
from lab import LabKey
from lab.key import write_private
from tests.support.command import Result, dns_update, in_process
from tests.support.peer import Silent

COMMANDS = ("set", "add", "delete", "show")
OF_RECORDS = [prop for prop in PROPERTIES if {*COMMANDS} & {*prop.commands}]
LONG_LABEL = "a" * 64
LONG_NAME = ".".join(["a" * 49] * 5) + ".abcde"
"""Six labels that make 257 octets on the wire."""


@dataclass(frozen=True)
class Wrong:
    """A command line that is wrong in one place: `words` beside those of a right one without the properties `minus`.

    Properties that `words` give take the place of the right ones. `says` must stand in the one line, and so must the
    name of `prop`. `{dir}` is a directory with key files.
    """

    words: Sequence[str | bytes]
    says: str
    minus: Sequence[str] = ()
    command: str = "set"
    prop: str = ""
    env: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        words = (word if isinstance(word, str) else repr(word) for word in self.words)
        return f"{self.command} {' '.join(text if len(text) < 60 else f'{text[:60]}...' for text in words)}"


def values(name: str, wrong: Mapping[str, str], minus: Sequence[str] = (), command: str = "set") -> list[Wrong]:
    """Return a wrong command line for each wrong value; the line must name the property."""
    return [Wrong([f"{name}={value}"], says, minus, command, name) for value, says in wrong.items()]


def without_address(*words: str, says: str) -> Wrong:
    return Wrong(words, says, ("address",))


NAMES = {
    "": "a domain name cannot be empty",
    "a..b": "has an empty label",
    ".a": "has an empty label",
    "..": "has an empty label",
    LONG_LABEL: "has a label of 64 octets; at most 63",
    LONG_NAME: "makes a name of 257 octets; at most 255",
    "a b": "'a b' has a blank in it",
    "☃": "is not an international domain name",
    "a\\": "ends within an escape",
    "a\\25": "has a wrong escape",
    "a\\256b": "has a wrong escape",
}

TABLE: list[Wrong] = [
    # name
    *values("name", NAMES),
    Wrong([], "name= is missing", ["name"]),
    Wrong(["name=home.example.org."], "home.example.org is not in example.com"),
    Wrong([f"name={'.'.join(['a' * 49] * 4)}.{'b' * 43}"], "makes a name of 257 octets"),
    Wrong(["name=a", "name=b"], "name= is given twice"),
    Wrong(["name=home"], "'home' is not a full name", ["zone"]),
    Wrong(["name=@"], "'@' is not a full name", ["zone"]),
    Wrong([b"name=\xff\xfe"], "name=: the text is not UTF-8"),
    Wrong([b"zone=\xff\xfe"], "zone=: the text is not UTF-8"),
    # address
    *values(
        "address",
        {
            "": "an address is empty",
            "300.1.1.1": "'300.1.1.1' is not an IPv4 address",
            "192.0.2.256": "is not an IPv4 address",
            "192.0.2": "is not an IPv4 address",
            "192.0.2.1.1": "is not an IPv4 address",
            "192.0.2.01": "is not an IPv4 address",
            "010.0.2.1": "is not an IPv4 address",
            "0x7f.0.0.1": "is not an IPv4 address",
            "2130706433": "is not an IPv4 address",
            "192.0.2.-1": "is not an IPv4 address",
            "١٩٢.0.2.1": "is not an IPv4 address",
            "home": "'home' is not an address: if it is an interface: interface:home",
            "home.example": "is not an IPv4 address",
            "192.0.2.1/33": "has a wrong prefix length",
            "192.0.2.1/": "has a wrong prefix length",
            "192.0.2.1/-1": "has a wrong prefix length",
            "192.0.2.1/x": "has a wrong prefix length",
            "2001:db8::1/129": "has a wrong prefix length",
            "2001:db8:::1": "is not an IPv6 address",
            "2001:db8::1::2": "is not an IPv6 address",
            "2001:db8:1:2:3:4:5": "is not an IPv6 address",
            "1:2:3:4:5:6:7:8:9": "is not an IPv6 address",
            "12345::1": "is not an IPv6 address",
            "g::1": "is not an IPv6 address",
            "::1.2.3": "is not an IPv6 address",
            "::256.0.0.1": "is not an IPv6 address",
            "fe80::1%eth0": "is not an IPv6 address",
            ":": "is not an IPv6 address",
            "192.0.2.1,": "an address is empty",
            ",192.0.2.1": "an address is empty",
            "192.0.2.1,,192.0.2.2": "an address is empty",
            "192.0.2.1;192.0.2.2": "is not an IPv4 address",
            "interface:": "names no interface",
            "interface:/ipv4": "names no interface",
            "interface:ppp0/ipv5": "names no interface",
            "interface:a b": "names no interface",
            "command:": "names no program",
            "command: ": "names no program",
            "[]": "cannot be evaluated outside a router",
            "[/ip address get 0 address]": "cannot be evaluated outside a router",
            "[/ip address get [find interface=] address]": "names no interface",
            "[/ip route get [find interface=ppp0] gateway]": "cannot be evaluated outside a router",
            "[$wan]": "cannot be evaluated outside a router",
        },
    ),
    Wrong(["address=command:it's"], "No closing quotation"),
    Wrong(["address=[/ip address get [find interface=lo]"], "a bracket that is not closed"),
    Wrong(["address=[/ip", "address", "get"], "a bracket that is not closed"),
    Wrong([], "address=, or type= and value=", ["address"]),
    Wrong(["address=192.0.2.1"], "show does not take address=", command="show"),
    # zone
    *values("zone", NAMES),
    Wrong(["zone=@"], "zone=: '@' is not a domain name here"),
    Wrong(["zone=example.com", "zone=example.net"], "zone= is given twice"),
    # update-server and query-server
    *values("update-server", {"": "", "192.0.2.256": "is not an IPv4 address", "127.0.0.1,": "a server is empty"}),
    *values("query-server", {"": "", "a..b": "has an empty label", "192.0.2.1:0": "'0' is not a port"}),
    Wrong(["update-server=127.0.0.1:9", "query-server=127.0.0.1:9"], "updates and queries have servers of their own"),
    Wrong(["query-server=127.0.0.1:9", "verify=no", "ttl=60"], "nothing would be read there"),
    Wrong(["query-server=127.0.0.1:9", "verify=no"], "nothing would be read there", ["address"], command="delete"),
    Wrong(["query-server=::1", "local-address=127.0.0.1"], "local-address=127.0.0.1 and query-server= are of"),
    Wrong(["update-server=127.0.0.1:9"], "show does not take update-server=", ["address"], command="show"),
    # to, ptr and ptr-zone
    *values("to", {"": "is not a valid value", "ALL": "", "everywhere": "one of first, all"}),
    *values("ptr", {"": "", "maybe": "'maybe' is not"}),
    *values("ptr-zone", {"": "", "a..b": "has an empty label"}),
    # dns-server
    *values(
        "dns-server",
        {
            "": "",
            "192.0.2.256": "is not an IPv4 address",
            "192.0.2": "is not an IPv4 address",
            "300.1.1.1": "is not an IPv4 address",
            "2001:db8:::1": "is not an IPv6 address",
            "[2001:db8::1": "",
            "[2001:db8::1]53": "is not a server",
            "[192.0.2.1]:53": "is not a server",
            "192.0.2.1:": "is not a port",
            "192.0.2.1:0": "'0' is not a port",
            "192.0.2.1:65536": "'65536' is not a port",
            "192.0.2.1:x": "'x' is not a port",
            "ns.example.com:-1": "'-1' is not a port",
            "[::1]:0": "'0' is not a port",
            "a..b": "has an empty label",
            f"{LONG_LABEL}.example.com": "has a label of 64 octets",
            "ns example": "'ns example' is not a host",
            "127.0.0.1@16159": "'127.0.0.1@16159' is not a host: write HOST:PORT",
            "127.0.0.1#16159": "'127.0.0.1#16159' is not a host: write HOST:PORT",
            "ns/": "'ns/' is not a host",
            r"a\.b.example": r"'a\\.b.example' is not a host",
            r"\000.example": r"'\\000.example' is not a host",
            "127.0.0.1,": "a server is empty",
            ",127.0.0.1": "a server is empty",
            "ns,,ns": "a server is empty",
            ".": "'.' is not a host",
            "@": "'@' is not a host",
            "@:53": "'@' is not a host",
            "192.0.2.1%lo": "'192.0.2.1%lo' is not a host",
            "ns%lo": "'ns%lo' is not a host",
            "fe80::1": "'fe80::1' is a link-local address without an interface: e.g. fe80::1%eth0",
            "[FEBF::1]:53": "is a link-local address without an interface",
            "fe80::1%": "has an empty zone after the %",
        },
    ),
    # key, key-name, key-file
    *values("key-name", NAMES, ["key-file"]),
    Wrong(["key-name=@", "key=c2VjcmV0c2VjcmV0"], "key-name=: '@' is not a domain name here", ["key-file"]),
    Wrong(["key-name=@"], "key-name=: '@' is not a domain name here"),
    Wrong(["key-name=k", "key="], "key=: the value is empty", ["key-file"]),
    Wrong(["key=c2VjcmV0c2VjcmV0"], "key= is given without key-name=", ["key-file"]),
    Wrong(["key-name=k"], "key-name= is given without a secret", ["key-file"]),
    Wrong(["key-name=k", "key=c2VjcmV0c2VjcmV0"], "key= and key-file= are both given"),
    Wrong(["key-name=k", "key=@{dir}/missing"], "No such file or directory", ["key-file"]),
    Wrong(["key-name=k", "key=@{dir}"], "Is a directory", ["key-file"]),
    Wrong(["key-name=k", "key=@{dir}/open.key"], "run: chmod o-rw {dir}/open.key", ["key-file"]),
    Wrong(["key-name=k", "key=@{dir}/empty"], "is empty", ["key-file"]),
    Wrong(["key-name=k", "key=@{dir}/binary"], "is not a text file", ["key-file"]),
    Wrong(["key-name=k", "key=@{dir}/good.key"], "use key-file={dir}/good.key", ["key-file"]),
    Wrong(["key-name=k", "key=@"], "cannot read ''", ["key-file"]),
    Wrong(["key-name=k", "key=env:DDNS_NOT_THERE"], "'DDNS_NOT_THERE' is not set", ["key-file"]),
    Wrong(["key-name=k", "key=env:"], "is not set", ["key-file"]),
    Wrong(["key-name=k", "key=env:DDNS_EMPTY"], "empty", ["key-file"], env={"DDNS_EMPTY": ""}),
    Wrong(["key-name=k", "key=credential:x"], "CREDENTIALS_DIRECTORY is not set", ["key-file"]),
    Wrong(
        ["key-name=k", "key=credential:x"],
        "No such file or directory",
        ["key-file"],
        env={"CREDENTIALS_DIRECTORY": "/nonexistent"},
    ),
    Wrong(
        ["key-name=k", "key=credential:../x"],
        "is not a credential's name",
        ["key-file"],
        env={"CREDENTIALS_DIRECTORY": "/nonexistent"},
    ),
    Wrong([b"key-name=k", b"key=\xff\xfe"], "key=", ["key-file"]),
    Wrong(["key-name=k", "key=a", "key=b"], "key= is given twice", ["key-file"]),
    Wrong(["key-file="], "key-file=: the value is empty"),
    Wrong(["key-file={dir}/missing"], "No such file or directory"),
    Wrong(["key-file={dir}"], "Is a directory"),
    Wrong(["key-file={dir}/open.key"], "run: chmod o-rw {dir}/open.key"),
    Wrong(["key-file={dir}/empty"], "holds no key"),
    Wrong(["key-file={dir}/binary"], "is not a text file"),
    Wrong(["key-file={dir}/rubbish"], "holds no key"),
    Wrong(["key-file={dir}/no-brace"], "has no closing brace"),
    Wrong(["key-file={dir}/no-quote"], "a quoted string has no end"),
    Wrong(["key-file={dir}/no-secret"], "has no secret"),
    Wrong(["key-file={dir}/no-algorithm"], "has no algorithm"),
    Wrong(["key-file={dir}/bad-secret"], "is not strict, padded Base64"),
    Wrong(["key-file={dir}/bad-algorithm"], "unknown algorithm 'hmac-sha3'"),
    Wrong(["key-file={dir}/bad-name"], "the key's name is not a domain name"),
    Wrong(["key-file={dir}/three"], "holds several keys: one, two, three"),
    Wrong(["key-file={dir}/good.key", "key-name=other"], "holds no key named other"),
    Wrong(["key-file=/dev/zero"], "too large"),
    # config
    Wrong(["config="], "config=: the value is empty"),
    Wrong(["config={dir}/missing"], "cannot read {dir}/missing: No such file or directory"),
    Wrong(["config={dir}"], "Is a directory"),
    Wrong(["config={dir}/binary"], "{dir}/binary:1: not UTF-8, which TOML requires"),
    Wrong(["config={dir}/rubbish"], "{dir}/rubbish: not TOML"),
    Wrong(["config=/dev/zero"], "it is not a regular file"),
    Wrong(["config=a", "config=b"], "config= is given twice"),
    Wrong(["config={dir}/missing"], "No such file or directory", command="delete"),
    Wrong(["config={dir}/missing"], "No such file or directory", ["address"], command="show"),
    # algorithm, key-encoding
    *values(
        "algorithm",
        {
            "": "unknown algorithm",
            "hmac-sha3": "unknown algorithm 'hmac-sha3'",
            "sha256": "unknown algorithm",
            "md5": "unknown algorithm",
            "gss-tsig": "unknown algorithm",
            "hmac-sha256-": "wrong length of the MAC",
            "hmac-sha256-x": "wrong length of the MAC",
            "hmac-sha256-0": "wrong length of the MAC",
            "hmac-sha256-72": "wrong length of the MAC",
            "hmac-sha256-120": "wrong length of the MAC",
            "hmac-sha256-129": "wrong length of the MAC",
            "hmac-sha256-264": "wrong length of the MAC",
            "hmac-md5-72": "wrong length of the MAC",
            "hmac-sha256--128": "",
        },
        ["key-file"],
    ),
    Wrong(["algorithm=hmac-sha256"], "algorithm= is given without a secret", ["key-file"]),
    Wrong(["algorithm=hmac-sha256"], "cannot be given with key-file="),
    Wrong(["key-encoding=text"], "cannot be given with key-file="),
    Wrong(["key-encoding=text"], "key-encoding= is given without a secret", ["key-file"]),
    *values(
        "key-encoding",
        {"": "is not a valid value", "hex": "'hex' is not a valid value", "BASE64": "is not a valid value"},
    ),
    Wrong(["key-name=k", "key=secret!", "key-encoding=base64"], "is not strict, padded Base64", ["key-file"]),
    # ttl
    *values(
        "ttl",
        {
            "": "is not a TTL",
            "-1": "'-1' is not a TTL",
            "+1": "is not a TTL",
            "2147483648": "is not a TTL",
            "99999999999999999999999": "is not a TTL",
            "1x": "'1x' is not a TTL",
            "x": "is not a TTL",
            "h": "is not a TTL",
            "1.5h": "is not a TTL",
            "1e3": "is not a TTL",
            "10 m": "is not a TTL",
            "hh1": "is not a TTL",
            "1h30": "is not a TTL",
            "25000d": "is not a TTL",
            "1_000": "is not a TTL",
            "٣٠": "is not a TTL",
        },
    ),
    Wrong(["ttl=60", "ttl=70"], "ttl= is given twice"),
    Wrong(["ttl=60"], "delete does not take ttl=", command="delete"),
    Wrong(["ttl=60"], "show does not take ttl=", ["address"], command="show"),
    # type, value
    *values(
        "type",
        {
            "": "unknown record type",
            "TXTT": "unknown record type 'TXTT'",
            "TYPE": "unknown record type",
            "TYPE65536": "unknown record type",
            "TYPE-1": "unknown record type",
            "TYPE0": "is not a type that a zone can hold",
            "AXFR": "is not a type that a zone can hold",
            "OPT": "is not a type that a zone can hold",
            "TSIG": "is not a type that a zone can hold",
            "MAILB": "is not a type that a zone can hold",
            "TYPE255": "",
        },
        ["address"],
    ),
    without_address("type=ANY", "value=x", says="type=ANY works with show only"),
    without_address("type=TXT", says="type= is given without value="),
    without_address("value=x", says="value= is given without type="),
    Wrong(["value=x"], "value= is given without type=", ["address"], command="delete"),
    Wrong(["class=CH"], "address= works with the class IN only"),
    Wrong(["class=HS"], "address= works with the class IN only"),
    Wrong(["type=TXT"], "address= and type= are both given"),
    Wrong(["type=TXT", "value=x"], "address= and type= are both given"),
    Wrong(["value=x"], "address= and"),
    without_address("type=TXT", "type=MX", "value=x", says="type= is given twice"),
    without_address("type=TXT", "value=", says="value=: the value is empty"),
    *(
        without_address(f"type={rrtype}", f"value={value}", says="value=")
        for rrtype, wrong in {
            "A": ["300.1.1.1", "2001:db8::1", "home", "192.0.2.1/24", r"\# 3 c00002"],
            "AAAA": ["192.0.2.1", "1:2", r"\# 4 c0000201"],
            "CNAME": ["a..b", "a b", f"{LONG_LABEL}.example.com.", "@ x"],
            "NS": ["", "a b"],
            "MX": ["mail", "10", "x mail.example.com.", "65536 mail.example.com.", "-1 mail.example.com."],
            "SRV": ["x", "0 5 sip.example.com.", "0 5 65536 sip.example.com.", "0 5 5060"],
            "CAA": ["x", "0 issue", "256 issue x", "0 iss!ue x"],
            "SVCB": ["alpn=h2", "1", "x svc.example.com.", "1 . alpn=h2 alpn=h3", "1 . unknown=x"],
            "TXT": ['"unbalanced', '"a" b "c', f'"{"x" * 256}"'],
            "SSHFP": ["4 2 xyz", "4 2"],
            "TLSA": ["3 1 1 x"],
            "PTR": ["a..b"],
            "TYPE65280": ["x", r"\# 2 ab", r"\# 1 abcd", r"\# x ab", r"\# 1 zz", r"\# -1"],
        }.items()
        for value in wrong
        if value
    ),
    without_address("type=MX", "value=10 a.example.com. ; comment", says="semicolon"),
    Wrong([b"type=TXT", b"value=\xff\xfe"], "value=", ["address"]),
    # require, verify, allow-private, json, debug
    *values(
        "require", {"": "is not a valid value", "x": "one of any, existing, absent", "Existing": "is not a valid value"}
    ),
    Wrong(["require=absent"], "records that must be absent cannot be deleted", command="delete"),
    Wrong(["require=any"], "show does not take require=", ["address"], command="show"),
    *values(
        "verify",
        {"": "is not a valid value", "maybe": "'maybe' is not a valid value: yes, no or all", "1": "", "YES": ""},
    ),
    *values("allow-private", {"maybe": "yes or no", "": "is not a valid value"}),
    *values("check-names", {"maybe": "yes or no", "": "is not a valid value"}),
    *values("json", {"maybe": "yes or no", "": "is not a valid value"}),
    *values("debug", {"maybe": "yes or no", "": "is not a valid value"}),
    *values("quiet", {"maybe": "yes or no", "": "is not a valid value", "YES": "yes or no"}),
    Wrong(["quiet=yes", "debug=yes"], "quiet= and debug= are both given"),
    *values("wait", {"": "", "x": "", "-1": "", "5": "wait= is given without verify=all"}),
    *values("diagnose", {"maybe": "yes or no", "": "is not a valid value", "2": "yes or no"}),
    *values("dry-run", {"maybe": "yes or no", "": "is not a valid value", "2": "yes or no"}),
    Wrong(["dry-run=yes"], "show does not take dry-run=", ["address"], command="show"),
    # add, plan
    Wrong([], "add needs address=, or type= and value=", ["address"], command="add"),
    Wrong(["type=TXT"], "type= is given without value=", ["address"], command="add"),
    Wrong(["ttl=0"], "ttl=0 deletes with set, and add deletes nothing", command="add"),
    *values("ttl", {"": "is not a TTL", "-1": "is not a TTL", "2147483648": "is not a TTL"}, command="add"),
    Wrong(
        ["type=SOA", "value=ns.example.com. root.example.com. 9 1 1 1 1", "name=@"],
        "a zone has one SOA record, so none can be added",
        ["address"],
        command="add",
    ),
    Wrong(
        ["type=CNAME", "value=a.example.net", "value=b.example.net"],
        "a name has one CNAME record; 2 are given",
        ["address"],
        command="add",
    ),
    Wrong(["type=ANY", "value=x"], "type=ANY works with show only", ["address"], command="add"),
    Wrong(["dry-run=yes"], "plan does not take dry-run=", command="plan"),
    Wrong(["dry-run=no"], "plan does not take dry-run=", command="plan"),
    Wrong(["quiet=yes", "debug=yes"], "quiet= and debug= are both given", command="plan"),
    Wrong([], "set needs address=, or type= and value=", ["address"], command="plan"),
    Wrong(["--verify", "maybe"], "'maybe' is not a property"),
    Wrong(["--no-verify", "yes"], "'yes' is not a property"),
    Wrong(["--no-verify=yes"], "unknown property 'no-verify': did you mean verify?"),
    Wrong(["no-verify=yes"], "unknown property 'no-verify': did you mean verify?"),
    Wrong(["--no-ttl"], "unknown property 'no-ttl'"),
    Wrong(["--no-no-verify"], "unknown property 'no-no-verify'"),
    Wrong(["--verify", "--no-verify"], "verify= is given twice"),
    # transport, port, timeout, retries, local-address, class
    *values("transport", {"": "is not a valid value", "x": "one of udp, tcp, tls", "UDP": "is not a valid value"}),
    *values("tls-hostname", {"": "", "ns.example.com:853": "is not a valid value", "a/b": "'a/b' is not a host"}),
    *values("tls-ca", {"": "", "ca.pem": "is given without transport=tls"}),
    *values("tls-pin", {"": "", "abc": "is not a pin", "A" * 43: "is not a pin"}),
    *values("tls-cert", {"": "", "client.pem": "is given without transport=tls"}),
    *values("tls-key", {"": "", "client.key": "is given without transport=tls"}),
    *values("tls-verify", {"": "is not a valid value", "no": "is given without transport=tls"}),
    *values("auth", {"": "is not a valid value", "kerberos": "one of key, gss"}),
    *values("realm", {"": "", "EXAMPLE.COM": "is given without auth=gss"}),
    *values("principal", {"": "", "user": "is given without auth=gss"}),
    *values("keytab", {"": "", "/etc/krb5.keytab": "is given without auth=gss"}),
    *values("ccache", {"": "", "/run/krb5cc": "is given without auth=gss"}),
    *values("password", {"": "", "c2VjcmV0c2VjcmV0": "is given without auth=gss"}),
    Wrong(["transport=tls", "tls-ca=/nowhere/ca.pem"], "cannot read '/nowhere/ca.pem': No such file or directory"),
    Wrong(["transport=tls", "tls-cert=/etc/nowhere.pem"], "cannot read /etc/nowhere.pem: No such file or directory"),
    Wrong(["transport=tls", "tls-key=/etc/nowhere.key"], "a private key is given without its certificate"),
    Wrong(["transport=tls", "tls-verify=no", "tls-ca=x"], "it is said whom the server must be", command="show"),
    *values(
        "port",
        dict.fromkeys(["", "0", "65536", "x", "-1", "53.0", "+53", " 53", "٥٣", "9" * 5000], "is not a port"),
    ),
    *values(
        "timeout",
        dict.fromkeys(
            [
                "",
                "0",
                "0.0",
                ".",
                "-1",
                "+1",
                "nan",
                "inf",
                "-inf",
                "infinity",
                "x",
                "1s",
                "3601",
                "1e9",
                "1e3",
                "1_0",
                " 5",
                "5 ",
                "2,5",
                "1.2.3",
                "٣",
                "9" * 5000,
            ],
            "is not a time",
        ),
    ),
    *values("retries", dict.fromkeys(["", "-1", "101", "x", "1.5", "9" * 5000], "is not a number of retries")),
    *values(
        "local-address",
        {
            "": "is not an IPv4 address",
            "x": "is not an IPv4 address",
            "300.1.1.1": "is not an IPv4 address",
            "127.0.0.1:53": "",
            "192.0.2.1/24": "is not an IPv4 address",
        },
    ),
    Wrong(["local-address=192.0.2.200"], "cannot send from 192.0.2.200"),
    Wrong(["local-address=::1"], "local-address=::1 and dns-server= are of different IP versions"),
    *values(
        "class",
        {
            "": "unknown class",
            "ANY": "is not a zone's class",
            "NONE": "is not a zone's class",
            "CLASS0": "is not a zone's class",
            "CLASS255": "is not a zone's class",
            "CLASS65536": "unknown class",
            "INTERNET": "unknown class",
        },
    ),
    # words
    Wrong(["nmae=home"], "unknown property 'nmae': did you mean name?"),
    Wrong(["--adress", "192.0.2.1"], "unknown property 'adress': did you mean address?"),
    Wrong(["dnsserver=192.0.2.1"], "did you mean dns-server?"),
    Wrong(["dns_server=192.0.2.1"], "did you mean dns-server?"),
    Wrong(["keyname=k"], "did you mean key-name?"),
    Wrong(["zzz=1"], "unknown property 'zzz': see: dns-update set --help"),
    Wrong(["NAME=home"], "unknown property 'NAME'"),
    Wrong(["=home"], "unknown property ''"),
    Wrong(["--"], "unknown property ''"),
    Wrong(["home"], "'home' is not a property"),
    Wrong([""], "an empty word is not a property"),
    Wrong(["-v"], "'-v' is not a property"),
    Wrong(["--ttl"], "--ttl has no value"),
    Wrong(["--name"], "--name has no value", ["name"]),
]

COMMAND_LINES = {
    "set": "name= is missing",
    "delete": "name= is missing",
    "add": "name= is missing",
    "show": "name= is missing",
    "plan": "name= is missing",
    "plan delete": "name= is missing",
    "plan show name=home": "there is no plan for 'show': plan set, plan add, plan delete or plan FILE",
    "plan delte name=home": "unknown command 'delte': did you mean: dns-update plan delete name=home",
    "plan cGFzc3dvcmQgb2YgbWluZQ== name=home": "it is not shown, because it may be a secret",
    "plan name=home delete": "'delete' is not a property",
    "plan delete ttl=60": "delete does not take ttl=",
    "plan set nmae=home": "unknown property 'nmae': did you mean name?",
    "plan set ttl=x": "ttl=: 'x' is not a TTL",
    "add name=a allow-private": "'allow-private' is not a property",
    "ad name=home": "unknown command 'ad': did you mean: dns-update add name=home",
    "/tool dns-update": "name= is missing",
    "--json=no": "name= is missing",
    "shwo name=home": "unknown command 'shwo': did you mean: dns-update show name=home",
    "delte --name home": "did you mean: dns-update delete name=home",
    "sett name=home type=TXT 'value=a b'": "did you mean: dns-update set name=home type=TXT 'value=a b'",
    "update name=home": "unknown command 'update': did you mean: dns-update set name=home",
    "get name=home": "unknown command 'get': did you mean: dns-update show name=home",
    "remove name=home": "unknown command 'remove': did you mean: dns-update delete name=home",
    "rm name=home": "unknown command 'rm': did you mean: dns-update delete name=home",
    "rm": "did you mean: dns-update delete",
    "--no-verify rm name=home": "name= is given twice",
    "name=home show": "'show' is not a property: the command comes first: dns-update show ...",
    "help shwo": "did you mean: dns-update help show",
    "set --version name=home": "unknown property 'version'",
    "frobnicate name=home": "unknown command 'frobnicate'",
    "apply": "file= is missing",
    "apply none.csv": "cannot read none.csv: No such file or directory",
    "apply none.csv ttl=0": "ttl=0 would delete",
    "apply none.csv resume=yes": "resume= is given without report=",
    "apply none.csv dry-run=yes report=r.csv": "a dry run has no report",
    "apply none.csv message-size=100": "message-size=: '100' is not the size of a message: 1024 to 65535 octets",
    "apply none.csv message-size=65536": "message-size=: '65536' is not the size of a message",
    "apply none.csv format=xml": "format=: 'xml' is not a valid value: one of csv, json, zone",
    "apply none.csv max-delete=101%": "max-delete=: '101%' is not a number of names: 0 or more, or 0% to 100%",
    "apply none.csv max-delete=-1": "max-delete=: '-1' is not a number of names",
    "apply none.csv exact=zone delete=yes": "exact= and delete= are both given",
    "apply none.csv address=192.0.2.1": "apply does not take address=",
    "/ip address print": "unknown command '/ip'",
    "delete nmae=home": "unknown property 'nmae': did you mean name?",
    "show vlaue=x": "unknown property 'vlaue'",
    "delete allow-private=yes": "delete does not take allow-private=",
    "delete check-names=no": "delete does not take check-names=",
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with key files, most of them wrong."""
    path = tmp_path_factory.mktemp("keys")
    good = LabKey("good", "hmac-sha256", "c2VjcmV0c2VjcmV0").bind_clause()
    files = {
        "good.key": good,
        "empty": "",
        "rubbish": "this is not the right file\n",
        "no-brace": 'key "k" { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0"; ',
        "no-quote": 'key "k" { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0; };',
        "no-secret": 'key "k" { algorithm hmac-sha256; };',
        "no-algorithm": 'key "k" { secret "c2VjcmV0c2VjcmV0"; };',
        "bad-secret": good.replace("c2VjcmV0c2VjcmV0", "c2VjcmV0c2VjcmV0!"),
        "bad-algorithm": good.replace("hmac-sha256", "hmac-sha3"),
        "bad-name": good.replace('"good"', '"a..b"'),
        "three": "".join(good.replace("good", name) for name in ("one", "two", "three")),
    }
    for name, text in files.items():
        write_private(path / name, text)
    write_private(path / "open.key", good).chmod(0o644)
    (path / "binary").write_bytes(b"\xff\xfe\x00")
    (path / "binary").chmod(0o600)
    return path


@pytest.fixture(scope="module")
def peer() -> Iterator[Silent]:
    """Yield the server that must never hear of it."""
    with Silent() as listener:
        yield listener


def command_line(wrong: Wrong, directory: Path, peer: Silent) -> list[str | bytes]:
    """Return the right words but for those that are wrong."""
    words = [word.replace("{dir}", str(directory)) if isinstance(word, str) else word for word in wrong.words]
    given = {os.fsdecode(word).partition("=")[0] for word in words}
    right = {
        "name": "home",
        "zone": "example.com",
        "address": "192.0.2.1",
        "dns-server": peer.address,
        "key-file": f"{directory}/good.key",
        "timeout": "0.1",
        "retries": "0",
    }
    if wrong.command == "show":
        del right["address"]
    right = {name: value for name, value in right.items() if name not in {*given, *wrong.minus}}
    return [wrong.command, *(f"{name}={value}" for name, value in right.items()), *words]


@pytest.fixture(autouse=True)
def _deaf_to_earlier_tests(peer: Silent) -> None:
    while not peer.is_untouched:
        pass


def expect_one_line(result: Result, says: str) -> None:
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("dns-update: ")
    assert says in lines[0]
    assert result.status == 2


@pytest.mark.parametrize("wrong", TABLE, ids=str)
def test_bad_input_gets_one_line_and_nothing_is_sent(wrong: Wrong, directory: Path, peer: Silent) -> None:
    result = dns_update(*command_line(wrong, directory, peer), env=wrong.env)
    assert peer.is_untouched
    expect_one_line(result, wrong.says.replace("{dir}", str(directory)))
    assert f"{wrong.prop}=" in result.stderr if wrong.prop else True
    assert "c2VjcmV0c2VjcmV0" not in result.stderr


@pytest.mark.parametrize("wrong", [wrong for wrong in TABLE if wrong.prop != "json"], ids=str)
def test_bad_input_gets_an_error_object_with_json(wrong: Wrong, directory: Path, peer: Silent) -> None:
    command, *words = command_line(wrong, directory, peer)
    result = in_process(command, "--json", *words, env=wrong.env)
    assert result.stderr == ""
    assert result.json["status"] == "error"
    assert result.json["exit_status"] == result.status == 2
    assert result.json["error"]["kind"] in {"UsageError", "InvalidText", "ConfigError"}
    assert peer.is_untouched


@pytest.mark.parametrize(("line", "says"), COMMAND_LINES.items())
def test_a_bad_command_gets_one_line(line: str, says: str) -> None:
    expect_one_line(dns_update(*shlex.split(line)), says)


@pytest.mark.parametrize("prop", [prop for prop in OF_RECORDS if not prop.repeatable], ids=lambda prop: prop.name)
def test_two_values_for_a_property_that_takes_one(prop: object, peer: Silent) -> None:
    value = {"key-encoding": "text", "require": "any", "verify": "no", "transport": "udp", "local-address": "127.0.0.1",
             "class": "IN", "type": "TXT", "algorithm": "hmac-md5", "allow-private": "no", "check-names": "no",
             "to": "all", "ptr": "no", "json": "no", "debug": "no", "quiet": "no", "dry-run": "no", "diagnose": "no",
             "tls-verify": "no", "tls-hostname": "ns.example.com", "auth": "key"}  # fmt: skip
    name = getattr(prop, "name", "")
    word = f"{name}={value.get(name, '1')}"
    expect_one_line(dns_update(f"dns-server={peer.address}", word, word), f"{name}= is given twice")
    assert peer.is_untouched


def test_every_property_has_wrong_values_here() -> None:
    given = {os.fsdecode(word).lstrip("-").partition("=")[0] for wrong in TABLE for word in wrong.words}
    assert {prop.name for prop in OF_RECORDS} - given == set()


def test_a_group_may_read_a_key_file(directory: Path, peer: Silent) -> None:
    path = directory / "group.key"
    path.write_text((directory / "good.key").read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o640)
    result = dns_update(*command_line(Wrong([f"key-file={path}"], ""), directory, peer))
    assert result.status == 4
    assert not peer.is_untouched


# Long values


LONG = "x" * 300


SHORTENED = [prop for prop in OF_RECORDS if prop.name not in ("key", "config")]  # a path is shown whole


@pytest.mark.parametrize("prop", SHORTENED, ids=lambda prop: prop.name)
def test_a_wrong_value_is_shown_shortened(prop: Property, directory: Path, peer: Silent) -> None:
    wrong = Wrong([f"{prop.name}={LONG}"], "", command=prop.commands[0])
    if prop.name == "value":
        wrong = without_address("type=MX", f"value={LONG}", says="")
    result = in_process(*command_line(wrong, directory, peer))
    assert peer.is_untouched
    expect_one_line(result, "")
    assert len(result.stderr) < 250


@pytest.mark.parametrize("words", [[LONG], ["help", LONG]])
def test_a_long_word_that_is_no_command_is_not_shown(words: list[str]) -> None:
    result = in_process(*words)
    expect_one_line(result, "it is not shown, because it may be a secret")
    assert len(result.stderr) < 250


@pytest.mark.parametrize("word", [LONG, f"{LONG}=1", f"--{LONG}", f"-{LONG}"])
def test_a_long_word_that_is_no_property_is_not_shown(word: str) -> None:
    result = in_process("set", word, "1")
    expect_one_line(result, "it is not shown")
    assert len(result.stderr) < 250


@pytest.mark.parametrize("octets", [32, 64])
def test_a_secret_in_the_place_of_a_keys_name_is_neither_sent_nor_repeated(octets: int) -> None:
    secret = base64.b64encode(bytes(range(octets))).decode()
    words = ["dns-server=127.0.0.1:1", "zone=example.com", "name=home", "address=192.0.2.1", "key=ddns-key"]
    for command in ("set", "check"):
        result = in_process(command, *words, f"key-name={secret}")
        assert result.status == 2
        assert "a secret is in the place of the name" in result.stderr
        assert secret[:8] not in result.stdout + result.stderr

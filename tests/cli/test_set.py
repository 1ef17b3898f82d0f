"""`dns-update set`: both spellings, one message, TTLs, names, any record type, conditions, transports."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from lab import Bind, Knot, LabKey, NameServer, PowerDns, dig
from lab.versions import knot_keeps_ttls
from tests.support.command import COMMAND, Result, access, at, dns_update, given, in_process
from tests.support.peer import Relay, is_update

SERVERS = ["bind", "knot", "powerdns"]


def records(server: NameServer, label: str, rrtype: str) -> list[str]:
    """Return what stands at a name below example.com, as `TTL DATA`, sorted."""
    name = "example.com" if label == "@" else f"{label}.example.com"
    parts = [line.split(maxsplit=4) for line in dig(server, name, rrtype)]
    return sorted(f"{part[1]} {part[4]}" for part in parts)


def done(result: Result) -> Result:
    assert result.status == 0, result.stderr
    return result


# Spellings

Spelling = Callable[[dict[str, str]], list[str]]


def _routeros(properties: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in properties.items()]


def _gnu(properties: dict[str, str]) -> list[str]:
    return [word for name, value in properties.items() for word in (f"--{name}", value)]


def _gnu_joined(properties: dict[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in properties.items()]


def _mixed(properties: dict[str, str]) -> list[str]:
    forms = (_routeros, _gnu, _gnu_joined)
    items = enumerate(properties.items())
    return [word for index, item in items for word in forms[index % len(forms)](dict([item]))]


@pytest.mark.parametrize("spell", [_routeros, _gnu, _gnu_joined, _mixed])
@pytest.mark.parametrize(
    "lead",
    [[], ["set"], ["/tool", "dns-update"], ["/tool/dns-update"], ["/tool", "dns-update", "set"], ["dns-update"]],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_every_spelling_does_the_same(spell: Spelling, lead: list[str], bind: NameServer, unique_name: str) -> None:
    server, zone, key_file = access(bind)
    properties = {"name": unique_name, "address": "203.0.113.45", "ttl": "600"}
    properties |= dict(word.split("=", 1) for word in (server, zone, key_file))
    done(dns_update(*lead, *spell(properties)))
    assert records(bind, unique_name, "A") == ["600 203.0.113.45"]


def test_the_seven_properties_of_routeros_are_enough(bind: NameServer, unique_name: str) -> None:
    key = next(key for key in bind.keys if key.algorithm == "hmac-md5")
    line = f"/tool dns-update dns-server={bind.host}:{bind.port} name={unique_name} zone=example.com"
    line += f" address=203.0.113.45/24 key-name={key.name} key={key.secret} ttl=10m"
    done(dns_update(*line.split()))
    assert records(bind, unique_name, "A") == ["600 203.0.113.45"]


@pytest.mark.parametrize(
    "words",
    [
        ["address=[/ip", "address", "get", "[find", "interface=lo]", "address]"],
        ["address=[/ip address get [find interface=lo] address]"],
        ["--address", "[/ip", "address", "get", "[find", "interface=lo]", "address]"],
        ["--address", "[/ip address get [find interface=lo] address]"],
        ["address=[/ip/address/get [find interface=lo] address]".replace("address/get", "address get")],
        ['address=[/ip address get [/ip address find where interface="lo"] address]'],
    ],
    ids=range(6),
)
def test_the_expression_of_a_routers_script(words: list[str], bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", *words, "allow-private=yes", "ttl=60"))
    assert records(bind, unique_name, "A") == ["60 127.0.0.1"]


def test_words_may_follow_the_expression(bind: NameServer, unique_name: str) -> None:
    words = ["address=[/ip", "address", "get", "[find", "interface=lo]", "address]", "allow-private=yes", "ttl=60"]
    done(dns_update(*access(bind), *words, f"name={unique_name}"))
    assert records(bind, unique_name, "A") == ["60 127.0.0.1"]


# Addresses


@pytest.mark.parametrize(
    ("words", "a", "aaaa"),
    [
        (["address=203.0.113.45/24"], ["203.0.113.45"], []),
        (["address=203.0.113.45/32"], ["203.0.113.45"], []),
        (["address=2001:db8::45/64"], [], ["2001:db8::45"]),
        (["address=2001:DB8:0:0::45/128"], [], ["2001:db8::45"]),
        (["address=192.0.2.1,192.0.2.2"], ["192.0.2.1", "192.0.2.2"], []),
        (["address=192.0.2.1", "address=192.0.2.2"], ["192.0.2.1", "192.0.2.2"], []),
        (["address=192.0.2.1,2001:db8::1"], ["192.0.2.1"], ["2001:db8::1"]),
        (["address=192.0.2.1,2001:db8::1,192.0.2.2", "address=2001:db8::2"],
         ["192.0.2.1", "192.0.2.2"], ["2001:db8::1", "2001:db8::2"]),
        (["address=192.0.2.1,192.0.2.1"], ["192.0.2.1"], []),
        (["address=::ffff:192.0.2.1"], [], ["::ffff:192.0.2.1"]),
        (["address=127.0.0.1,::1"], ["127.0.0.1"], ["::1"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_addresses_go_into_one_message(
    server: NameServer, words: list[str], a: list[str], aaaa: list[str], unique_name: str
) -> None:
    result = done(dns_update(*access(server), f"name={unique_name}", *words, "ttl=60", "--debug"))
    assert len(result.updates) == 1
    assert records(server, unique_name, "A") == [f"60 {address}" for address in a]
    assert records(server, unique_name, "AAAA") == [f"60 {address}" for address in aaaa]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_rrset_is_replaced_and_the_other_family_stays(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    given(*name, "address=192.0.2.1,192.0.2.2,2001:db8::1", "ttl=60")
    given(*name, "type=TXT", "value=kept", "ttl=60")
    done(dns_update(*name, "address=192.0.2.3", "ttl=60"))
    assert records(server, unique_name, "A") == ["60 192.0.2.3"]
    assert records(server, unique_name, "AAAA") == ["60 2001:db8::1"]
    done(dns_update(*name, "address=2001:db8::2", "ttl=60"))
    assert records(server, unique_name, "A") == ["60 192.0.2.3"]
    assert records(server, unique_name, "AAAA") == ["60 2001:db8::2"]
    assert records(server, unique_name, "TXT") == ['60 "kept"']


class Reader:
    """Asks a server for the A record of a name by UDP, over and over, and keeps what it sees."""

    def __init__(self, server: NameServer, name: str) -> None:
        labels = b"".join(b"%c%b" % (len(label), label) for label in name.encode().split(b"."))
        self._query = b"\x00\x01" + b"\x00\x00" + b"\x00\x01" + bytes(6) + labels + b"\x00" + b"\x00\x01\x00\x01"
        self._server = (server.host, server.port)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.rounds = 0
        self.missing = 0
        self.seen: set[bytes] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.settimeout(20)
            connection.connect(self._server)
            while not self._stop.is_set():
                connection.send(self._query)
                self._note(connection.recv(512))

    def _note(self, answer: bytes) -> None:
        self.rounds += 1
        rcode, answers = answer[3] & 0xF, int.from_bytes(answer[6:8])
        if rcode or not answers:
            self.missing += 1
        else:
            offset = len(self._query) + 12  # a pointer to the name, type, class, TTL and length come before the rdata
            self.seen.add(answer[offset : offset + 4])


def test_a_reader_polling_meanwhile_never_sees_the_name_missing(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}", "ttl=60"]
    assert in_process(*name, "address=192.0.2.0").status == 0
    with Reader(bind, f"{unique_name}.example.com") as reader:
        statuses = [in_process(*name, f"address=192.0.2.{number}").status for number in range(1, 201)]
    assert statuses == [0] * 200
    assert reader.missing == 0
    assert len(reader.seen) > 20, "the reader was too slow to see anything"
    assert reader.rounds >= len(reader.seen)


# TTL


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90), ("90s", 90), ("10m", 600), ("1h", 3600), ("1d", 86400), ("1w", 604800), ("1h30m", 5400),
        ("1W2D3H4M5S", 788645), ("2147483647", 2147483647),
    ],
)  # fmt: skip
def test_forms_of_the_ttl(text: str, seconds: int, bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", "address=192.0.2.1", f"ttl={text}"))
    assert records(bind, unique_name, "A") == [f"{seconds} 192.0.2.1"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ttl_left_out_is_that_of_the_standing_rrset_of_each_family(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    given(*name, "address=192.0.2.1", "ttl=120")
    given(*name, "address=2001:db8::1", "ttl=240")
    done(dns_update(*name, "address=192.0.2.2,2001:db8::2"))
    assert records(server, unique_name, "A") == ["120 192.0.2.2"]
    assert records(server, unique_name, "AAAA") == ["240 2001:db8::2"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ttl_left_out_is_that_of_the_soa_record_where_no_rrset_stands(server: NameServer, unique_name: str) -> None:
    # 3600 is the SOA record's own TTL, 300 its minimum: the TTL that it has in negative answers.
    name = [*access(server), f"name={unique_name}"]
    done(dns_update(*name, "address=192.0.2.1"))
    assert records(server, unique_name, "A") == ["3600 192.0.2.1"]
    done(dns_update(*name, "address=192.0.2.3", "ttl=120"))
    done(dns_update(*name, "address=192.0.2.2,2001:db8::2"))
    assert records(server, unique_name, "A") == ["120 192.0.2.2"]
    assert records(server, unique_name, "AAAA") == ["3600 2001:db8::2"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("name", ["new", "a.new"])
def test_a_ttl_left_out_is_not_that_of_a_wildcard(server: NameServer, name: str, unique_name: str) -> None:
    # What a wildcard makes up stands nowhere (RFC 4592, section 2.2): not even if it is what is wanted.
    given(*access(server), f"name=*.{unique_name}", "address=192.0.2.1", "ttl=42")
    full = f"{name}.{unique_name}"
    words = [*access(server), f"name={full}", "address=192.0.2.1"]
    outcome = done(dns_update(*words, "--json")).json
    assert (outcome["before"], outcome["changed"]) == ([], True)
    assert records(server, full, "A") == ["3600 192.0.2.1"]
    given(*access(server), f"name={full}", "address=192.0.2.7", "ttl=42")
    given(*words)
    outcome = done(dns_update(*words, "--json")).json  # it is the wildcard's twin now, and stands all the same
    assert (len(outcome["before"]), outcome["changed"]) == (1, False)
    assert records(server, full, "A") == ["42 192.0.2.1"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ttl_alone_is_changed_or_the_note_says_that_it_is_not(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}", "address=192.0.2.1"]
    given(*name, "ttl=300")
    result = done(dns_update(*name, "ttl=120"))
    is_kept = isinstance(server, Knot) and knot_keeps_ttls()
    assert result.notes == (["A: the server has TTL 300, not 120"] if is_kept else [])
    assert records(server, unique_name, "A") == [f"{300 if is_kept else 120} 192.0.2.1"]


def test_a_ttl_left_out_is_not_that_of_a_cname_that_stands(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}"]
    done(dns_update(*name, "type=CNAME", "value=other.example.com", "ttl=77"))
    done(dns_update(*name, "type=CNAME", "value=another.example.com"))
    assert records(bind, unique_name, "CNAME") == ["77 another.example.com."]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["address=192.0.2.1"], {"AAAA", "TXT"}),
        (["address=198.51.100.1"], {"AAAA", "TXT"}),  # the entry is deleted, whatever it points at
        (["address=192.0.2.1,2001:db8::1"], {"TXT"}),
        ([], {"TXT"}),
        (["type=TXT"], {"A", "AAAA"}),
        (["type=TXT", "value=something"], {"A", "AAAA"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_ttl_0_deletes(server: NameServer, words: list[str], left: set[str], unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    given(*name, "address=192.0.2.1,192.0.2.2,2001:db8::1", "ttl=60")
    given(*name, "type=TXT", "value=something", "ttl=60")
    done(dns_update(*name, *words, "ttl=0"))
    assert {rrtype for rrtype in ("A", "AAAA", "TXT") if records(server, unique_name, rrtype)} == left


# require, verify


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_require_holds_where_it_is_true(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    done(dns_update(*name, "address=192.0.2.1", "require=absent"))
    done(dns_update(*name, "address=192.0.2.2", "require=existing"))
    done(dns_update(*name, "address=192.0.2.3", "require=any"))
    assert records(server, unique_name, "A") == ["3600 192.0.2.3"]


def test_verify_no_sends_one_message_where_zone_and_ttl_are_given(bind: NameServer, unique_name: str) -> None:
    words = [*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60", "verify=no"]
    result = done(dns_update(*words, "--debug"))
    assert [message.opcode for message in result.sent] == ["UPDATE"]
    with Relay(bind) as relay:
        done(dns_update(*words[1:], f"dns-server={relay.address}"))
        assert [is_update(request) for request in relay.requests] == [True]


def test_an_update_is_read_back_from_the_same_server(bind: NameServer, unique_name: str) -> None:
    result = done(dns_update(*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60", "--debug"))
    assert [message.opcode for message in result.sent] == ["QUERY", "UPDATE", "QUERY"]
    assert {message.to for message in result.sent} == {f"{bind.host}:{bind.port}"}


# Names


@pytest.mark.parametrize("form", ["{0}", "{0}.example.com", "{0}.example.com.", "{0}.EXAMPLE.com", "{0}.Example.Com."])
def test_a_full_name_inside_the_zone_is_never_doubled(form: str, bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={form.format(unique_name)}", "address=192.0.2.1", "ttl=60"))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]
    assert records(bind, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("zone", ["example.com", "example.com.", "EXAMPLE.com"])
def test_the_zone_may_end_with_a_dot_and_be_written_in_any_case(zone: str, bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind, zone=zone), f"name={unique_name}", "address=192.0.2.1", "ttl=60"))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


def test_a_name_outside_is_relative_without_a_trailing_dot(bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}.example.org", "address=192.0.2.1", "ttl=60"))
    assert records(bind, f"{unique_name}.example.org", "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("apex", ["@", "example.com", "example.com."])
def test_the_apex(server: NameServer, apex: str) -> None:
    done(dns_update(*access(server), f"name={apex}", "type=TXT", f"value={apex}", "ttl=60"))
    assert records(server, "@", "TXT") == [f'60 "{apex}"']
    assert len(records(server, "@", "SOA")) == 1
    assert len(records(server, "@", "NS")) == 1


@pytest.mark.parametrize(
    "label", [r"a\.b", r"a\032b", r"a\000\255", "a" * 63, "_sip._tcp", "*.pool", "xn--bcher-kva", r"\@", "under_score"]
)
@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_odd_names(server: NameServer, label: str, unique_name: str) -> None:
    name = f"{label}.{unique_name}"
    done(dns_update(*access(server), f"name={name}", "type=TXT", "value=odd", "ttl=60"))
    assert records(server, name, "TXT") == ['60 "odd"']


# Data of any type

DATA = [
    ("TXT", ["hello world"], ['"hello world"']),
    ("TXT", ["v=DKIM1; k=rsa; p=MIGf"], ['"v=DKIM1; k=rsa; p=MIGf"']),
    ("TXT", ['"one string" "and; another"'], ['"one string" "and; another"']),
    ("TXT", ["x" * 600], [f'"{"x" * 255}" "{"x" * 255}" "{"x" * 90}"']),
    ("TXT", ['""'], ['""']),
    ("TXT", ["[draft", "a=b", "--x"], ['"--x"', '"[draft"', '"a=b"']),
    ("TXT", ["first", "second"], ['"first"', '"second"']),
    ("CNAME", ["target.example.net"], ["target.example.net."]),
    ("CNAME", ["target.example.net."], ["target.example.net."]),
    ("MX", ["10 mail.example.net"], ["10 mail.example.net."]),
    ("MX", ["10 a.example.net.", "20 b.example.net."], ["10 a.example.net.", "20 b.example.net."]),
    ("SRV", ["0 5 5060 sip.example.net."], ["0 5 5060 sip.example.net."]),
    ("CAA", ['0 issue "letsencrypt.org"'], ['0 issue "letsencrypt.org"']),
    ("CAA", ['0 issuewild ";"'], ['0 issuewild ";"']),
    ("SVCB", ['1 svc.example.net. alpn="h2,h3" port=8443'], ['1 svc.example.net. alpn="h2,h3" port=8443']),
    ("HTTPS", ["1 . alpn=h2"], ['1 . alpn="h2"']),
    ("SSHFP", ["4 2 " + "AB" * 32], ["4 2 " + "AB" * 28 + " " + "AB" * 4]),
    ("TLSA", ["3 1 1 " + "CD" * 32], ["3 1 1 " + "CD" * 28 + " " + "CD" * 4]),
    ("PTR", ["host.example.net."], ["host.example.net."]),
    ("NAPTR", ['100 10 "u" "sip+E2U" "!^.*$!sip:a@b.c!" .'], ['100 10 "u" "sip+E2U" "!^.*$!sip:a@b.c!" .']),
    ("TYPE16", ["hello"], ['"hello"']),
    ("A", ["192.0.2.1"], ["192.0.2.1"]),
    ("AAAA", ["2001:db8::1", "2001:db8::2"], ["2001:db8::1", "2001:db8::2"]),
    ("A", [r"\# 4 c0000201"], ["192.0.2.1"]),
]  # fmt: skip


@pytest.mark.parametrize(("rrtype", "values", "expected"), DATA)
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_data_of_any_type(
    server: NameServer, rrtype: str, values: list[str], expected: list[str], unique_name: str
) -> None:
    words = [f"value={value}" for value in values]
    done(dns_update(*access(server), f"name={unique_name}", f"type={rrtype}", *words, "ttl=60"))
    assert records(server, unique_name, rrtype) == [f"60 {text}" for text in expected]


# PowerDNS 4.7 answers FORMERR to a type that it does not know.
@pytest.mark.parametrize("data", [r"\# 4 01020304", r"\# 0"])
@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_data_of_a_type_that_nobody_knows(server: NameServer, data: str, unique_name: str) -> None:
    done(dns_update(*access(server), f"name={unique_name}", "type=TYPE65280", f"value={data}", "ttl=60"))
    assert records(server, unique_name, "TYPE65280") == [f"60 {data}"]


@pytest.mark.parametrize("kind", [Bind, Knot, PowerDns])
def test_the_name_servers_of_a_zone_are_replaced(kind: type[NameServer], tmp_path: Path) -> None:
    """A server ignores the deletion of the whole NS RRset at the apex (RFC 2136, section 3.4.2.4)."""
    with kind(tmp_path, keys=[LabKey.generate()]) as server:
        apex = [*access(server), "name=@", "type=NS", "ttl=60"]
        done(dns_update(*apex, "value=ns1.example.net", "value=ns2.example.net"))
        assert records(server, "@", "NS") == ["60 ns1.example.net.", "60 ns2.example.net."]
        done(dns_update(*apex, "value=ns2.example.net"))
        assert records(server, "@", "NS") == ["60 ns2.example.net."]


# The parent zone's server answers for what is at or below a delegation with a referral, not with an answer.
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_delegation_is_set_read_back_shown_and_deleted(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}", "type=NS"]
    done(dns_update(*name, "value=ns.example.net.", "ttl=60"))
    assert done(dns_update("show", *name)).stdout == f"{unique_name}.example.com. 60 IN NS ns.example.net.\n"
    done(dns_update("delete", *name))
    assert dns_update("show", *name).status == 8


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_address_below_a_delegation_is_no_failure(server: NameServer, unique_name: str) -> None:
    zone = access(server)
    dns_update(*zone, f"name={unique_name}", "type=NS", f"value=ns.{unique_name}.example.com.", "verify=no", "ttl=60")
    done(dns_update(*zone, f"name=ns.{unique_name}", "address=192.0.2.1", "ttl=60"))


def test_types_are_written_in_any_case(bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", "type=txt", "value=x", "ttl=60"))
    assert records(bind, unique_name, "TXT") == ['60 "x"']


def test_octets_of_a_text_that_is_not_ascii_are_kept(bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", "type=TXT", "value=Grüße", "ttl=60"))
    assert records(bind, unique_name, "TXT") == [r'60 "Gr\195\188\195\159e"']


def test_a_name_in_rdata_that_differs_only_in_case_is_as_asked(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}", "type=CNAME", "ttl=60"]
    done(dns_update(*name, "value=target.example.net"))
    done(dns_update(*name, "value=TARGET.example.NET"))


# Transports


def hundred(unique_name: str) -> Iterator[str]:
    yield f"name={unique_name}"
    yield "address=" + ",".join(f"198.51.100.{number}" for number in range(100))


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_large_update_goes_by_tcp_and_a_truncated_answer_is_asked_for_again_by_tcp(
    server: NameServer, unique_name: str
) -> None:
    result = done(dns_update(*access(server), *hundred(unique_name), "ttl=60", "--debug"))
    assert [(message.opcode, message.transport) for message in result.sent][:4] == [
        ("QUERY", "UDP"),
        ("UPDATE", "TCP"),
        ("QUERY", "UDP"),
        ("QUERY", "TCP"),
    ]
    assert "flags: qr aa tc" in result.stderr
    assert len(records(server, unique_name, "A")) == 100


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_transport_tcp_uses_nothing_else(server: NameServer, unique_name: str) -> None:
    result = done(dns_update(*access(server), f"name={unique_name}", "address=192.0.2.1", "transport=tcp", "--debug"))
    assert {message.transport for message in result.sent} == {"TCP"}
    assert records(server, unique_name, "A") == ["3600 192.0.2.1"]


def test_a_small_update_goes_by_udp(bind: NameServer, unique_name: str) -> None:
    result = done(dns_update(*access(bind), f"name={unique_name}", "address=192.0.2.1", "--debug"))
    assert {message.transport for message in result.sent} == {"UDP"}


def test_an_update_too_large_for_any_message_is_told_before_it_is_sent(bind: NameServer, unique_name: str) -> None:
    values = [f"value={number:04}{'x' * 2000}" for number in range(35)]
    result = dns_update(*access(bind), f"name={unique_name}", "type=TXT", *values, "ttl=60", "--debug")
    assert result.status == 2
    assert result.updates == []
    assert "at most 65535" in result.stderr


def test_another_class_is_sent_as_such(knot: NameServer) -> None:
    words = ["zone=example.com", "name=home", "type=TXT", "value=x", "ttl=60", "class=CH"]
    result = dns_update(at(knot), *words, "--debug")
    assert result.status == 9
    assert ";example.com.\t\t\tCH\tSOA" in result.stderr
    assert "home.example.com.\t60\tCH\tTXT" in result.stderr


def test_the_command_is_installed_as_a_user_has_it() -> None:
    assert COMMAND.exists()
    assert dns_update("--version").stdout.startswith("dns-update ")

"""A run: what the real BIND holds afterwards, what is printed, and the exit status."""

from __future__ import annotations

import pytest

from dns_update.errors import InvalidText
from dns_update.wire.codes import RRClass
from dns_update.wire.name import Name
from lab import LabKey, NameServer, dig
from tests.nsupdate.program import key_of, nsupdate, to
from tests.nsupdate.scripted import NetworkRun, well


def test_an_update_is_sent_and_its_answer_shown(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    result = nsupdate(to(bind, f"update add {name} 60 A 192.0.2.1", "show", "send", "answer"), "-k", key_of(bind))
    assert (result.status, result.stderr) == (0, "")
    assert dig(bind, name, "A") == [f"{name}. 60 IN A 192.0.2.1"]
    shown, _, answered = result.stdout.partition("Answer:\n")
    assert shown.startswith("Outgoing update query:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:      0\n")
    assert f";; UPDATE SECTION:\n{name}.\t60\tIN\tA\t192.0.2.1\n\n" in shown.replace("\t\t", "\t")
    assert ";; flags: qr; ZONE: 1, PREREQ: 0, UPDATE: 0, ADDITIONAL: 1\n" in answered
    assert ";; TSIG PSEUDOSECTION:\nddns-key.\t" in answered


def test_zone_and_class_are_found_and_reset_where_they_are_left_out(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    script = f"server {bind.host} {bind.port}\nadd {name} 60 IN TXT a b\n\nyxdomain {name}\ndel {name} TXT\nsend\n"
    result = nsupdate(script, "-d", "-k", key_of(bind))
    assert result.status == 0
    assert dig(bind, name, "TXT") == []
    assert result.stderr.count("Reply from SOA query:\n") == 2
    assert "Found zone name: example.com\nThe primary is: ns.example.com\nSending update to 127.0.0.1#" in result.stderr
    assert "\nReply from update query:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:" in result.stderr
    assert result.stdout.count("Outgoing update query:\n") == 2
    assert f'{name}.\t60\tIN\tTXT\t"a" "b"\n' in result.stdout.replace("\t\t", "\t")


@pytest.mark.parametrize("words", [[], ["-v"]])
def test_a_refusal_is_printed_and_later_sends_still_run(words: list[str], bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = (f"prereq yxdomain {name}", f"add {name} 60 A 192.0.2.1", "send", f"add {name} 60 A 192.0.2.2", "send")
    result = nsupdate(to(bind, *lines), "-k", key_of(bind), *words)
    assert (result.status, result.stderr) == (2, "update failed: NXDOMAIN\n")
    assert dig(bind, name, "A") == [f"{name}. 60 IN A 192.0.2.2"]


def test_the_tsig_error_of_a_rejected_key_is_printed(bind: NameServer, unique_name: str) -> None:
    wrong = LabKey("ddns-key", "hmac-sha256", LabKey.generate().secret)
    for key, error in ((LabKey.generate("stranger"), "BADKEY"), (wrong, "BADSIG")):
        result = nsupdate(to(bind, f"del {unique_name}.example.com", "send"), "-k", key_of(bind, key))
        said = f"; TSIG error with server: tsig indicates error\nupdate failed: NOTAUTH({error})\n"
        assert (result.status, result.stderr) == (2, said)


def test_a_syntax_error_ends_a_batch_after_what_was_sent(bind: NameServer, unique_name: str) -> None:
    first, second = f"{unique_name}.example.com", f"{unique_name}-2.example.com"
    lines = (f"add {first} 60 A 192.0.2.1", "send", f"add {second} 60 A 192.0.2.1", "ad", "send")
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    assert (result.status, result.stderr) == (1, "incorrect section name: ad\nsyntax error\n")
    assert (len(dig(bind, first, "A")), dig(bind, second, "A")) == (1, [])
    result = nsupdate(to(bind, *lines), "-i", "-k", key_of(bind))
    assert (result.status, result.stderr) == (0, "incorrect section name: ad\n")
    assert len(dig(bind, second, "A")) == 1


@pytest.mark.parametrize("end", ["", "quit\nsend\n"])
def test_the_end_throws_unsent_updates_away(end: str, bind: NameServer, unique_name: str) -> None:
    result = nsupdate(to(bind, f"add {unique_name}.example.com 60 A 192.0.2.1") + end, "-k", key_of(bind))
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert dig(bind, f"{unique_name}.example.com", "A") == []


def test_a_key_command_turns_gss_off(bind: NameServer) -> None:
    key = bind.keys[0]
    lines = ("gsstsig", "realm EXAMPLE.COM", f"key {key.algorithm}:{key.name} {key.secret}", "send")
    assert nsupdate(to(bind, *lines)).status == 0


@pytest.mark.parametrize("family", ["4", "6"])
def test_a_source_of_an_ip_version_that_is_switched_off_is_a_syntax_error(family: str) -> None:
    address = {"4": "::1", "6": "127.0.0.1"}[family]
    with pytest.raises(InvalidText) as caught:
        NetworkRun(well, {family: ""}).take(f"local {address}")
    assert caught.value.text == f"invalid address {address}"


def test_nothing_is_sent_for_nothing() -> None:
    run = NetworkRun(well)
    assert run.take("server 192.0.2.1", "send", "", "answer") == 0
    assert (run.sent, run.shown) == ([], [])


def test_a_message_has_one_class_and_the_next_may_have_another() -> None:
    run = NetworkRun(well)
    run.take("server 192.0.2.1", "zone example.com", "add x 60 CH TXT a")
    with pytest.raises(InvalidText, match="class mismatch: IN"):
        run.take("del x IN A")
    run.take("send", "del x IN A", "send", "class HS", "ttl 5", "add x TXT b", "send")
    assert [message.question[0].rrclass for message in run.sent] == [3, 1, 4]
    assert run.sent[2].authority[0].ttl == 5


def test_the_last_zone_counts_for_the_whole_message_and_names_are_absolute() -> None:
    run = NetworkRun(well)
    run.take("server 192.0.2.1", "zone example.com", "del x", "zone example.net", "del y.", "send")
    assert run.sent[0].question[0].name == Name.from_text("example.net")
    assert [record.name for record in run.sent[0].authority] == [Name.from_text("x"), Name.from_text("y")]


def test_a_lease_is_the_pending_messages_and_can_be_taken_out_of_it() -> None:
    run = NetworkRun(well)
    run.take("server 192.0.2.1", "zone example.com", "lease 60 90", "show", "send", "send")
    run.take("lease 60", "lease none", "send", "lease 60", "lease 90", "send")
    assert [len(message.additional) for message in run.sent] == [1, 0, 0, 1]
    assert run.sent[3].additional[0].rdata[4:] == (90).to_bytes(4)
    assert ";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n; UPDATE-LEASE: 60/90\n" in run.shown[0]


def test_help_version_and_debug_answer_at_once() -> None:
    run = NetworkRun(well)
    run.take("help", "version", "debug", "server 192.0.2.1", "zone example.com", "debug", "send")
    assert "[update] del[ete] ....    (remove the given record(s) from the zone)\n" in run.shown[0]
    assert run.shown[1].startswith("nsupdate ")
    assert "Sending update to 192.0.2.1#53\n" in run.said


def test_a_class_that_no_zone_has_is_a_class_mismatch() -> None:
    with pytest.raises(InvalidText, match="class mismatch: ANY"):
        NetworkRun(well).take("yxrrset x ANY A")


def test_a_record_of_class_none_leaves_the_message_in_the_default_class() -> None:
    run = NetworkRun(well)
    run.take("server 192.0.2.1", "zone example.com", "class CH", "del x NONE TXT", "send")
    assert run.sent[0].question[0].rrclass == RRClass.CH


def test_checks_can_be_switched_off_and_on() -> None:
    run = NetworkRun(well)
    run.take("check-names no", "add a_b 60 A 192.0.2.1", "check-svcb off", "add _dns.x 60 SVCB 1 .", "check-names yes")
    with pytest.raises(InvalidText, match="bad owner 'a_b'"):
        run.take("add a_b 60 A 192.0.2.1")

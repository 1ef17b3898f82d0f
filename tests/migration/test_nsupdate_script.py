"""Scripts for nsupdate, as people write them, become the agent's configuration."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.migration.nsupdate_script import plan_from_nsupdate
from dns_update.migration.plan import MovePlan
from lab import LabKey, NameServer
from tests.migration.moved import CHOICES, addresses, codes, configured, published, remarks

SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I="
HEAD = f"server 192.0.2.1\nzone example.com\nkey hmac-sha256:home-key {SECRET}\n"
CHANGE = "update delete home.example.com A\nupdate add home.example.com 300 A {address}\nsend\n"

SEND = "send\n"
SET = CHANGE.format(address="192.0.2.1")


def plan(text: str) -> MovePlan:
    return plan_from_nsupdate(text, CHOICES)


def script(address: str, before: str = "", options: str = "-k /k/home.key") -> str:
    """Return a shell script that sets the name to an address, as the shell knows it."""
    change = CHANGE.format(address=address)
    return f"#!/bin/sh\n{before}nsupdate {options} <<END\nserver 192.0.2.1\nzone example.com\n{change}END\n"


def test_every_part_of_the_commands_is_moved(tmp_path: Path) -> None:
    moved = plan(
        "; the laptop\n"
        "local 192.0.2.9\n"
        "server ns.example.com 5353\n"
        f"key hmac-sha512:home-key. {SECRET}\n"
        "zone example.com.\n"
        "ttl 120\n"
        "update delete Home.example.com. A\n"
        "update add Home.example.com. A 192.0.2.5\n"
        "del home.example.com aaaa\n"
        "add home.example.com 60 in aaaa 2001:db8::5\n"
        "send\n"
    )
    first, second = moved.records
    assert (first.name, first.zone, first.ttl, first.line) == ("Home.example.com", "example.com", 120, 8)
    assert (second.type, second.ttl, second.line) == ("AAAA", 60, 10)
    assert (first.servers, first.local_address, first.transport) == (("ns.example.com:5353",), "192.0.2.9", "")
    assert first.key is not None
    assert (first.key.name, first.key.algorithm, first.key.secret) == ("home-key", "hmac-sha512", SECRET)
    assert (moved.remarks, moved.understood) == ((), "yes")
    config = configured(moved, tmp_path)
    assert [(str(record.name), record.common.ttl) for record in config.records] == [
        ("Home.example.com", 120),
        ("home.example.com", 60),
    ]


def test_several_addresses_of_a_name_are_one_record_of_the_agent(tmp_path: Path) -> None:
    moved = plan(
        f"{HEAD}del a.example.com A\nadd a.example.com 60 A 192.0.2.1\nadd a.example.com 60 A 192.0.2.2\nsend\n"
    )
    assert addresses(configured(moved, tmp_path)) == {"a.example.com": ["c0000201", "c0000202"]}


def test_each_send_has_the_server_and_zone_of_its_time() -> None:
    moved = plan(f"{HEAD}{CHANGE.format(address='192.0.2.5')}server 192.0.2.2\nzone example.net\n"
                 "del a.example.net A\nadd a.example.net 60 A 192.0.2.6\n\n")  # fmt: skip
    assert [(record.zone, record.servers) for record in moved.records] == [
        ("example.com", ("192.0.2.1",)),
        ("example.net", ("192.0.2.2",)),
    ]


def test_a_key_after_the_changes_signs_them_too() -> None:
    moved = plan(f"server 192.0.2.1\nzone example.com\nadd a.example.com 60 A 192.0.2.1\nkey k {SECRET}\nsend\n")
    assert [record.key and record.key.algorithm for record in moved.records] == ["hmac-md5"]


OPTIONS = {
    "-k /k/home.key": ("/k/home.key", "", ""),
    "-v -k/k/home.key": ("/k/home.key", "", "tcp"),
    f"-y hmac-sha256:home-key:{SECRET}": ("", "hmac-sha256", ""),
    f"-d -y home-key:{SECRET} -v": ("", "hmac-md5", "tcp"),
    "-l": ("/run/named/session.key", "", ""),
}


@pytest.mark.parametrize("options", OPTIONS)
def test_options_are_moved(options: str) -> None:
    (record,) = plan(script("192.0.2.5", options=options).replace("server 192.0.2.1\n" * ("-l" in options), "")).records
    assert record.key is not None
    expected = record.key.file, record.key.algorithm if record.key.secret else "", record.transport
    assert expected == OPTIONS[options]
    assert record.servers == (("::1", "127.0.0.1") if options == "-l" else ("192.0.2.1",))


def test_options_may_be_in_a_variable() -> None:
    (record,) = plan(script("192.0.2.5", 'OPTIONS="-v -k /k/home.key"\n', "$OPTIONS")).records
    assert (record.key and record.key.file, record.transport) == ("/k/home.key", "tcp")


def test_the_port_of_the_options_is_that_of_the_server() -> None:
    (record,) = plan(script("192.0.2.5", options="-p 5353 -k /k/home.key")).records
    assert record.servers == ("192.0.2.1:5353",)


SOURCES = {
    ("", "192.0.2.5"): ("c0000205", set()),
    ("IP=192.0.2.5\n", "$IP"): ("c0000205", set()),
    ("", "$1"): ("dns:", {"address-from-outside"}),
    ("", "${1}"): ("dns:", {"address-from-outside"}),
    ("", "$new_ip_address"): ("dns:", {"address-from-outside"}),
    ("IP=$1\n", "$IP"): ("dns:", {"address-from-outside"}),
    ("IP=$(curl -s https://ip.example.net/)\n", "$IP"): ("https://ip.example.net", {"page"}),
    ("IP=`curl -4 -s --max-time 5 ifconfig.me/ip`\n", "$IP"): ("https://ifconfig.me", {"page"}),
    ("IP=$(wget -qO- http://ip.example.net/)\n", "${IP}"): ("http://ip.example.net", {"page"}),
    ("IP=$(curl -s https://ip.example.net/ | grep -o '[0-9.]*')\n", "${IP}"): ("https://ip.example.net", {"page"}),
    ("", "$(curl -s https://ip.example.net/)"): ("https://ip.example.net", {"page"}),
    ("IP=$(dig +short myip.opendns.com @resolver1.opendns.com)\n", "$IP"): ("dns:", {"public-address"}),
    ("IP=$(dig TXT +short o-o.myaddr.l.google.com @ns1.google.com | tr -d '\"')\n", "$IP"): (
        "dns:",
        {"public-address"},
    ),
    ("IP=$(ip -4 addr show dev ppp0 | awk '{print $2}')\n", "$IP"): ("interface ppp0", {"interface"}),
    ("IF=ppp0\nIP=$(ip -4 addr show $IF | awk '/inet/ {print $2}')\n", "$IP"): ("interface ppp0", {"interface"}),
    ("IP=$(ip -o -4 a show scope global eth0.7 | cut -d/ -f1)\n", "$IP"): ("interface eth0.7", {"interface"}),
    ("IP=$(/sbin/ifconfig eth0 | grep 'inet addr')\n", "$IP"): ("interface eth0", {"interface"}),
    ("IP=$(ip -4 addr \\\n  show dev ppp0)\n", "$IP"): ("interface ppp0", {"interface"}),
    ("IP=$(cat /run/my-address)\n", "$IP"): ("'cat'", {"command"}),
    ("IP=$(cat /run/my-address | head -1)\n", "$IP"): ("'sh'", {"command"}),
}


@pytest.mark.parametrize(("before", "address"), SOURCES)
def test_what_is_in_place_of_the_address_becomes_a_source(before: str, address: str, tmp_path: Path) -> None:
    key = LabKey.generate("home-key").write(tmp_path / "home.key")
    moved = plan(script(address, before, f"-k {key}"))
    source, expected = SOURCES[before, address]
    assert addresses(configured(moved, tmp_path)) == {"home.example.com": [source]}
    assert (codes(moved), moved.understood) == (expected, "yes")


SHELL_FORMS = {
    "echo": 'echo "server 192.0.2.1\nzone example.com\n'
    + CHANGE.format(address="$1")
    + '" | nsupdate -k /k/home.key\n',
    "echo of escapes": (
        'echo -e "server 192.0.2.1\\nzone example.com\\nupdate delete home.example.com A\\n'
        'update add home.example.com 300 A $1\\nsend" | nsupdate -k /k/home.key\n'
    ),
    "printf": (
        "printf 'server %s\\nzone %s\\nupdate delete %s A\\nupdate add %s 300 A %s\\nsend\\n' 192.0.2.1 example.com "
        'home.example.com home.example.com "$1" | nsupdate -k /k/home.key\n'
    ),
    "file": (
        "cat > /tmp/commands <<END\nserver 192.0.2.1\nzone example.com\n"
        + CHANGE.format(address="$1")
        + "END\nnsupdate -k /k/home.key /tmp/commands\n"
    ),
    "file line by line": (
        'F=$(mktemp)\necho "server 192.0.2.1" > $F\necho "zone example.com" >> $F\n'
        'echo "update delete home.example.com A" >> $F\necho "update add home.example.com 300 A $1" >> $F\n'
        'echo "send" >> $F\nnsupdate -k /k/home.key $F\nrm $F\n'
    ),
    "group": (
        'echo "update of home.example.com"\n( echo "server 192.0.2.1"\n echo "zone example.com"\n'
        ' echo "update delete home.example.com A"\n [ -n "$1" ] && echo "update add home.example.com 300 A $1"\n'
        " echo send ) | nsupdate -k /k/home.key\n"
    ),
    "variables": (
        "NSUPDATE=$(command -v nsupdate)\nKEY=/k/home.key; SERVER=192.0.2.1\nZONE='example.com'\nNODE=\"home\"\n"
        "HOST=$NODE.$ZONE\nTTL=300\ncat <<END | $NSUPDATE -k ${KEY}\nserver $SERVER\nzone ${ZONE}\n"
        "update delete ${HOST}. A\nupdate add ${HOST}. ${TTL} A $1\nsend\nEND\n"
    ),
    "here-string": (
        'nsupdate -k /k/home.key <<< "server 192.0.2.1\nzone example.com\n' + CHANGE.format(address="$1") + '"\n'
    ),
    "function": (
        "send_it() {\n  timeout 30 nsupdate -k /k/home.key <<END\nserver 192.0.2.1\nzone example.com\n"
        "update delete $HOST A\nupdate add $HOST 300 A $1\nsend\nEND\n}\nHOST=home.example.com\nsend_it $2\n"
    ),
}


@pytest.mark.parametrize("form", SHELL_FORMS)
def test_each_form_of_a_shell_script_means_the_same(form: str) -> None:
    moved = plan(f"#!/bin/bash\n{SHELL_FORMS[form]}")
    assert codes(moved) == {"address-from-outside"}
    (record,) = moved.records
    assert (record.name, record.zone, record.ttl, record.servers) == (
        "home.example.com",
        "example.com",
        300,
        ("192.0.2.1",),
    )
    assert record.key is not None
    assert record.key.file == "/k/home.key"


def test_a_remark_has_the_line_of_the_script() -> None:
    (remark,) = [remark for remark in plan(script("$1")).remarks if remark.line]
    assert str(remark) == (
        "line 6: the address is $1, which the script gets from outside; the record has the public address; "
        'if it is the address of an interface: address = "interface:ppp0"'
    )


def test_the_name_of_the_machine_is_the_identity(tmp_path: Path) -> None:
    text = f"#!/bin/sh\nnsupdate <<END\n{HEAD}update add $(hostname).example.com 60 A 192.0.2.5\nsend\nEND\n"
    assert addresses(configured(plan(text), tmp_path)) == {"box.example.com": ["c0000205"]}
    assert "the addresses of box.example.com" in "".join(map(str, plan(text).remarks))


def test_a_loop_makes_a_record_of_each_value() -> None:
    text = (
        "#!/bin/sh\nfor host in www 'mail'; do\n  for zone in example.com example.net\n  do\n"
        "    nsupdate -k /k/$zone <<END\n"
        "server 192.0.2.1\nzone $zone\ndel $host.$zone A\nadd $host.$zone 60 A 192.0.2.5\n"
        "del a.$zone A\nadd a.$zone 60 A 192.0.2.6\nsend\nEND\n  done\ndone\n"
    )
    moved = plan(text)
    assert moved.remarks == ()
    assert [(record.name, record.zone, record.key and record.key.file) for record in moved.records] == [
        (f"{host}.{zone}", zone, f"/k/{zone}")
        for zone in ("example.com", "example.net")
        for host in ("www", "a", "mail")
    ]


def test_a_loop_over_what_is_not_known_is_told() -> None:
    text = script("192.0.2.1", "for host in $(cat hosts); do\n").replace("home.example", "$host.example")
    assert remarks(plan(text)) == {(6, "error", "unknown-value"), (7, "error", "unknown-value")}


def test_loops_that_would_never_end_are_told() -> None:
    loops = "".join(f"for v{place} in {'a ' * 100}; do\n" for place in range(9))
    text = script("192.0.2.1", loops).replace("home.example", f"{''.join(f'$v{place}' for place in range(9))}.example")
    assert {code for _, _, code in remarks(plan(text))} == {"unknown-value"}


REMARKS = {
    f"{HEAD}add a.example.com 60 A 192.0.2.1\nsend\n": {(4, "warning", "adds-only")},
    f"{HEAD}{SET.removesuffix(SEND)}": {(5, "warning", "no-send")},
    f"{HEAD}del a.example.com\nadd a.example.com 60 A 192.0.2.1\nsend\n": {(4, "warning", "deletes-more")},
    f"{HEAD}del a.example.com AAAA\n{SET}": {(4, "error", "not-understood")},
    f"{HEAD}del home.example.com AAAA\n{SET}": {(4, "warning", "deletes-more")},
    f'{HEAD}add a.example.com 60 TXT "x"\nsend\n': {(4, "error", "not-understood")},
    f"{HEAD}add a.example.com 60 CNAME b.example.com\nsend\n": {(4, "error", "not-understood")},
    f"{HEAD}class CH\n{SET}": {(6, "error", "not-understood"), (5, "warning", "deletes-more")},
    f"{HEAD}prereq nxdomain home.example.com\n{SET}": {(4, "error", "not-understood")},
    f"{HEAD}lease 300\n{SET}": {(4, "warning", "not-moved")},
    f"{HEAD}gsstsig\n{SET}": {(4, "error", "not-implemented")},
    f"{HEAD}updaet add a\n{SET}": {(4, "error", "not-understood")},
    f"{HEAD}{CHANGE.format(address='192.0.2')}": {(5, "error", "bad-source")},
    f"{HEAD}{CHANGE.format(address='2001:db8::1')}": {(5, "error", "bad-source")},
    f"{HEAD}{SET.replace('300', '0')}": {(5, "warning", "ttl-0")},
    f"{HEAD}{SET.replace('.com', '.net')}": {(5, "error", "not-in-zone")},
    f"{HEAD}{SET.replace('home', 'my_home')}": {(5, "error", "not-a-host-name")},
    f"{HEAD}{SET}{CHANGE.format(address='192.0.2.2')}": {(5, "warning", "set-twice")},
    f"server a/b\nzone example.com\nkey k {SECRET}\n{SET}": {
        (1, "error", "bad-server"),
        (5, "info", "no-server"),
    },
    f"zone example.com\n{SET}": {(3, "info", "no-server"), (3, "warning", "no-key")},
    "server 192.0.2.1\n": {(0, "error", "no-update")},
    "": {(0, "error", "no-update")},
    script("192.0.2.1", options="-k $KEY"): {(2, "error", "unknown-value"), (6, "warning", "no-key")},
    script("192.0.2.1", options="-y $KEY"): {(2, "error", "unknown-value"), (6, "warning", "no-key")},
    script("192.0.2.1", options="-y short"): {(2, "error", "bad-key"), (6, "warning", "no-key")},
    script("192.0.2.1", options=f"-y k:{SECRET}"): {(2, "warning", "default-algorithm")},
    script("192.0.2.1", options="-Z"): {(2, "error", "bad-options"), (6, "warning", "no-key")},
    script("192.0.2.1", options="-g"): {(2, "error", "not-implemented"), (6, "warning", "no-key")},
    script("192.0.2.1", options="-k Khome.+157+1"): {(2, "warning", "relative-path")},
    script("192.0.2.1", options="-k /k/Khome.+015+1"): set(),
    script("192.0.2.1", options="-k $HOME/home.key"): {(2, "warning", "relative-path")},
    script("$(cat /run/$1)"): {(6, "error", "unknown-value"), (0, "info", "private-addresses")},
    script("192.0.2.1", options="-V"): {(2, "error", "bad-options"), (6, "warning", "no-key")},
    script("192.0.2.1").replace("send\n", ""): {(6, "warning", "no-send")},
    script("192.0.2.1").replace("send\n", "send\nquit\nnonsense\n"): set(),
    script("192.0.2.1").replace("nsupdate -k /k/home.key", "cat"): {(6, "warning", "no-key")},
    script("192.0.2.1", options="-k ''"): {(2, "error", "no-key"), (6, "warning", "no-key")},
    script("192.0.2.1").replace("zone example.com", "zone ."): set(),
    script("$(cat a\ncat b)"): {
        (0, "info", "private-addresses"),
        (6, "warning", "command"),
        (6, "error", "unfinished"),
        (7, "error", "not-understood"),
    },
    script("$IP", "IP=$(cat a\ncat b)\n"): {(8, "error", "bad-source")},
    script("${PREFIX}.5"): {(6, "error", "unknown-value")},
    script("192.0.2.1").replace("home.example", "$HOST.example"): {
        (5, "error", "unknown-value"),
        (6, "error", "unknown-value"),
    },
    script("192.0.2.1").replace("300", "$TTL"): {(6, "error", "unknown-value"), (5, "error", "not-understood")},
    script("192.0.2.1").replace("zone example.com", "zone $ZONE"): {(4, "error", "unknown-value")},
    script("192.0.2.1").replace("zone example.com", "$MORE"): {(4, "error", "unknown-value")},
    script("192.0.2.1").replace("\nEND\n", "\n"): {(2, "error", "unfinished")},
    "#!/bin/sh\nnsupdate -k /k/home.key /etc/commands\n": {(2, "warning", "other-file")},
}


@pytest.mark.parametrize("text", REMARKS, ids=range(len(REMARKS)))
def test_what_changes_or_cannot_be_moved_is_told_with_its_line(text: str) -> None:
    assert remarks(plan(text)) == REMARKS[text]


def test_what_a_script_tells_its_user_is_not_a_command() -> None:
    text = script("192.0.2.1", 'echo "update of the address"\necho "send it"\n')
    assert plan(text).remarks == ()


def test_no_remark_shows_a_secret() -> None:
    secrets = f"server 192.0.2.1\nkey {SECRET}\nkey home {SECRET}!\n{SECRET}\n"
    assert SECRET not in "".join(map(str, plan(secrets).remarks))
    assert SECRET not in "".join(map(str, plan(script("192.0.2.1", options=f"-y {SECRET}:{SECRET}!")).remarks))


def test_the_agent_publishes_what_the_script_would(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    key = bind.keys[0]
    name = f"{unique_name}.example.com"
    moved = plan(
        f"#!/bin/sh\nKEY=hmac-sha256:{key.name}:{key.secret}\nIP=192.0.2.55\nnsupdate -v -y $KEY <<END\n"
        f"server {bind.host} {bind.port}\nzone example.com\ndel {name} A\nadd {name} 88 A $IP\nsend\nEND\n"
    )
    assert published(moved, bind, tmp_path, name) == ["88 192.0.2.55"]


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([*SHELL_FORMS.values(), *REMARKS, "$", "`", "'", "\0"])).map("".join)
)
def test_any_text_has_a_plan(text: str) -> None:
    moved = plan(text)
    lines = text.count("\n") + 1
    assert all(0 <= remark.line <= lines and remark.text for remark in moved.remarks)
    assert all(1 <= record.line <= lines for record in moved.records)

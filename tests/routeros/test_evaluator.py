"""What scripts do: values, operators, variables, control, texts, menus, updates, errors and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dns_update.routeros.described import Router
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.limits import Limits
from dns_update.routeros.remarks import ScriptError, ScriptSyntaxError
from dns_update.routeros.values import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dns_update.routeros.values import RouterValue

_STATE: dict[str, object] = {
    "interfaces": [{"name": "ether1"}, {"name": "ppp out", "running": False}],
    "addresses": [
        {"interface": "ether1", "address": "203.0.113.45/24"},
        {"interface": "bridge", "address": "192.168.88.1/24", "dynamic": False},
        {"interface": "bridge", "address": "192.168.89.1/24", "disabled": True},
        {"interface": "ether1", "address": "2001:db8::5/64", "global": True},
    ],
    "identity": "gw",
    "public_address": "198.51.100.7",
    "dns": {"home.example.com": "203.0.113.45"},
}


def _ran(
    script: str,
    *,
    router_wide: dict[str, RouterValue] | None = None,
    variables: Mapping[str, RouterValue] | None = None,
    limits: Limits | None = None,
) -> Router:
    router = Router(_STATE)
    Evaluator(router, {} if router_wide is None else router_wide, limits).run(script, variables=variables)
    return router


def _failed(script: str) -> tuple[ScriptError, Router]:
    router = Router(_STATE)
    with pytest.raises(ScriptError) as caught:
        Evaluator(router, {}).run(script)
    return caught.value, router


def _put(script: str) -> list[str]:
    return _ran(script).lines


@pytest.mark.parametrize(
    ("word", "kind", "text"),
    [
        ("5", "num", "5"),
        ("0x1F", "num", "31"),
        ("-7", "num", "-7"),
        ("1.2.3.4", "ip", "1.2.3.4"),
        ("1.2", "ip", "1.0.0.2"),
        ("1.2.3.4/24", "ip-prefix", "1.2.3.4/24"),
        ("2001:db8::1", "ip6", "2001:db8::1"),
        ("2001:db8::/32", "ip6-prefix", "2001:db8::/32"),
        ("5m", "time", "00:05:00"),
        ("00:05:00", "time", "00:05:00"),
        ("1w2d", "time", "1w2d00:00:00"),
        ("500ms", "time", "00:00:00.500"),
        ("yes", "bool", "true"),
        ("false", "bool", "false"),
        ("*1A", "id", "*1A"),
        ("ether1", "str", "ether1"),
        ("300.300.1.1", "str", "300.300.1.1"),
        ('"5"', "str", "5"),
        ("{1;2}", "array", "1;2"),
        ("[:nothing]", "nil", ""),
        ("$undeclared", "nothing", ""),
        ('[:find "abc" "x"]', "nil", ""),
        ('[:pick "abc" 5]', "nil", ""),
        ('[:tonum "abc"]', "nil", ""),
        ("[:parse {:put 1}]", "code", "(code)"),
    ],
)
def test_a_value_has_a_type_and_a_text(word: str, kind: str, text: str) -> None:
    assert _put(f":put [:typeof {word}]\n:put {word}") == [kind, text]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ('"m" . 1 + 2', "m3"),
        ('$a . "x" = "vx"', "true"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("-7 % 3", "-1"),
        ("10-3-2", "5"),
        ("1 << 4 >> 1", "8"),
        ("6 & 3 | 8", "10"),
        ("6 ^ 3", "5"),
        ("~0", "-1"),
        ("~255.255.255.0", "0.0.0.255"),
        ("!true || true", "true"),
        ("true and false or true", "true"),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2", "true"),
        ('"b" > "a"', "true"),
        ("5m > 100s", "true"),
        ("1.2.3.4 in 1.2.0.0/16", "true"),
        ("1.3.3.4 in 1.2.0.0/16", "false"),
        ("2 in {1;2}", "true"),
        ("1.2.3.4 + 1", "1.2.3.5"),
        ("1.2.3.4 - 1.2.3.1", "3"),
        ("1m + 30", "00:01:30"),
        ("2 * 1m", "00:02:00"),
        ("1m / 2", "00:00:30"),
        ("-1m", "-00:01:00"),
        ("9000w * 9000000000000000000 - 9000w * 9000000000000000000", "00:00:00"),
        ("1h / 1m", "60"),
        ("any $nowhere", "false"),
        ("any $a", "true"),
        ("9223372036854775807 + 1", "-9223372036854775808"),
        ("1,2,3", "1;2;3"),
        ('({1;2} . "x")', "1x;2x"),
        ('("x" . {1;2})', "x1;x2"),
        ('{"k"=5;"b"=6}->"k"', "5"),
        ("({7;8;9}->1) + 1", "9"),
        ("{{1;2};{3;4}}->1->0", "3"),
        ('"dns-update: ok" ~ "dns-update"', "true"),
        ('"192.0.2.1" ~ "^[0-9]+\\\\.[0-9.]+\\$"', "true"),
        ('"ABC" ~ "abc"', "false"),
    ],
)
def test_operators(expression: str, text: str) -> None:
    assert _put(f':local a "v"; :put ({expression})') == [text]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1", '"1"'),
        ("1.2.3.4", '"1.2.3.4"'),
        ("2001:db8:0::1", '"2001:DB8::1"'),
        ("true", '"yes"'),
        ("[:nothing]", '""'),  # D1
        ("$none", '""'),
        ("$none", "[:nothing]"),
        ("{1;2}", "{1;2}"),
        ("5m", '"00:05:00"'),
        ('[:resolve "home.example.com"]', '"203.0.113.45"'),  # D2
    ],
)
def test_values_of_different_types_are_equal_by_content(left: str, right: str) -> None:
    assert _put(f":put ({left} = {right}); :put ({right} = {left}); :put ({left} != {right})") == [
        "true",
        "true",
        "false",
    ]


@pytest.mark.parametrize(("left", "right"), [("1", '"2"'), ("[:nothing]", "0"), ('"a"', '"A"'), ("false", '""')])
def test_other_values_differ(left: str, right: str) -> None:
    assert _put(f":put ({left} = {right})") == ["false"]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (':put "a$x.b$(1 + 2)c$[:len "four"]d[:len x]"', ["av.b3c4d[:len x]"]),
        (r':put "\"\\\t\$x\_\41\3F"', ['"\\\t$x A?']),
        (':put "one \\\n     two"', ["one two"]),
        (':put "\\C3\\A9"', ["é"]),
        (':put "$x-y"', ["v-y"]),
        (":put $x; :put ($x); :put [:put $x]", ["v", "v", "v", "v"]),
        (':local "a-b" 1; :put $"a-b"', ["1"]),
    ],
)
def test_strings(script: str, lines: list[str]) -> None:
    assert _put(f":local x v\n{script}") == lines


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (':pick "abcdef" 1 3', "bc"),
        (':pick "abcdef" 1', "b"),
        (':pick "abcdef" 0 [:find "abcdef" "/"]', "abcdef"),  # D3
        (':pick "1.2.3.4/24" 0 [:find "1.2.3.4/24" "/"]', "1.2.3.4"),
        (':pick "abc" 1 99', "bc"),
        (":pick {1;2;3} 1 3", "2;3"),
        (":pick {1;2;3} 1", "2"),
        (':find "a.b.c" "."', "1"),
        (':find "a.b.c" "." 1', "3"),
        (":find {5;6;7} 6", "1"),
        (":len 203.0.113.45", "12"),
        (":len {1;2;3}", "3"),
        (":len $none", "0"),
        (':tonum "12"', "12"),
        (":tonum true", "1"),
        (':toip "1.2.3.4"', "1.2.3.4"),
        (':typeof [:toip "1.2.3.4/24"]', "nil"),
        (':toip6 "2001:db8::1"', "2001:db8::1"),
        (":typeof [:tostr 5]", "str"),
        (':totime "00:01:00"', "00:01:00"),
        (':toarray "a,b"', "a;b"),
        (':len [:toarray ""]', "0"),
        (':tobool "yes"', "true"),
        (':toid "*1a"', "*1A"),
        (":resolve home.example.com server=192.0.2.1", "203.0.113.45"),
        (":resolve 192.0.2.9", "192.0.2.9"),
    ],
)
def test_commands_with_a_value(command: str, text: str) -> None:
    assert _put(f":put [{command}]") == [text]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (":if (1 = 1) do={:put a} else={:put b}", ["a"]),
        (":if (1 = 2) do={:put a} else={:put b}", ["b"]),
        (":if (1 = 2) do={:put a} else {:put b}", ["b"]),
        (':if ("true") do={:put a}', ["a"]),  # D18
        ("if (true) do={put a}", ["a"]),
        (":for i from=1 to=3 do={:put $i}", ["1", "2", "3"]),
        (":for i from=3 to=1 do={:put $i}", ["3", "2", "1"]),
        (":for i from=5 to=1 step=-2 do={:put $i}", ["5", "3", "1"]),
        (":for i from= 1 to= 2 do={:put $i}", ["1", "2"]),
        (":foreach v in={1;2} do={:put $v}", ["1", "2"]),
        (':foreach k,v in={9;"b"=2;"a"=1} do={:put "$k=$v"}', ["0=9", "a=1", "b=2"]),
        (":foreach v in=5 do={:put $v}", ["5"]),
        (":foreach v in=[:nothing] do={:put $v}", []),  # D13
        (":local i 0; :while ($i < 2) do={:put $i; :set i ($i + 1)}", ["0", "1"]),
        (":local i 0; :do {:put $i; :set i ($i + 1)} while=($i < 2)", ["0", "1"]),
        (":do {:error x; :put a} on-error={:put b}", ["b"]),
        (":do {:put a} on-error={:put b}", ["a"]),
        (":do {:error x} on-error {:put b}", ["b"]),
        (":if ([:onerror e in={:error oh} do={:put $e}]) do={:put b}", ["oh", "b"]),
        (":onerror e {:put fine} do={:put $e}", ["fine"]),
        (
            ":local n 0; :retry command={:set n ($n + 1); :put $n; :if ($n < 3) do={:error x}} delay=2 max=5",
            ["1", "2", "3"],
        ),
        (":local f do={:return ($1 + $b)}; :put [$f 1 b=2]", ["3"]),
        (":local f do={:put $0}; $f", ["f"]),
        (":global f do={:return 5; :put never}; :put ([$f] + 1)", ["6"]),
        (":put [$nofunction 1 2]", [""]),
        (':local a {1;2}; :set ($a->0) 9; :set ($a->"k") 8; :put $a', ["9;2;k=8"]),
        (':put [:put a; :len "bc"]', ["a", "2"]),
        ("{ :local x 1; :put $x }", ["1"]),
        (':local c [:parse ":put 5"]; $c', ["5"]),
        (":execute {:put 5}", ["5"]),
        (":put a \\\n# a comment\n:put b", ["a", "b"]),
        ("# c\n{# c\n:put a};;\n", ["a"]),
    ],
)
def test_control(script: str, lines: list[str]) -> None:
    assert _put(script) == lines


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (":local x 1; :if (true) do={:set x 2; :local x 3; :put $x}; :put $x", ["3", "2"]),
        (":if (true) do={:local y 1}; :put [:typeof $y]", ["nothing"]),
        (":for i from=1 to=1 do={}; :put [:typeof $i]", ["nothing"]),
        (":local x 1; :local f do={:put [:typeof $x]}; $f", ["nothing"]),
        (":global g 1; :local f do={:global g; :put $g}; $f", ["1"]),
        (":global g 1; :local f do={:put [:typeof $g]}; $f", ["nothing"]),
        (":if (true) do={:global g 1}; :put [:typeof $g]; :global g; :put $g", ["nothing", "1"]),  # D6
        (":global g 1; :local g 2; :put $g; :if (true) do={:global g; :put $g}", ["2", "2"]),
        (":local x 1; :local x; :put [:typeof $x]", ["nothing"]),  # D14
        (":global g 1; :set g; :put [:typeof $g]", ["nothing"]),
        (":local x 1; :put $X", [""]),
    ],
)
def test_scopes(script: str, lines: list[str]) -> None:
    assert _put(script) == lines


def test_globals_are_kept_and_locals_forgotten() -> None:
    kept: dict[str, RouterValue] = {}
    script = ":global g; :put [:typeof $g]; :local l; :put [:typeof $l]; :set g 1; :set l 1"
    assert _ran(script, router_wide=kept).lines == ["nothing", "nothing"]
    assert _ran(script, router_wide=kept).lines == ["num", "nothing"]
    assert kept == {"g": 1}


def test_event_variables_are_read_without_a_declaration() -> None:
    variables = {"bound": "1", "lease-address": "192.0.2.7"}
    router = _ran(':if ($bound = 1) do={:put $"lease-address"}', variables=variables)
    assert (router.lines, router.codes) == (["192.0.2.7"], [])


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("/ip address get [find interface=ether1] address", "203.0.113.45/24"),
        ("/ip/address/get [find interface=ether1] address", "203.0.113.45/24"),
        ("/ip address get [/ip address find where interface=ether1] value-name=address", "203.0.113.45/24"),
        ("/ip address get ([find interface=bridge]->0) address", "192.168.88.1/24"),
        ('/ip address get [find interface="bridge" !disabled] address', "192.168.88.1/24"),
        ("/ip address get [find interface=bridge and disabled=no] address", "192.168.88.1/24"),
        ("/ip address get [find (interface=ether1 || interface=x) dynamic] address", "203.0.113.45/24"),
        ('/ip address get [find address~"^203\\\\."] address', "203.0.113.45/24"),
        ("/ip address get 0 address", "203.0.113.45/24"),
        (":len [/ip address find]", "3"),
        ("/ip address print count-only where interface=bridge", "2"),
        (":pick [/ip address print as-value where dynamic] 0", "address=203.0.113.45/24"),
        ("/ipv6 address get [find global] address", "2001:db8::5/64"),
        ("/interface get ether1 running", "true"),
        ('/interface get [find name="ppp out"] running', "false"),
        ("/system identity get name", "gw"),
        ("/ip cloud get public-address", "198.51.100.7"),
        ("/ip address get [find interface=ether1] nothing-such", ""),
        (":typeof [/ip address get [find interface=ether1] address]", "str"),
    ],
)
def test_menus(command: str, text: str) -> None:
    (line,) = _put(f":put [{command}]")
    assert text in line if "as-value" in command else line == text


def test_a_line_of_a_path_moves_the_menu() -> None:
    assert _put("/ip address\n:put [get [find interface=ether1] address]\n..\naddress\n:put [:len [find]]") == [
        "203.0.113.45/24",
        "3",
    ]
    assert _put("/ip address { :put [:len [find]] }\n/interface\n:put [:len [find]]") == ["3", "2"]


def test_print_shows_rows_and_what_was_logged() -> None:
    assert _put('/log info "dns-update: a"\n:log warning b\n/log print where message~"dns-update"') == [
        "script,info dns-update: a",
    ]


def test_sections_of_an_export_that_are_not_here_are_passed_on() -> None:
    script = "/tool mac-server ping\nset enabled=no\n/interface ethernet\nset [ find default-name=ether1 ] name=wan"
    calls = [(call.menu, call.verb, call.named) for call in _ran(script).calls]
    assert calls == [
        ("/tool/mac-server/ping", "set", (("enabled", "no"),)),
        ("/interface/ethernet", "set", (("name", "wan"),)),
    ]


def test_a_verb_of_the_root_is_known_in_each_menu() -> None:
    error, _router = _failed("/ip address\nping 192.0.2.1")
    assert (error.command, error.message) == ("/ping", "bad command name ping")


def test_a_stored_script_that_cannot_be_read_is_an_error_of_its_caller() -> None:
    script = "/system script add name=x source={:put (}\n:do {/system script run x} on-error={:put caught}"
    assert _put(script) == ["caught"]


def test_delays_are_the_world_s() -> None:
    assert _ran(":delay 1s; :delay 500ms; :delay 2; :delay 00:00:01").slept == 4.5


def test_a_stored_script_is_run() -> None:
    script = (
        '/system script add name=x source=":put \\"\\$a\\"; :put 1"\n'
        "/system script run x\n/system script run [find name=x]"
    )
    assert _put(script) == ["", "1", "", "1"]


@pytest.mark.parametrize(
    ("parameters", "owner", "ttl"),
    [
        ("name=home zone=example.com", "home.example.com.", None),
        ("zone=example.com", "example.com.", None),  # D10
        ("name=home zone=example.com ttl=600", "home.example.com.", 600),
        ("name=home zone=example.com ttl=5m", "home.example.com.", 300),  # D5
        ('name=home zone=example.com ttl="1h"', "home.example.com.", 3600),
        ("name=home zone=example.com ttl=0", "home.example.com.", 0),
        ("name=007 zone=example.com.", "007.example.com.", None),
    ],
)
def test_an_update(parameters: str, owner: str, ttl: int | None) -> None:
    router = _ran(f'/tool dns-update dns-server=192.0.2.1 address=192.0.2.5 key-name=k key="a2V5" {parameters}')
    ((request, outcome),) = router.updates
    assert (request.owner, request.ttl, request.type, request.key_name, request.key) == (owner, ttl, "A", "k", "a2V5")
    assert (request.server, request.address, outcome) == ("192.0.2.1", "192.0.2.5", "accepted")
    assert "a2V5" not in repr(request)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (":local x=1", "local-equals"),
        (":if ($none = nil) do={}", "nil-word"),
        (":put $none", "undeclared-read"),
        (":local a-b 1", "hyphen-name"),
        (':local "a-b" 1; :put $"a-b"; :local a-b 2; :put "$a-b"', "hyphen-name"),
        (":local x abcdef; :put [:pick $x 0 ([:len $x] - 3)]", "cut-three"),
        ("/tool dns-update zone=b.c dns-server=192.0.2.1 address=192.0.2.1/24", "prefix-not-stripped"),
        ("/tool dns-update zone=b.c dns-server=192.0.2.1 address=192.0.2.1 key=MySecretKey123", "key-not-base64"),  # D4
        ("/tool dns-update zone=b.c dns-server=192.0.2.1 address=192.0.2.1 key=a2V5eQ==", "unquoted-key"),
        ("/tool dns-update zone=b.c name=a.b.c dns-server=192.0.2.1 address=192.0.2.1", "full-name"),
        ("/tool dns-update name=a address=192.0.2.1", "no-server"),  # D11
        ("/tool dns-update zone=b.c dns-server=192.0.2.1 address=2001:db8::1", "router-would-refuse"),  # D16
        ("/tool dns-update zone=b.c dns-server=ns.b.c address=192.0.2.1", "router-would-refuse"),
        ("/tool dns-update zone=b.c dns-server=192.0.2.1 address=192.0.2.1 ttl=1h", "ttl-form"),
        ('/system script add name=x source="$a"', "dollar-not-escaped"),
        (":resolve dns-server=192.0.2.1 name=home.example.com", "unknown-parameter"),
        (':if ("true") do={}', "condition"),
        (':do {:if ("192.0.2.1/24") do={}} on-error={}', "address-condition"),
        (":local x abcdef; :local n [:len $x]; :put [:pick $x 0 ($n - 3)]", "cut-three"),
        (":put (1 +\n2)", "router-would-refuse"),
    ],
)
def test_what_is_lenient_is_carried_out_with_a_warning(script: str, code: str) -> None:
    assert code in _ran(script).codes


def test_a_resolve_whose_error_is_caught_is_not_warned_of() -> None:
    assert _ran(':do {:resolve "nowhere"} on-error={}').codes == []


def test_a_clean_script_has_no_warnings() -> None:
    script = (
        ':local ip [/ip address get [find interface=ether1] address]\n:set ip [:pick $ip 0 [:find $ip "/"]]\n'
        '/tool dns-update dns-server=192.0.2.1 name=a zone=b.c address=$ip key-name=k key="a2V5" ttl=300'
    )
    router = _ran(script)
    assert (router.codes, len(router.updates)) == ([], 1)


@pytest.mark.parametrize(
    ("script", "message", "command", "line"),
    [
        (":put 1\n/ip address get [find interface=none] address", "no such item", "/ip/address/get", 2),
        ("/ip address get [find interface=bridge] address", "invalid internal item number", "/ip/address/get", 1),
        ("\n\n:resolve nowhere", "failure: dns name does not exist", "/resolve", 3),
        (":if (true) do={\n  :error stop\n}", "stop", "/error", 2),
        (":if (5) do={}", "conditional not boolean", "/if", 1),
        (":if ([:nothing]) do={}", "conditional not boolean", "/if", 1),
        (":nosuchcommand", "bad command name nosuchcommand", "/nosuchcommand", 1),
        ("/foo bar baz=1", "bad command name bar", "/foo/bar", 1),
        ("/foo bar do={}", "bad command name bar", "/foo/bar", 1),
        ("/ do={}", "expected a command", "/", 1),
        (":put (1 / 0)", "division by zero", "/put", 1),
        (':put ("a" + 1)', "cannot use '+'", "/put", 1),
        ("/tool dns-update name=a", "missing value(s) of argument(s) address", "/tool/dns-update", 1),
        ("/tool dns-update address=x", "invalid value for argument address", "/tool/dns-update", 1),
        ("/tool dns-update address=$none", "invalid value for argument address", "/tool/dns-update", 1),
        ("/tool dns-update address=192.0.2.1 api-key=1", "bad parameter api-key", "/tool/dns-update", 1),
        ("/tool dns-update address=192.0.2.1 ttl=x", "invalid value for argument ttl", "/tool/dns-update", 1),
        ("/tool dns-update address=192.0.2.1 ttl=-1", "out of range", "/tool/dns-update", 1),
        ("/tool dns-update zone=b.c name=a. address=192.0.2.1", "failure: bad name", "/tool/dns-update", 1),
        (":local a {1.1.1.1;2.2.2.2}\n/tool dns-update address=$a", "only one address", "/tool/dns-update", 2),
        ("/system script run nowhere", "no such item", "/system/script/run", 1),
        (':put ("a" ~ "(")', "invalid regular expression", "/put", 1),
    ],
)
def test_an_error_is_told_with_its_command_and_line(script: str, message: str, command: str, line: int) -> None:
    error, _router = _failed(script)
    assert message in error.message
    assert (error.command, error.line) == (command, line)


@pytest.mark.parametrize("source", ["", '""'])
def test_a_stored_script_may_be_empty(source: str) -> None:
    router = _ran(f"/system script add name=nothing source={source}")
    script = router.script("nothing")
    assert script is not None
    assert script.text == ""


def test_an_error_in_a_stored_script_ends_the_one_that_called_it() -> None:
    error, router = _failed("/system script add name=x source={\n:put a\n:error oh }\n/system script run x\n:put b")
    assert (error.message, error.line, error.file_place.line, router.lines) == ("oh", 3, 3, ["a"])


def test_an_error_in_a_quoted_source_has_its_place_in_the_file() -> None:
    script = '/system script\nadd name=x source=":put a\\r\\\n    \\n:error oh"\nrun x'
    error, _router = _failed(script)
    assert (error.line, error.column) == (2, 1)
    assert (error.file_place.line, error.file_place.column) == (3, 7)


@pytest.mark.parametrize(
    "script",
    [
        ":set x 1",
        ":if (false) do={:set x 1}",  # D15
        ":if (true) do={:local x 1}; :set x 2",
        ":local x 1; :local f do={:set x 2}",
        ":put 1; :put [",
    ],
)
def test_nothing_runs_of_a_script_with_a_syntax_error(script: str) -> None:
    router = Router(_STATE)
    with pytest.raises(ScriptSyntaxError, match="syntax error"):
        Evaluator(router, {}).run(f":put before\n{script}")
    assert router.lines == []


@pytest.mark.parametrize(
    ("script", "limits", "said"),
    [
        (":while (true) do={}", Limits(steps=50), "50 commands"),
        (":do {:while (true) do={}} on-error={:put caught}", Limits(steps=50), "50 commands"),
        (":while (true) do={:delay 1s}", Limits(seconds=10), "may run for 10 s"),
        (":delay 100w", Limits(), "may run for 3600 s"),
        (":do {:while (true) do={}} while=(true)", Limits(steps=50), "50 commands"),
        (':while (true) do={:put "0123456789"}', Limits(output=100), "100 characters"),
        (":global f do={:global f; $f}; $f", Limits(), "within each other"),
        (':local x "0123456789"; :while (true) do={:set x ($x . $x)}', Limits(), "1048576 characters"),
        (":local x 1; :while (true) do={:set x {$x; $x}}", Limits(), "1048576 characters"),
        (":local x {1}; :while (true) do={:set x ($x, $x)}", Limits(), "1048576 characters"),
        (":for i from=1 to=9999999999 do={}", Limits(steps=50), "50 commands"),
        (f':put ("{"a" * 70000}" ~ "{"(a|b)*" * 80}")', Limits(), "too long for its regular expression"),
    ],
)
def test_a_script_has_limits(script: str, limits: Limits, said: str) -> None:
    with pytest.raises(ScriptError, match=said):
        _ran(script, limits=limits)


def test_a_long_chain_of_operators_is_evaluated() -> None:
    assert _put(f":put ({' + '.join(['1'] * 5000)})") == ["5000"]


def test_a_script_that_is_left_out_is_an_empty_one() -> None:
    router = Router()
    Evaluator(router, {}).run("/system script add name=a source=")
    assert text_of(router.stored["/system/script"][0]["source"]) == ""

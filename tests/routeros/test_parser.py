"""Scripts read into trees: forms of all versions, places, errors with line and column; another parser as referee."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from routeros_lsp.syntax import ast
from routeros_lsp.syntax.parser import parse as referee

from dns_update.routeros import syntax
from dns_update.routeros.parser import parse
from dns_update.routeros.scanner import DEEPEST_NESTING
from dns_update.routeros.source import ScriptSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_SCRIPTS = [*sorted((_HERE / "cases").glob("*.rsc")), _HERE / "documented.rsc"]
_READABLE = [path for path in _SCRIPTS if not parse(path.read_text()).errors]


def _one(script: str) -> syntax.CommandNode:
    tree = parse(script)
    assert tree.remarks == ()
    (command,) = tree.commands
    assert isinstance(command, syntax.CommandNode)
    return command


@pytest.mark.parametrize(
    "script",
    [
        "/ip address get 0 address",
        "/ip/address/get 0 address",
        "/ip/address get 0 address",
        "/ip address/get 0 address",
        "/ip  address \\\n  get 0 address",
        "[admin@MikroTik] > /ip address get 0 address",
        "[admin@MikroTik] ip address> get 0 address",
        "[admin@MikroTik] /ip/address> get 0 address",
        "[admin@MikroTik] ip address> get 0 \\\n\\... address",
    ],
)
def test_all_spellings_of_a_path_are_the_same(script: str) -> None:
    command = _one(script)
    assert (command.path, command.verb, command.is_absolute) == (("ip", "address"), "get", True)
    assert [node.text for node in command.unnamed() if isinstance(node, syntax.Word)] == ["0", "address"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("x=1", "1"),
        ("x= 1", "1"),
        ("x=\\\n    1", "1"),
        ("x=ab\\\r\n    cd", "abcd"),
        ("x=a#b", "a#b"),
        ("x=read,write", "read,write"),
        ("x=jan/01/1970", "jan/01/1970"),
        ("x=!a~b<c>|&^%*+:@.-/_", "!a~b<c>|&^%*+:@.-/_"),
    ],
)
def test_a_bare_value(written: str, read: str) -> None:
    value = _one(f"/a add {written}").named("x")
    assert isinstance(value, syntax.Word)
    assert value.text == read


def test_a_line_that_is_only_a_path_is_a_move() -> None:
    tree = parse("/ip address\nadd address=192.0.2.1/24\n..\n/\n")
    assert [(c.path, c.verb) for c in tree.commands if isinstance(c, syntax.CommandNode)] == [
        (("ip", "address"), ""),
        ((), "add"),
        (("..",), ""),
        ((), ""),
    ]


def test_operators_bind_as_measured() -> None:
    def shown(node: syntax.Node | None) -> str:
        match node:
            case syntax.Infix():
                return f"({shown(node.left)} {node.operator} {shown(node.right)})"
            case syntax.Prefixed():
                return f"{node.operator}{shown(node.operand)}"
            case syntax.Variable():
                return node.name
        assert isinstance(node, syntax.Word)
        return node.text

    # From the loosest to the tightest, each between operators of the next level.
    chain = "a , b || c && d in e = f . g << h | i ^ j & k + l * m <%% n -> o"
    expected = "o"
    names = chain.split(" ")
    for name, operator in zip(names[-3::-2], names[-2::-2], strict=True):
        expected = f"({name} {operator} {expected})"
    assert shown(_one(f":put ({chain})").unnamed()[0]) == expected
    assert shown(_one(":put (!a = -b . c)").unnamed()[0]) == "(!a = (-b . c))"
    assert shown(_one(":put (3-1-2)").unnamed()[0]) == "((3 - 1) - 2)"
    assert shown(_one(":put (a or b and c)").unnamed()[0]) == "(a || (b && c))"


class _Wrong(NamedTuple):
    script: str
    text: str
    line: int
    column: int
    hint: str = ""


_WRONG = [
    _Wrong(":put 1 # c", "expected end of command", 1, 8, "a line of its own"),
    _Wrong(":put 1\n/ip//address print", "expected a word of the path", 2, 1, "/ip/address or /ip address"),
    _Wrong("/ip /address print", "expected a word of the path", 1, 5, "/ip/address or /ip address"),
    _Wrong(":if (true) do={:put 1}\nelse={:put 2}", "before 'else'", 2, 1, "else= on the line"),
    _Wrong(':put "\\q"', "expected an escape", 1, 8, "write \\\\"),
    _Wrong(':put "\\0a"', "expected an escape", 1, 8, "capital"),
    _Wrong("\n  :put [:len x", "expected ']'", 2, 15, "each ["),
    _Wrong(":put (1 + 2", "expected ')'", 1, 12, "after the last"),
    _Wrong(":if (true) do={ :put 1", "missing closing brace", 1, 15, "has no end"),
    _Wrong('/system script add source={ :put "}"', "missing closing brace", 1, 27, "has no end"),
    _Wrong(':put "abc', "expected a closing quote", 1, 6, "has no end"),
    _Wrong(":put ($a == 1)", "expected an operator", 1, 10, "write '='"),
    _Wrong(":put ($a <> 1)", "expected an operator", 1, 10, "write '!='"),
    _Wrong(":put (not true)", "expected ')'", 1, 11, "write '!'"),
    _Wrong(":put ()", "expected a value", 1, 7, "quotes"),
    _Wrong(":put $a.$b", "expected end of command", 1, 8, "in quotes"),
    _Wrong(":put $a-b", "expected end of command", 1, 8, 'write $"a-...'),
    _Wrong(":put $", "name of a variable", 1, 7, '$"a-name"'),
    _Wrong(":local $x 1", "expected a name without", 1, 8, ":local x"),
    _Wrong(":set", "expected the name of a variable", 1, 5, ":set name value"),
    _Wrong(":global do={}", "expected the name of a variable", 1, 14, ":global name value"),
    _Wrong(":put {1 2}", "expected ';' or '}'", 1, 9, "{1; 2; 3}"),
    _Wrong("/a add x={1;2}", "array is not allowed", 1, 10, "variable"),
    _Wrong(":put a'b'", "expected end of command", 1, 7, "quotes"),
    _Wrong(":if (true) do = {}", "expected end of command", 1, 15, "no blank before"),
    _Wrong("}", "expected a command", 1, 1, "closes nothing"),
    _Wrong(":put 1 ]", "expected a command", 1, 8, "closes nothing"),
    _Wrong(":", "name of a command", 1, 2),
    _Wrong(":put " + "[" * (DEEPEST_NESTING + 1), "brackets within", 1, 7 + DEEPEST_NESTING),
    _Wrong("/a find %", "expected a condition", 1, 9, "interface=ether1"),
]


@pytest.mark.parametrize("wrong", _WRONG, ids=lambda wrong: wrong.script[:24])
def test_an_error_says_where_what_and_how_to_mend(wrong: _Wrong) -> None:
    (error,) = parse(wrong.script).errors[:1]
    assert wrong.text in error.text
    assert (error.place.line, error.place.column) == (wrong.line, wrong.column)
    assert wrong.hint in error.hint


def test_the_rest_of_a_file_is_read_after_an_error() -> None:
    tree = parse(":put $a.b\n:put 2\n:if (true) do={\n  :put (\n}\n:put 3\n:put ]\n:put 4")
    assert [remark.place.line for remark in tree.errors] == [1, 5, 7]
    assert [tree.source.place(command.at).line for command in tree.commands] == [2, 6, 7, 8]


_PIECES = st.sampled_from(
    [
        *'[](){}"$\\\n;=:/#!~-.,<> \r\t1a*é',
        ":put ",
        ":if (",
        "do={",
        "else=",
        "/ip address ",
        "find ",
        "where ",
        "->",
        "source=",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_text_is_read_or_its_errors_are_told(text: str) -> None:
    tree = parse(text)
    assert all(0 <= node.at <= len(text) for node in _nodes(tree.commands))
    assert all(remark.text and remark.place == remark.file_place for remark in tree.remarks)


def test_an_error_does_not_show_what_may_be_a_secret() -> None:
    (error,) = parse('/tool dns-update key="c2VjcmV0"c2VjcmV0').errors
    assert "c2V" not in str(error)


# Places


def test_nodes_have_exact_places() -> None:
    script = ':put 1\n  :local ip [:pick $raw 0 ([:len $raw] - 3)] ; /ip address get [find name="x"] address'
    for text, kind in (
        (":local", "CommandNode"),
        ("[:pick", "Substitution"),
        ("$raw 0", "Variable"),
        ("/ip", "CommandNode"),
    ):
        assert script.index(text) in [node.at for node in _nodes(parse(script).commands) if type(node).__name__ == kind]


def test_a_source_in_quotes_knows_its_places_in_the_file() -> None:
    file = '/system script\nadd name=x source=":local a \\"x\\"\\r\\\n    \\n:put \\$a\\\n    b\\24"\n'
    (argument,) = [
        node for node in _nodes(parse(file).commands) if isinstance(node, syntax.Argument) and node.name == "source"
    ]
    assert isinstance(argument.value, syntax.Text)
    stored = ScriptSource.of_file(file).decoded(argument.value.at + 1, argument.value.end - 1)
    assert stored.text == ':local a "x"\r\n:put $ab$'
    for text, place in (
        (":local", (2, 20)),
        ('"x"', (2, 29)),
        ("\n", (3, 5)),
        (":put", (3, 7)),
        ("$a", (3, 12)),
        ("b$", (4, 5)),
    ):
        found = stored.file_place(stored.text.index(text))
        assert (found.line, found.column) == place
    assert stored.place(stored.text.index(":put")).line == 2


def test_a_source_in_braces_is_kept_as_it_is() -> None:
    file = '/system script add name=x source={ # { in a comment\n  :put "}" \n} policy=read'
    command = _one(file)
    stored = command.named("source")
    assert isinstance(stored, syntax.Stored)
    source = ScriptSource.of_file(file).between(stored.start, stored.end)
    assert source.text == ' # { in a comment\n  :put "}" \n'
    assert source.file_place(source.text.index(":put")).line == 2
    assert command.named("policy") is not None


_ESCAPED = {'"': '\\"', "\\": "\\\\", "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_EXPORTED = st.lists(
    st.tuples(st.sampled_from(['"', "\\", "$", "\n", "\r", "\t", "a", "é", " ", "#", "}"]), st.booleans())
)


@given(_EXPORTED)
def test_what_an_export_writes_is_decoded_to_what_was_stored(characters: list[tuple[str, bool]]) -> None:
    written, places = "", []
    for character, is_broken in characters:
        written += "\\\n    " if is_broken else ""
        places.append(len(written))
        # Blanks after a broken line vanish, so an export writes one as \_ there.
        written += "\\_" if character == " " else _ESCAPED.get(character, character)
    stored = ScriptSource.of_file(f'"{written}"').decoded(1, len(written) + 1)
    assert stored.text == "".join(character for character, _ in characters)
    assert list(stored.offsets) == [1 + place for place in [*places, len(written)]]


@pytest.mark.parametrize("path", _SCRIPTS, ids=lambda path: path.name)
def test_line_ends_of_windows_mean_the_same(path: Path) -> None:
    text = path.read_text()
    tree, other = parse(text), parse(text.replace("\n", "\r\n"))
    assert [type(node) for node in _nodes(tree.commands)] == [type(node) for node in _nodes(other.commands)]
    assert [remark.code for remark in tree.remarks] == [remark.code for remark in other.remarks]


def test_the_documentation_is_read_without_errors() -> None:
    tree = parse((_HERE / "documented.rsc").read_text())
    assert len(tree.commands) == 22
    assert tree.remarks == ()


# The referee

_AGREED = [
    *(wrong.script for wrong in _WRONG),
    ":put x#y",
    ":put (1+2)",
    ":put (a/b)",
    ':put "a\\\n   b"',
    ":put a\\\n   b",
    ":put {1;2}",
    ":put ({})",
    ":foreach a,b in={1;2} do={}",
    "[:put 1]",
    "{:put 1}; :put 2",
    ":do {} while=(true)",
    ":do {} on-error {}",
    ':put [find where name="x" and !disabled]',
    'print where (a=1 || b=2) and c~"x"',
    ':put "$[:len "x"] $(1 + 2) $x"',
    ":put !true",
    ":put ($x in 1.2.3.0/24)",
    ":if ($a=1) do={ # c\n}",
    "{#x\n:put 1}",
    "[#x\n:put 1]",
    ":put (1 #x\n)",
    ":put [:len 1 #x\n]",
    ":put ($a + )",
    ":put ( + 1)",
    "::put 1",
    ":put (1;2)",
    ':put "x"y',
    ':put $a"b"',
    ":put [:len a]b",
    ":put 1\r\n:put 2\r\n",
    "/tool dns-update address=$x/24",
    "else={:put 1}",
]
_DIFFERENT = {
    # We refuse, as measured on newer routers, or because it cannot mean anything.
    ":put ($a <> 1)",
    ":put (not true)",
    ":local $x 1",
    ":put {1 2}",
    "/a add x={1;2}",
    "/ip /address print",
    ":put 1\n/ip//address print",
    ":",
    ":set",
    "/a find %",
    ":put " + "[" * (DEEPEST_NESTING + 1),
    ":global do={}",  # takes do for the name of a variable
}


@pytest.mark.parametrize("script", _AGREED, ids=lambda script: script[:24])
def test_the_referee_refuses_the_same(script: str) -> None:
    tree = parse(script)
    assert bool(referee(script).diagnostics) == bool(tree.remarks) or script in _DIFFERENT


@pytest.mark.parametrize("path", _READABLE, ids=lambda path: path.name)
def test_the_referee_sees_the_same_strings_and_variables(path: Path) -> None:
    text = path.read_text().partition("[admin@")[0]
    result = referee(text)
    theirs = {(node.start, node.name) for node in _spans(result.script) if isinstance(node, ast.Variable)}
    strings = {(node.start, node.end) for node in _spans(result.script) if isinstance(node, ast.StringLit)}
    commands = parse(text).commands
    # What is between the braces of a stored script is text for us until it runs.
    for stored in [node for node in _nodes(commands) if isinstance(node, syntax.Stored)]:
        theirs = {(at, name) for at, name in theirs if not stored.start <= at < stored.end}
        strings = {(start, end) for start, end in strings if not stored.start <= start < stored.end}
    inside = [(node.at, node.end) for node in _nodes(commands) if isinstance(node, syntax.Text)]
    variables = [node for node in _nodes(commands) if isinstance(node, syntax.Variable) and not node.is_bare]
    # A hyphened name that was declared without quotes is read as it is meant, where it has none either.
    ours = {(node.at, node.name if text[node.at + 1] == '"' else node.name.partition("-")[0]) for node in variables}
    assert {(at, name) for at, name in ours if not any(start < at < end for start, end in inside)} == {
        (at, name) for at, name in theirs if not any(start < at < end for start, end in inside)
    }
    assert {pair for pair in inside if pair[0] < pair[1]} == strings


def _nodes(part: object) -> Iterator[syntax.Node]:
    if isinstance(part, tuple):
        for inner in part:
            yield from _nodes(inner)
    elif isinstance(part, syntax.Node):
        yield part
        for name in type(part).__fields__:
            yield from _nodes(getattr(part, name))


def _spans(part: object) -> Iterator[ast.Span]:
    if isinstance(part, list):
        for inner in part:
            yield from _spans(inner)
    elif isinstance(part, ast.Span):
        yield part
        for name in part.__dataclass_fields__:
            yield from _spans(getattr(part, name))

"""The lines of keys, compared with what tomllib reads and what was written."""

import tomllib
from collections.abc import Iterator
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.agent.config.positions import find_lines, positions

Path: TypeAlias = tuple[str | int, ...]

SCALARS = [
    "1", "-2.5e3", "+inf", "nan", "0xff", "true", "1979-05-27", "1979-05-27 07:32:00", "07:32:00.5",
    '""', "''", '"# no [x] = \\" \\\\"', "'no \\'", '"[[no]]"',
    '""""""', "''''''", '"""x"""', '"""\n[no]\nno = 1 # \\"""\n"""', '""""a"" """""', '"""\\\n  x\\\\"""',
    "'''a'\n[[no]]\n''no = 2'''''", "'''\\'''",
]  # fmt: skip
KEYS = ["a", "B-1_c", "7", '"a.b"', "'c # d'", '""', '"[e]"', '"\\u00e9\\" ="', "'\"'"]
GAPS = ["", " ", "\t", "\n", "\r\n", " # ] } , x = 1 [y]\n", "\n\n\t# '''\n"]
LINE_ENDS = ["\n", "\r\n", " # [x] y = 1\n", "\n\n", '\n# """\n\t']


class Document:
    """A TOML text that hypothesis draws, with the line of the first mention of each path."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[Path, int] = {}
        self._keys = 0

    def write(self, *texts: str) -> None:
        self.text += "".join(texts)

    def choose(self, texts: list[str]) -> str:
        return self.draw(st.sampled_from(texts))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def mark(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def key(self) -> tuple[str, str]:
        """Return a unique key, as it is written and as it is read."""
        self._keys += 1
        if self.chance():
            written = self.choose(["k", "k-_", '"k. ', "'k = ", '"\\u00e9\\"[']) + str(self._keys)
            written += written[0] if written[0] in "\"'" else ""
        else:
            written = f"k{self._keys}"
        (read,) = tomllib.loads(f"{written} = 1")
        return written, read

    def dotted(self, path: Path) -> Path:
        """Write a key that may be dotted, below a path; return the path of its last part."""
        for number in range(self.draw(st.integers(1, 3))):
            written, read = self.key()
            self.write(self.choose([".", " . ", "\t."]) if number else "", written)
            path = (*path, read)
            self.mark(path)
        return path

    def pair(self, path: Path, depth: int) -> None:
        path = self.dotted(path)
        self.write(self.choose(["=", " = ", "\t="]))
        self.value(path, depth)

    def value(self, path: Path, depth: int) -> None:
        kind = self.choose(["scalar", "array", "table"]) if depth else "scalar"
        size = self.draw(st.integers(0, 3))
        if kind == "scalar":
            self.write(self.choose(SCALARS))
        elif kind == "array":
            self.write("[")
            for place in range(size):
                self.write("," if place else "", self.choose(GAPS))
                self.mark((*path, place))
                self.value((*path, place), depth - 1)
                self.write(self.choose(GAPS))
            self.write("," if size and self.chance() else "", self.choose(GAPS), "]")
        else:
            self.write("{", self.choose(["", " "]))
            for place in range(size):
                self.write(", " if place else "")
                self.pair(path, depth - 1)
                self.write(self.choose(["", " "]))
            self.write("}")

    def header(self, tables: list[str]) -> Path:
        """Write a header: of a new table, of an array of tables, of a table in the last one of such an array."""
        kind = self.choose(["table", "array", "within"])
        if kind == "table" or (kind == "within" and not tables):
            self.write("[", self.choose(["", " "]))
            path = self.dotted(())
            self.write(self.choose(["", "\t"]), "]")
            return path
        name = self.choose(["r", "q"]) if kind == "array" else self.choose(tables)
        place = tables.count(name) if kind == "array" else tables.count(name) - 1
        self.mark((name,))
        self.mark((name, place))
        if kind == "array":
            tables.append(name)
            self.write(f"[[{name}]]")
            return name, place
        self.write(f"[{name}.")
        path = self.dotted((name, place))
        self.write("]")
        return path


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = Document(draw)
    tables: list[str] = []
    document.write(document.choose(["", "\n", "# x\n"]))
    path: Path = ()
    for number in range(draw(st.integers(0, 4))):
        if number:
            path = document.header(tables)
            document.write(document.choose(LINE_ENDS))
        for _pair in range(draw(st.integers(0, 3))):
            document.pair(path, 3)
            document.write(document.choose(LINE_ENDS))
    return document


def paths_of(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of all values that tomllib reads."""
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    for part, content in below:
        yield (*path, part)
        yield from paths_of(content, (*path, part))


def first_lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    for path, line in positions(text):
        lines.setdefault(path, line)
    return lines


@given(documents())
def test_each_key_is_found_on_the_line_on_which_it_was_written(document: Document) -> None:
    assert set(paths_of(tomllib.loads(document.text))) == set(document.lines), document.text
    assert first_lines(document.text) == document.lines, document.text


@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("form", ["k = {}\nz = 1", "k = [{}, {}]\nz = 1", "k = {{ a = {}, b = {} }} # x\nz = 1"])
def test_what_stands_behind_each_kind_of_value_is_found(scalar: str, form: str) -> None:
    text = form.format(scalar, scalar)
    assert set(first_lines(text)) == set(paths_of(tomllib.loads(text)))
    assert first_lines(text)["z",] == text.count("\n") + 1


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", ["\n{} = 1", "\n[{}]", "\n[[{}]]", "\n{}.x = 1", "\n[{} . x]"])
def test_each_kind_of_key_is_found(key: str, form: str) -> None:
    text = form.format(key)
    assert first_lines(text) == dict.fromkeys(paths_of(tomllib.loads(text)), 2)


def test_the_text_may_end_without_a_line_end() -> None:
    assert first_lines("a = 1\n[b] # x") == {("a",): 1, ("b",): 2}


def test_nothing_is_found_in_nothing() -> None:
    assert first_lines("") == first_lines("# a = 1\n\n") == {}


def test_arrays_may_stand_as_deep_as_tomllib_reads_them() -> None:
    text = "x = " + "[" * 300 + "]" * 300
    tomllib.loads(text)
    assert len(first_lines(text)) == 300


def test_what_is_not_there_is_on_the_line_of_what_is_around_it() -> None:
    text = "\n[a]\nb = [\n1,\n2]\n[[r]]\n[[r]]\n"
    expected: dict[Path, int] = {
        ("a", "b", 1): 5,
        ("a", "b", 7): 3,
        ("a", "c", "d"): 2,
        ("r", 1, "x"): 7,
        ("z",): 1,
        (): 1,
    }
    assert find_lines(text, expected) == expected

"""POSIX extended regular expressions, for `~`: a search in time linear in the text.

A script may come from anywhere. Python's `re` tries one way after the other, which an expression such as (a+)+$ makes
take forever. Here all ways are followed at once, as sets of states.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dns_update.routeros.remarks import Failure, LimitReached
from dns_update.value import Value

_LARGEST = 2000
"""States of an expression. One of a script has some twenty."""

_BOUNDS = re.compile(r"[0-9]{1,4}(?:,[0-9]{0,4})?")
_MOST_WORK = 20_000_000
"""States of the expression times characters of the text: some ten seconds."""

_DEEPEST = 40
_CLASSES: dict[str, Callable[[str], bool]] = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
    "blank": lambda character: character in " \t",
    "punct": lambda character: character.isprintable() and not character.isalnum() and character != " ",
    "xdigit": lambda character: character in "0123456789abcdefABCDEF",
}


class _MatchStep(Value):
    """A state: a test of one character, a "split" to other states, or the text's "start" or "end"."""

    kind: str
    test: Callable[[str], bool] | None = None
    offsets: tuple[int, ...] = ()


def _accepts(step: _MatchStep, character: str) -> bool:
    return step.test is not None and step.test(character)


def _test(test: Callable[[str], bool]) -> list[_MatchStep]:
    return [_MatchStep("test", test)]


def _split(*offsets: int) -> _MatchStep:
    return _MatchStep("split", None, offsets)


def matches(pattern: str, text: str) -> bool:
    """Return whether an expression is found anywhere in a text; raises Failure if it is not an expression."""
    program = _Compiler(pattern).program()
    if len(program) * len(text) > _MOST_WORK:
        raise LimitReached("a text that is too long for its regular expression")
    states = _closure(program, {0}, at_start=True, at_end=not text)
    for index, character in enumerate(text):
        if len(program) in states:
            return True
        moved = {state + 1 for state in states if _accepts(program[state], character)}
        # A search may begin at each character.
        states = _closure(program, moved | {0}, at_start=False, at_end=index == len(text) - 1)
    return len(program) in states


def _closure(program: list[_MatchStep], states: set[int], *, at_start: bool, at_end: bool) -> set[int]:
    """Return the states that are reached without a character."""
    found: set[int] = set()
    left = list(states)
    while left:
        state = left.pop()
        if state in found:
            continue
        found.add(state)
        if state == len(program):
            continue
        step = program[state]
        if step.kind == "split":
            left += [state + offset for offset in step.offsets]
        elif (step.kind == "start" and at_start) or (step.kind == "end" and at_end):
            left.append(state + 1)
    return found


class _Compiler:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0

    def program(self) -> list[_MatchStep]:
        steps = self._either()
        if self._at < len(self._pattern):
            raise Failure("invalid regular expression: unmatched )")
        return steps

    @property
    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _either(self) -> list[_MatchStep]:
        left = self._sequence()
        while self._next == "|":
            self._at += 1
            right = self._sequence()
            left = [_split(1, len(left) + 2), *left, _split(len(right) + 1), *right]
        return left

    def _sequence(self) -> list[_MatchStep]:
        steps: list[_MatchStep] = []
        while self._next and self._next not in "|)":
            steps += self._repeated()
            if len(steps) > _LARGEST:
                raise Failure("the regular expression is too large")
        return steps

    def _repeated(self) -> list[_MatchStep]:
        one = self._atom()
        while self._next and self._next in "*+?{":
            least, most = self._count()
            if len(one) * max(least, most or 0) > _LARGEST:
                raise Failure("the regular expression is too large")
            rest = [_split(1, len(one) + 2), *one, _split(-len(one) - 1)] if most is None else []
            optional = [_split(1, len(one) + 1), *one] * ((most or least) - least)
            one = one * least + optional + rest
        return one

    def _count(self) -> tuple[int, int | None]:
        sign = self._next
        self._at += 1
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        inside, brace, _rest = self._pattern[self._at :].partition("}")
        least, comma, most = inside.partition(",")
        if not brace or not _BOUNDS.fullmatch(inside):
            raise Failure("invalid regular expression: wrong {}")
        self._at += len(inside) + 1
        low = int(least)
        high = low if not comma else int(most) if most else None
        if max(low, high or 0) > _LARGEST or (high is not None and high < low):
            raise Failure("invalid regular expression: wrong {}")
        return low, high

    def _atom(self) -> list[_MatchStep]:
        character = self._next
        self._at += 1
        if character == "(":
            return self._group()
        if character == "[":
            return _test(self._one_of())
        if character == ".":
            return _test(lambda _found: True)
        if character == "^":
            return [_MatchStep("start")]
        if character == "$":
            return [_MatchStep("end")]
        if character == "\\" and self._next:
            character = self._next
            self._at += 1
        elif character in "*+?":
            raise Failure("invalid regular expression: nothing to repeat")
        return _test(lambda found: found == character)

    def _group(self) -> list[_MatchStep]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Failure("the regular expression is too large")
        steps = self._either()
        if self._next != ")":
            raise Failure("invalid regular expression: missing )")
        self._at += 1
        self._depth -= 1
        return steps

    def _one_of(self) -> Callable[[str], bool]:
        """Read a set in brackets; a closing bracket that is first belongs to it."""
        is_not = self._next == "^"
        self._at += is_not
        tests: list[Callable[[str], bool]] = []
        first = True
        while self._next != "]" or first:
            if not self._next:
                raise Failure("invalid regular expression: missing ]")
            tests.append(self._member())
            first = False
        self._at += 1
        return lambda found: any(test(found) for test in tests) != is_not

    def _member(self) -> Callable[[str], bool]:
        if self._pattern.startswith("[:", self._at):
            name, end, _rest = self._pattern[self._at + 2 :].partition(":]")
            if not end or name not in _CLASSES:
                raise Failure("invalid regular expression: unknown class")
            self._at += len(name) + 4
            return _CLASSES[name]
        low = self._next
        self._at += 1
        if self._next == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("", "]"):
            high = self._pattern[self._at + 1]
            self._at += 2
            return lambda found: low <= found <= high
        return lambda found: found == low

"""Text and Markdown as mdoc(7), the language of manual pages."""

import re
import textwrap
from collections.abc import Iterator

_WIDTH = 78  # mandoc asks for lines of at most 80 characters
_SPECIAL = str.maketrans({
    "\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", "\N{HORIZONTAL ELLIPSIS}": "...",
})  # fmt: skip
"""What would be typeset as another character, so that a line that is copied from a page would not run."""
_INLINE = re.compile(r"`` (?P<ticks>.+?) ``|`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\[(?P<link>[^]]+)\]\([^)]+\)")
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]][.!?:;])\s+(?=[^\sa-z])|(?<=[.!?])\s+(?=\S)")
_HEADING = re.compile(r"#{2,4} (.+)")
_ENTRY = re.compile(r"[-*] ")
_CELL = re.compile(r"(?<!\\)\|")


def literal(text: str) -> str:
    """Return text as it is to be read and copied."""
    return text.translate(_SPECIAL)


def argument(text: str) -> str:
    """Return text as one argument of a macro, in which no word is a macro."""
    return '"' + text.replace('"', r"\(dq") + '"'


def prose(text: str) -> str:
    """Return a paragraph, with a line for each sentence, as mandoc asks for; wrapped where that is too long."""
    lines = [line for sentence in _SENTENCE.split(" ".join(text.split())) for line in _wrapped(sentence)]
    return "\n".join(lines) + "\n"


def marked(text: str) -> str:
    """Return a line of Markdown, with its code and emphasis in bold."""
    parts, end = [], 0
    for found in _INLINE.finditer(text):
        parts += [literal(text[end : found.start()]), _span(found)]
        end = found.end()
    return "".join(parts) + literal(text[end:])


def _span(found: re.Match[str]) -> str:
    if found["link"]:
        return marked(found["link"])
    return rf"\fB{literal(found['ticks'] or found['code'] or found['bold'])}\fR"


def _wrapped(sentence: str) -> Iterator[str]:
    for line in textwrap.wrap(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield rf"\&{line}" if line.startswith((".", "'")) else line


def display(text: str) -> str:
    """Return lines as they are, indented."""
    lines = [literal(line).removesuffix(" ") for line in text.strip("\n").splitlines()]
    body = "\n".join(rf"\&{line}" if line.startswith(".") else line for line in lines)
    return f".Bd -literal -offset indent\n{body}\n.Ed\n"


def tagged(entries: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> str:
    """Return a list of tags, which are arguments of `.It`, and texts."""
    return ".Bl -tag -width Ds\n" + "".join(f".It {tag}\n{body}" for tag, body in entries) + ".El\n"


def from_markdown(text: str) -> str:
    """Return a part of a Markdown page: headings, paragraphs, lists, tables and fenced blocks."""
    return "".join(_blocks(iter(text.strip("\n").splitlines())))


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    paragraph: list[str] = []
    follows = False  # whether a paragraph needs a break before it
    for line in lines:
        begins = line.startswith(("```", "|")) or _HEADING.fullmatch(line) or (not paragraph and _ENTRY.match(line))
        if line and not begins:
            paragraph.append(line)
            continue
        if paragraph:
            yield f"{'.Pp' if follows else ''}\n{prose(marked(' '.join(paragraph)))}".lstrip("\n")
            paragraph, follows = [], True
        if line.startswith("```"):
            yield display("\n".join(_until(lines, "```")))
        elif line.startswith("|"):
            yield _table([line, *_until(lines, "")])
        elif begins and line.startswith("#"):
            yield f".Ss {marked(line.lstrip('# '))}\n"
            follows = False
            continue
        elif begins:
            yield _list([line, *_until(lines, "")])
        follows = follows or bool(begins)
    if paragraph:
        yield f"{'.Pp' if follows else ''}\n{prose(marked(' '.join(paragraph)))}".lstrip("\n")


def _until(lines: Iterator[str], end: str) -> Iterator[str]:
    for line in lines:
        if line == end:
            return
        yield line


def _list(lines: list[str]) -> str:
    entries: list[str] = []
    for line in lines:
        if _ENTRY.match(line):
            entries.append(line[2:])
        else:
            entries[-1] += " " + line.strip()
    return ".Bl -bullet\n" + "".join(f".It\n{prose(marked(entry))}" for entry in entries) + ".El\n"


def _table(lines: list[str]) -> str:
    """Return a table as a list: the first column is the tag, the meaning or the last one the text; others are named."""
    head, _rule, *rows = [[cell.strip() for cell in _CELL.split(line)[1:-1]] for line in lines]
    text = head.index("meaning") if "meaning" in head else len(head) - 1
    return tagged([(argument(marked(row[0])), prose(marked(_body(head, row, text)))) for row in rows])


def _body(head: list[str], row: list[str], text: int) -> str:
    others = [number for number in range(1, len(row)) if number != text and row[number]]
    named = [f"{head[number][:1].upper()}{head[number][1:]}: {row[number]}." for number in others]
    return " ".join(part for part in (f"{row[text].removesuffix('.')}." if row[text] else "", *named) if part)

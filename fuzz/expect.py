"""Checks of the results that a parser returns."""


class Broken(Exception):
    """A parser accepted an input and returned a wrong result."""


def expect(what: str, *, holds: bool) -> None:
    """Raise Broken with `what`, a sentence, unless it `holds`."""
    if not holds:
        raise Broken(what)


def text_of(data: bytes) -> str:
    """Return octets as text, as Python decodes a command line: invalid UTF-8 becomes lone surrogates."""
    return data.decode("utf-8", errors="surrogateescape")

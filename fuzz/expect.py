"""What must hold of whatever a parser lets pass."""


class Broken(Exception):
    """A parser took an input and made something of it that it must not."""


def expect(what: str, *, holds: bool) -> None:
    """Raise Broken with `what`, a sentence, unless it `holds`."""
    if not holds:
        raise Broken(what)


def text_of(data: bytes) -> str:
    """Return octets as Python hands over those of a command line: wrong UTF-8 becomes lone surrogates."""
    return data.decode("utf-8", errors="surrogateescape")

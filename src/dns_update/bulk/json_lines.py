"""Lines of JSON, each an object: `{"name": "home.example.com", "address": "192.0.2.1", "ttl": 300}`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.fields import Fields
from dns_update.errors import quoted

KEYS = ("name", "address", "type", "value", "ttl", "zone")
_EXAMPLE = 'e.g. {"name": "home.example.com", "address": "192.0.2.1", "ttl": 300}'


class JsonReader:
    """Makes wishes of lines."""

    def __init__(self, fields: Fields) -> None:
        """Start before the first line."""
        self._fields = fields

    def read(self, text: str, line: int) -> Sequence[Wish]:
        """Return the wishes of a line: one for each address or value; none for an empty one. Raises InvalidText."""
        if not text.strip():
            return ()
        given = _object(text)
        for key in given:
            if key not in KEYS:
                raise errors.InvalidText(f"the key {quoted(key)} is not known", hint=f"the keys are {', '.join(KEYS)}")
        name, zone, rrtype = [_text(given, key) for key in ("name", "zone", "type")]
        if not name:
            raise errors.InvalidText("there is no name", hint=_EXAMPLE)
        ttl = _ttl(given)
        addresses, values = _texts(given, "address"), _texts(given, "value")
        if addresses is not None:
            if rrtype or values is not None:
                raise errors.InvalidText("address cannot be there with type and value", hint=_EXAMPLE)
            return [self._fields.wish_of_address(name, each, ttl, zone, line) for each in addresses]
        if not self._fields.deletes and (not rrtype or values is None):
            raise errors.InvalidText("there is no address, nor type and value", hint=_EXAMPLE)
        return [self._fields.wish_of_data(name, rrtype, each, ttl, zone, line) for each in values or ("",)]

    def finish(self) -> Sequence[Wish]:
        """Return nothing: each line is whole."""
        return ()


def _object(text: str) -> dict[str, object]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise errors.InvalidText(f"this is not JSON: {error}", hint=_EXAMPLE) from error
    if not isinstance(given, dict):
        raise errors.InvalidText(f"this is not an object, but {type(given).__name__}", hint=_EXAMPLE)
    return given


def _text(given: dict[str, object], key: str) -> str:
    content = given.get(key, "")
    if not isinstance(content, str):
        raise errors.InvalidText(f"{key} is a text, not {type(content).__name__}", hint=_EXAMPLE)
    return content


def _ttl(given: dict[str, object]) -> str:
    content = given.get("ttl", "")
    if isinstance(content, bool) or not isinstance(content, (int, str)):
        raise errors.InvalidText(f"ttl is a number of seconds, not {type(content).__name__}", hint=_EXAMPLE)
    return str(content)


def _texts(given: dict[str, object], key: str) -> list[str] | None:
    """Return the texts of a key, of which there may be one or a list; None if the key is not there."""
    if key not in given:
        return None
    content = given[key]
    items: list[object] = content if isinstance(content, list) else [content]
    texts = [item for item in items if isinstance(item, str)]
    if not texts or len(texts) < len(items):
        raise errors.InvalidText(f"{key} is a text, or a list of texts", hint=_EXAMPLE)
    return texts

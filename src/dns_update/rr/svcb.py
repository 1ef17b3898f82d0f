"""SVCB and HTTPS rdata: a target, and parameters for connecting to it (RFC 9460)."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.field_kinds import NAME, U16, Field, base64_text, need, quoted_string
from dns_update.rr.scanner import Scanner, number, unbase64, unescape
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MANDATORY, _ALPN, _NO_DEFAULT_ALPN, _PORT, _IPV4HINT, _ECH, _IPV6HINT, _DOHPATH = range(8)

_MAX_ALPN_OCTETS = 255
_PORT_OCTETS = 2


class _Parameter(Value):
    """The name of a parameter, and three functions: to read its value, to check its octets, and to write them."""

    name: str
    from_text: Callable[[str], bytes]
    fits: Callable[[bytes], bool]
    to_text: Callable[[bytes], str]


def _parameters(fields: Scanner) -> bytes:
    """Read all parameters; raises InvalidText."""
    parameters: dict[int, bytes] = {}
    while not fields.is_at_end:
        key, value = _parameter(*fields.pair())
        if key in parameters:
            raise errors.InvalidText(f"parameter {key} is given twice")
        parameters[key] = value
    _check_together(parameters)
    return b"".join(key.to_bytes(2) + len(value).to_bytes(2) + value for key, value in sorted(parameters.items()))


def _parameter(name: str, text: str) -> tuple[int, bytes]:
    key = _key(name)
    parameter = _PARAMETERS.get(key, _UNKNOWN)
    # A key in capitals is accepted, but its value is read as plain octets (as in BIND).
    value = (parameter if name in _KEYS else _UNKNOWN).from_text(text)
    if len(value) > MAX_U16 or not parameter.fits(value):
        raise errors.InvalidText(f"{quoted(text)} is not a value of {name}")
    return key, value


def _key(name: str) -> int:
    """Return the number of a key, given by name or as keyN without leading zeros (section 2.1)."""
    if name.lower() in _KEYS:
        return _KEYS[name.lower()]
    digits = name.removeprefix("key")
    if digits == name or (digits[:1] == "0" and digits != "0"):
        raise errors.InvalidText(f"{quoted(name)} is not a SvcParamKey")
    return number(digits, MAX_U16)


def _check_together(parameters: dict[int, bytes]) -> None:
    """Refuse parameters without a mandatory one, and no-default-alpn without an alpn (sections 7, 8)."""
    keys = _pairs(parameters.get(_MANDATORY, b""))
    if _MANDATORY in keys or not set(keys) <= set(parameters):
        raise errors.InvalidText("a mandatory parameter is missing")
    if _NO_DEFAULT_ALPN in parameters and _ALPN not in parameters:
        raise errors.InvalidText("no-default-alpn needs an alpn")


def _pairs(value: bytes) -> list[int]:
    return [int.from_bytes(value[i : i + 2]) for i in range(0, len(value), 2)]


def _octets(text: str) -> bytes:
    return unescape(text, 0, "")[0]


def _keys(text: str) -> bytes:
    return b"".join(key.to_bytes(2) for key in sorted(map(_key, text.split(","))))


def _protocols(text: str) -> bytes:
    r"""Read identifiers, separated by commas; `\,` and `\\` in one, after the text's own escapes (appendix A.1)."""
    octets = _octets(text)
    protocols = [bytearray()]
    position = 0
    while position < len(octets):
        octet = octets[position : position + 1]
        if octet == b",":
            protocols.append(bytearray())
        elif octet == b"\\":
            position += 1
            if position == len(octets):
                raise errors.InvalidText("an ALPN ends within an escape")
            protocols[-1] += octets[position : position + 1]
        else:
            protocols[-1] += octet
        position += 1
    if any(not 0 < len(protocol) <= _MAX_ALPN_OCTETS for protocol in protocols):
        raise errors.InvalidText(f"an ALPN has 1 to {_MAX_ALPN_OCTETS} octets")
    return b"".join(bytes([len(protocol)]) + protocol for protocol in protocols)


def _is_sorted(value: bytes) -> bool:
    keys = _pairs(value)
    return bool(keys) and len(value) % 2 == 0 and keys == sorted(set(keys))


def _are_protocols(value: bytes) -> bool:
    position = 0
    while position < len(value) and value[position]:
        position += 1 + value[position]
    return bool(value) and position == len(value)


def _is_ech(value: bytes) -> bool:
    """Return whether it is an ECHConfigList: a length, and as many octets of versions, lengths and contents.

    BIND accepts any octets, and then no browser connects.
    """
    length, configs = int.from_bytes(value[:2]), value[2:]
    position = 0
    while position + 4 <= len(configs):
        position += 4 + int.from_bytes(configs[position + 2 : position + 4])
    return 0 < position == len(configs) == length


# A URI template (RFC 6570, section 2): literals and expressions, and the variables of an expression.
_PERCENT = "%[0-9A-Fa-f]{2}"
_PART = f"(?:[A-Za-z0-9_]|{_PERCENT})+"
_VARIABLE = rf"({_PART}(?:\.{_PART})*)(?:\*|:[1-9][0-9]{{0,3}})?"
_EXPRESSION = rf"\{{[+#./;?&]?({_VARIABLE}(?:,{_VARIABLE})*)\}}"
_TEMPLATE = rf"/(?:[^{{%]|{_PERCENT}|{_EXPRESSION})*"


def _is_path(value: bytes) -> bool:
    """Return whether octets are a DOHPATH: a URI template with the variable `dns` (RFC 9461, section 5)."""
    import re  # no other parameter needs it

    try:
        text = value.decode()
    except UnicodeDecodeError:
        return False
    parts = [part for found in re.finditer(_EXPRESSION, text) for part in found[1].split(",")]
    has_dns = "dns" in {part.rstrip("*").partition(":")[0] for part in parts}
    return has_dns and re.fullmatch(_TEMPLATE, text, re.DOTALL) is not None


def _parameters_text(cursor: Cursor) -> str:
    parameters: dict[int, bytes] = {}
    last = -1
    while cursor.remaining:
        key, value = cursor.u16(), cursor.take(cursor.u16())
        need(holds=key > last, what="parameters that are not in the order of their numbers")
        need(holds=key == _ECH or _PARAMETERS.get(key, _UNKNOWN).fits(value), what=f"the value of {_key_text(key)}")
        parameters[key] = value
        last = key
    try:
        _check_together(parameters)
    except errors.InvalidText as error:
        raise errors.MalformedMessage(error.text) from error
    return " ".join(_parameter_text(key, value) for key, value in parameters.items())


def _parameter_text(key: int, value: bytes) -> str:
    if not value:
        return _key_text(key)
    return f"{_key_text(key)}={_PARAMETERS.get(key, _UNKNOWN).to_text(value)}"


def _key_text(key: int) -> str:
    return _PARAMETERS[key].name if key in _PARAMETERS else f"key{key}"


def _keys_text(value: bytes) -> str:
    return f'"{",".join(map(_key_text, _pairs(value)))}"'


def _protocols_text(value: bytes) -> str:
    protocols = []
    while value:
        protocol, value = value[1 : value[0] + 1], value[value[0] + 1 :]
        protocols.append(protocol.replace(b"\\", rb"\\").replace(b",", rb"\,"))
    return quoted_string(b",".join(protocols))


def _addresses(name: str, parse: Callable[[str], bytes], octets: int) -> _Parameter:
    """Return a parameter whose value is a list of addresses of so many octets each."""

    def to_text(value: bytes) -> str:
        return f'"{",".join(format_address(value[i : i + octets]) for i in range(0, len(value), octets))}"'

    return _Parameter(
        name,
        lambda text: b"".join(map(parse, text.split(","))),
        lambda value: bool(value) and len(value) % octets == 0,
        to_text,
    )


_PARAMETERS = {
    _MANDATORY: _Parameter("mandatory", _keys, _is_sorted, _keys_text),
    _ALPN: _Parameter("alpn", _protocols, _are_protocols, _protocols_text),
    _NO_DEFAULT_ALPN: _Parameter("no-default-alpn", _octets, lambda value: not value, quoted_string),
    _PORT: _Parameter(
        "port",
        lambda text: number(text, MAX_U16).to_bytes(_PORT_OCTETS),
        lambda value: len(value) == _PORT_OCTETS,
        lambda value: f'"{int.from_bytes(value)}"',
    ),
    _IPV4HINT: _addresses("ipv4hint", parse_ipv4, IPV4_OCTETS),
    _ECH: _Parameter(
        "ech", lambda text: unbase64("".join(text.split())), _is_ech, lambda value: f'"{base64_text(value)}"'
    ),
    _IPV6HINT: _addresses("ipv6hint", parse_ipv6, IPV6_OCTETS),
    _DOHPATH: _Parameter("dohpath", _octets, _is_path, quoted_string),
}
_UNKNOWN = _Parameter("", _octets, lambda _value: True, quoted_string)
_KEYS = {parameter.name: key for key, parameter in _PARAMETERS.items()}

SERVICE_BINDING = (
    U16,
    Field(lambda fields: fields.name(may_be_quoted=True), NAME.to_text),
    Field(_parameters, _parameters_text),
)

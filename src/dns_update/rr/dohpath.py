"""DOHPATH, a parameter of SVCB records: a URI template with the variable `dns` (RFC 9461, section 5)."""

from __future__ import annotations

import re

# A URI template (RFC 6570, section 2): literals and expressions, and the variables of an expression.
_PERCENT = "%[0-9A-Fa-f]{2}"
_PART = f"(?:[A-Za-z0-9_]|{_PERCENT})+"
_VARIABLE = rf"({_PART}(?:\.{_PART})*)(?:\*|:[1-9][0-9]{{0,3}})?"
_EXPRESSION = re.compile(rf"\{{[+#./;?&]?({_VARIABLE}(?:,{_VARIABLE})*)\}}")
_TEMPLATE = re.compile(rf"/(?:[^{{%]|{_PERCENT}|{_EXPRESSION.pattern})*", re.DOTALL)


def is_dns_path(value: bytes) -> bool:
    """Return whether octets are a URI template with the variable `dns`."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return False
    variables = {
        part.rstrip("*").partition(":")[0] for found in _EXPRESSION.finditer(text) for part in found[1].split(",")
    }
    return _TEMPLATE.fullmatch(text) is not None and "dns" in variables

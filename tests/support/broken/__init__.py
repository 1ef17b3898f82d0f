"""Set-ups that are broken in one way each, on real servers: what people ask about, with the cause that must be named.

`set` and `check` are judged by them. A set-up gives the properties of a command line for it.
"""

from tests.support.broken import bind_permission, bind_zone, key, knot, network, other_programs, powerdns
from tests.support.broken.set_up import ALL, SetUp

__all__ = ["SET_UPS", "SetUp"]

_SUBJECTS = (bind_permission, bind_zone, key, network, other_programs, powerdns, knot)

SET_UPS = [one for subject in _SUBJECTS for one in ALL if one.start.__module__ == subject.__name__]

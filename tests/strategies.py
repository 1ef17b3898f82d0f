"""What property tests draw: names, records and numbers of the wire."""

from hypothesis import strategies as st

from dns_update.rr.record import Record
from dns_update.wire.name import MAX_LABEL_OCTETS, MAX_NAME_OCTETS, Name

ZONE = Name.from_text("example.com")


def _fitting(labels: list[bytes]) -> Name:
    """Make a name of as many of the labels as fit into one."""
    while sum(map(len, labels)) + len(labels) + 1 > MAX_NAME_OCTETS:
        labels = labels[1:]
    return Name(tuple(labels))


def _below_zone(name: Name) -> Name:
    return _fitting([*name.labels, *ZONE.labels])


labels = st.binary(min_size=1, max_size=MAX_LABEL_OCTETS)
names = st.one_of(
    st.lists(labels, max_size=6).map(_fitting),
    st.lists(st.binary(min_size=1, max_size=3), max_size=127).map(_fitting),
)
names_in_zone = names.map(_below_zone)
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)

# Of a type without names in its rdata, so that any octets are right.
records = st.builds(Record, names | names_in_zone, st.just(65280), u16, u32, st.binary(max_size=80))

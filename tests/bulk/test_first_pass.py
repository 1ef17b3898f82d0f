"""Files of many names: what they mean, and every mistake in them, with its line."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update import ConfigError, InvalidText, Name, UsageError, Wish
from dns_update.bulk import first_pass
from dns_update.bulk.csv_lines import CsvReader
from dns_update.bulk.fields import Fields
from dns_update.bulk.first_pass import CheckedFile
from dns_update.bulk.names_file import NamesFile
from dns_update.rr.record import rdata_to_text
from dns_update.update import name_in_zone
from dns_update.wire.codes import rrtype_to_text

ZONE = Name.from_text("example.com")


_SOURCES: list[NamesFile] = []


@pytest.fixture(autouse=True)
def no_file_stays_open() -> Iterator[None]:
    yield
    while _SOURCES:
        _SOURCES.pop().close()


def opened(path: str) -> NamesFile:
    _SOURCES.append(NamesFile(path))
    return _SOURCES[-1]


def checked(path: Path, text: str | bytes, form: str | None = None, **fields: object) -> CheckedFile:
    path = path / "names"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return CheckedFile(opened(str(path)), Fields(**{"zone": ZONE} | fields), form)  # type: ignore[arg-type]


def shown(wish: Wish) -> str:
    """Return a wish in words."""
    values = "|".join(rdata_to_text(wish.rrtype, value) for value in wish.values)
    verb = "del " if wish.deletes else ""
    return f"{verb}{wish.name} {wish.ttl} {rrtype_to_text(wish.rrtype)} {values}".rstrip()


FILES = {
    "name,address\nhome,192.0.2.1\n": ["home.example.com None A 192.0.2.1"],
    "name,address,ttl\r\nhome, 2001:db8::1 ,5m\r\n": ["home.example.com 300 AAAA 2001:db8::1"],
    "Name,Address,TTL,Zone\nhome.example.net,192.0.2.1,60,example.net\n": ["home.example.net 60 A 192.0.2.1"],
    "\ufeffname,address\n@,192.0.2.1\n\n": ["example.com None A 192.0.2.1"],
    "name,address\na.example.com,192.0.2.1\nb.example.com.,192.0.2.2\nc.sub,192.0.2.3": [
        "a.example.com None A 192.0.2.1", "b.example.com None A 192.0.2.2", "c.sub.example.com None A 192.0.2.3"],
    "ttl,address,name\n60,192.0.2.1,home\n60,192.0.2.2,HOME\n60,192.0.2.3,home\n60,::1,home\n": [
        "home.example.com 60 A 192.0.2.1|192.0.2.2|192.0.2.3", "home.example.com 60 AAAA ::1"],
    "name,address\na,192.0.2.1\nb,192.0.2.2\na,192.0.2.3\n": [
        "b.example.com None A 192.0.2.2", "a.example.com None A 192.0.2.1|192.0.2.3"],
    'name,type,value\nx,MX,10 mail.example.net\nt,TXT,"a, ""b"""\n_sip._tcp,SRV,0 5 5060 sip.example.net\n': [
        "x.example.com None MX 10 mail.example.net.", 't.example.com None TXT "a, \\"b\\""',
        "_sip._tcp.example.com None SRV 0 5 5060 sip.example.net."],
    '{"name": "home", "address": ["192.0.2.1", "2001:db8::1"], "ttl": 60}\n\n{"name": "a", "type": "TXT", "value": "x"}': [  # noqa: E501
        "home.example.com 60 A 192.0.2.1", "home.example.com 60 AAAA 2001:db8::1", 'a.example.com None TXT "x"'],
    '{"name": "home.example.net.", "zone": "example.net", "address": "192.0.2.1", "ttl": "1h"}': [
        "home.example.net 3600 A 192.0.2.1"],
    """\
$TTL 1h ; the default
@ IN SOA ns hostmaster ( 1 3600
    900 604800 300 ) ; serial and times
  NS ns
ns A 192.0.2.53
   60 AAAA 2001:db8::53
home 5m IN A 192.0.2.1
home IN 5m A 192.0.2.2
text TXT "a ; b" c
$ORIGIN sub.example.com.
mail MX 10 @
""": [
        "example.com 3600 NS ns.example.com.", "ns.example.com 3600 A 192.0.2.53",
        "ns.example.com 60 AAAA 2001:db8::53",
        "home.example.com 300 A 192.0.2.1|192.0.2.2", 'text.example.com 3600 TXT "a ; b" "c"',
        "mail.sub.example.com 3600 MX 10 sub.example.com."],
}  # fmt: skip


@pytest.mark.parametrize("text", FILES)
def test_what_a_file_means(text: str, tmp_path: Path) -> None:
    file = checked(tmp_path, text)
    assert [shown(wish) for wish in file.wishes()] == FILES[text]
    assert file.count == len(FILES[text])


@pytest.mark.parametrize("text", FILES)
def test_a_long_file_is_read_twice_and_means_the_same(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_pass, "MOST_KEPT", 0)
    assert [shown(wish) for wish in checked(tmp_path, text).wishes()] == FILES[text]


DELETIONS = {
    "name\nhome\nold.example.com\n": ["del home.example.com None ANY", "del old.example.com None ANY"],
    "name,address\nhome,192.0.2.1\nold,\n": ["del home.example.com None A 192.0.2.1", "del old.example.com None ANY"],
    "name,type\nhome,TXT\n": ["del home.example.com None TXT"],
    "name,type,value\nhome,TXT,x\nother,A,\nmore,,\n": [
        'del home.example.com None TXT "x"', "del other.example.com None A", "del more.example.com None ANY"],
    '{"name": "home"}\n{"name": "a", "type": "A"}\n': ["del home.example.com None ANY", "del a.example.com None A"],
    "home A 192.0.2.1\nold 60 IN A\n": ["del home.example.com None A 192.0.2.1", "del old.example.com 60 A"],
}  # fmt: skip


@pytest.mark.parametrize("text", DELETIONS)
def test_what_a_list_of_deletions_means(text: str, tmp_path: Path) -> None:
    form = "zone" if text.startswith("home A") else None
    file = checked(tmp_path, text, form, deletes=True)
    assert [shown(wish) for wish in file.wishes()] == DELETIONS[text]


WRONG = {
    "name,address\nhome,192.0.2.256\n": ["2: '192.0.2.256' is not an IPv4 address"],
    "name,address\nhome,192.0.2.1,60\n": ["2: there are 3 columns, and 2 in the header"],
    "name,address\nhome\n": ["2: there are 1 columns, and 2 in the header"],
    "name,adress\nhome,192.0.2.1\n": ["1: the column 'adress' is not known"],
    "name,address,name\n": ["1: a column is there twice"],
    "name,ttl\n": ["1: there is no column address, nor type and value"],
    "name,value\n": ["1: there is no column address, nor type and value"],
    "name,address,type,value\n": ["1: address cannot be there with type and value"],
    "name,address,ttl\nhome,192.0.2.1,soon\n": ["2: 'soon' is not a TTL"],
    "name,address,ttl\nhome,192.0.2.1,-1\n": ["2: '-1' is not a TTL"],
    "name,address\nhome.example.net.,192.0.2.1\n": ["2: home.example.net is not in example.com"],
    "name,address\nhome,192.0.2.1\nother.,192.0.2.1\n": ["3: other is not in example.com"],
    "name,address\n,192.0.2.1\n": ["2: a domain name cannot be empty"],
    "name,address\na..b,192.0.2.1\n": ["2: 'a..b' has an empty label"],
    "name,address\nmy_host,192.0.2.1\n": ["2: my_host.example.com is not a host name"],
    "name,address\nhome,\n": ["2: '' is not an IPv4 address"],
    f"name,address\n{'x' * 64},192.0.2.1\n": ["2: '" + "x" * 60 + "'... has a label of 64 octets"],
    "name,type,value\nhome,XX,1\n": ["2: unknown record type 'XX'"],
    "name,type,value\nhome,ANY,1\n": ["2: there are no records of type 'ANY' in a zone"],
    "name,type,value\nhome,TXT,\n": ["2: the value is empty"],
    'name,type,value\nhome,TXT,"x\n': ["2: this is not a line of CSV: unexpected end of data"],
    "name,address\nhome,192.0.2.1\nhome,192.0.2.1\n": ["3: this repeats line 2: home.example.com A"],
    "name,address\nhome,192.0.2.1\nx,192.0.2.9\nHome,192.0.2.1\n": ["4: this repeats line 2: Home.example.com A"],
    "name,address,ttl\nhome,192.0.2.1,60\nhome,192.0.2.2,61\n": [
        "3: home.example.com A has TTL 61 here, and 60 in line 2"],
    "name,address,ttl\nhome,192.0.2.1,60\nx,192.0.2.9,1\nhome,192.0.2.2,\n": [
        "4: home.example.com A has TTL none here, and 60 in line 2"],
    "name,type,value\na,CNAME,b.example.com\na,CNAME,c.example.com\n": ["3: a.example.com CNAME contradicts line 2"],
    "name,type,value\na,TXT,x\nb,TXT,x\na,CNAME,b.example.com\n": [
        "2: a.example.com has a CNAME in line 4, and cannot have TXT, too"],
    "name,address,zone\nhome.example.com,192.0.2.1,\nhome.example.com,192.0.2.2,com\n": [
        "3: home.example.com A is in com here, and in example.com in line 2"],
    '{"name": "home"}\n': ["1: there is no address, nor type and value"],
    '{"name": "home", "adress": "192.0.2.1"}\n': ["1: the key 'adress' is not known"],
    '{"name": "home", "address": 1}\n': ["1: address is a text, or a list of texts"],
    '{"name": "home", "address": []}\n': ["1: address is a text, or a list of texts"],
    '{"name": 1}\n': ["1: name is a text, not int"],
    '{"address": "192.0.2.1"}\n': ["1: there is no name"],
    '{"name": "home", "address": "192.0.2.1", "ttl": 1.5}\n': ["1: ttl is a number of seconds, not float"],
    '{"name": "home", "address": "192.0.2.1", "ttl": true}\n': ["1: ttl is a number of seconds, not bool"],
    '{"name": "home"\n': ["1: this is not JSON: "],
    '{"name": "a", "address": "192.0.2.1"}\n[]\n': ["2: this is not an object, but list"],
    "home A 192.0.2.1 ; x\nhome B 1\n": ["2: unknown record type 'B'"],
    "home 60 IN\n": ["1: there is no type"],
    "home CH TXT x\n": ["1: the class is CH, and only IN is sent from a file"],
    "$INCLUDE other\n": ["1: $INCLUDE is not read here"],
    "$GENERATE 1-9 a$ A 192.0.2.$\n": ["1: $GENERATE is not read here"],
    "$WHAT\n": ["1: '$WHAT' is not known"],
    "  A 192.0.2.1\n": ["1: the first record has no owner name"],
    "home MX ( 10\nmail\n": ["2: the bracket of line 1 is not closed"],
    "home A 192.0.2.1 )\n": ["1: there is a closing bracket without an opening one"],
    'home TXT "x\n': ["1: a quote is not closed on its line"],
    "home.example.net. A 192.0.2.1\n": ["1: home.example.net is not in example.com"],
    "name,address\nb\xff,192.0.2.1\n".encode("latin-1"): ["2: the text is not UTF-8"],
    "name,address\nx,1\ny,2\nz,192.0.2.3\n": ["2: '1' is not an IPv4 address", "3: '2' is not an IPv4 address"],
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("kept", [0, 1000])
def test_a_wrong_line_is_told_with_its_number(
    text: str | bytes, kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_pass, "MOST_KEPT", kept)
    with pytest.raises(ConfigError) as caught:
        checked(tmp_path, text)
    found = [problem.removeprefix(f"{tmp_path / 'names'}:") for problem in caught.value.problems]
    assert len(found) == len(WRONG[text])
    assert all(line.startswith(wanted) for line, wanted in zip(found, WRONG[text], strict=True)), found


def test_the_zone_itself_is_not_deleted_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this would remove every record at"):
        checked(tmp_path, "name\n@\n", deletes=True)


def test_a_short_name_without_a_zone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="2: 'home' is not a full name"):
        checked(tmp_path, "name,address\nhome,192.0.2.1\n", zone=None)
    with pytest.raises(ConfigError, match=r"'home' is relative, and there is no \$ORIGIN"):
        checked(tmp_path, "home A 192.0.2.1\n", zone=None)


def test_of_very_many_wrong_lines_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(tmp_path, "name,address\n" + "x,y\n" * 1500)
    assert len(caught.value.problems) == 1001
    assert caught.value.problems[-1] == "and 500 more"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*/none: No such file or directory"):
        NamesFile(str(tmp_path / "none"))
    with pytest.raises(UsageError, match=r"cannot read .*: Is a directory"):
        NamesFile(str(tmp_path))


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_pass, "MOST_KEPT", 0)
    file = checked(tmp_path, "name,address\na,192.0.2.1\n")
    (tmp_path / "names").write_text("name,address\na,192.0.2.1\nb,192.0.2.2\n")
    with pytest.raises(UsageError, match="names has changed while it was read"):
        list(file.wishes())


def test_standard_input_is_kept_for_the_second_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_pass, "MOST_KEPT", 0)
    (tmp_path / "names").write_text("name,address\na,192.0.2.1\n")
    with (tmp_path / "names").open("rb") as file:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(file))
        read = CheckedFile(opened("-"), Fields(zone=ZONE))
        assert [shown(wish) for wish in read.wishes()] == ["a.example.com None A 192.0.2.1"]


_LABELS = st.sampled_from(["a", "example", "com", "b-c", "X", "_x", "*", "1"])


@given(
    names=st.lists(st.lists(_LABELS, min_size=1, max_size=4), min_size=1, max_size=6),
    dots=st.lists(st.booleans(), min_size=6, max_size=6),
    zone=st.sampled_from(["example.com", "com", "a.example.com", "."]),
)
def test_names_are_read_as_by_the_other_commands(names: list[list[str]], dots: list[bool], zone: str) -> None:
    """The names that are put together from what was read before are those that are read alone."""
    place = Name.from_text(zone)
    fields = Fields(zone=place, check_names=False)
    lines = CsvReader(Fields(zone=place, check_names=False))
    lines.read("name,address", 1)
    for labels, dot in zip(names, dots, strict=False):
        text = ".".join(labels) + ("." if dot else "")
        owner = name_in_zone(text, place)
        if owner.is_within(place):
            assert fields.wish_of_address(text, "192.0.2.1", "", "", 1).owner == owner.to_wire()
            assert lines.read(f"{text},192.0.2.1", 2)[0].owner == owner.to_wire()
            continue
        with pytest.raises(InvalidText):
            fields.wish_of_address(text, "192.0.2.1", "", "", 1)
        with pytest.raises(InvalidText):
            lines.read(f"{text},192.0.2.1", 2)


_COLUMNS = st.permutations(["name", "address", "ttl", "zone"])
_CELLS = {
    "name": st.sampled_from(["a", "b.example.com", "c.example.com.", "_d", "-", "x" * 63, f"{'y' * 63}." * 3, "e.f."]),
    "address": st.sampled_from(["192.0.2.1", "::1", "2001:DB8::192.0.2.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", ":", ""]),
    "ttl": st.sampled_from(["", "300", "5m", "00", "2147483648"]),
    "zone": st.sampled_from(["", "example.com", "example.com.", "b.example.com", "Example.Com", ".."]),
}


@given(columns=_COLUMNS, count=st.integers(1, 4), data=st.data())
def test_a_plain_line_means_what_it_means_in_quotes(columns: list[str], count: int, data: st.DataObject) -> None:
    columns = [column for column in columns if column in {"name", "address", *columns[:count]}]
    plain, in_quotes = CsvReader(Fields(zone=ZONE)), CsvReader(Fields(zone=ZONE))
    for reader in (plain, in_quotes):
        reader.read(",".join(columns), 1)
    for number in range(2, 6):
        cells = [data.draw(_CELLS[column]) for column in columns]
        line, quoted = ",".join(cells), ",".join(f'"{cell}"' for cell in cells)
        assert meaning(plain, line, number) == meaning(in_quotes, quoted, number)


def meaning(reader: CsvReader, line: str, number: int) -> object:
    """Return what is wished for, or what is wrong."""
    try:
        return reader.read(line, number)
    except InvalidText as error:
        return error.text

"""The options: read as getopt does, with nsupdate's exclusions and errors."""

import pytest

from dns_update.nsupdate import Fatal
from dns_update.nsupdate.options import USAGE, NsupdateOptions, options_from_words


def options(*words: str) -> NsupdateOptions:
    result = options_from_words(words)
    assert isinstance(result, NsupdateOptions)
    return result


def test_without_options_the_defaults_are_nsupdates() -> None:
    result = options()
    assert (result.families, result.port, result.total_timeout) == ((4, 6), 53, 300)
    assert (result.udp_timeout, result.udp_retries, result.resolv_conf) == (3, 3, "/etc/resolv.conf")
    assert (result.debug, result.key, result.key_file, result.file) == (0, None, None, None)
    assert not any((result.goes_on, result.local, result.gss, result.tls, result.tcp))


def test_options_may_be_joined_and_have_their_argument_attached_or_apart() -> None:
    result = options("-dvkhome.key", "-p", "5353", "-i", "-t9", "-u", "1", "-r0", "-Crc", "file")
    assert (result.debug, result.tcp, result.key_file, result.port) == (1, True, "home.key", 5353)
    assert (result.goes_on, result.total_timeout, result.udp_timeout, result.udp_retries) == (True, 9, 1, 0)
    assert (result.resolv_conf, result.file) == ("rc", "file")


@pytest.mark.parametrize(
    ("words", "file"), [(("-",), "-"), (("--", "-d"), "-d"), (("a", "-d"), "a"), (("--",), None), ((), None)]
)
def test_the_first_word_that_is_not_an_option_is_the_file(words: tuple[str, ...], file: str | None) -> None:
    assert options(*words).file == file


@pytest.mark.parametrize(("words", "families"), [(("-4",), (4,)), (("-6",), (6,)), (("-4", "-4"), (4,))])
def test_an_ip_version_can_be_chosen(words: tuple[str, ...], families: tuple[int, ...]) -> None:
    assert options(*words).families == families


@pytest.mark.parametrize("words", [("-S",), ("-Afile",), ("-O",), ("-Hname",), ("-Ecert", "-Kkey")])
def test_each_option_of_tls_means_tls_and_tls_means_tcp(words: tuple[str, ...]) -> None:
    assert (options(*words).tls, options(*words).tcp) == (True, True)


@pytest.mark.parametrize("word", ["-D", "-M"])
def test_more_is_shown_on_request(word: str) -> None:
    assert options(word).debug == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-4", "-6"), "only one of -4 and -6 allowed"),
        (("-64",), "only one of -4 and -6 allowed"),
        (("-k", "a", "-y", "b:c"), "nsupdate: cannot specify both -k and -y"),
        (("-g", "-k", "a"), "nsupdate: cannot specify -g with -k or -y"),
        (("-o", "-y", "a:b"), "nsupdate: cannot specify -g with -k or -y"),
        (("-K", "a"), "nsupdate: cannot specify the -K option without the -E option, and vice versa."),
        (("-E", "a"), "nsupdate: cannot specify the -K option without the -E option, and vice versa."),
        (("-A", "a", "-O"), "nsupdate: cannot specify the -A option in conjunction with the -O option."),
        (("-p", "x"), "bad port number 'x'"),
        (("-p", "65536"), "bad port number '65536'"),
        (("-t", "-1"), "bad timeout '-1'"),
        (("-u", "1.5"), "bad udp timeout '1.5'"),
        (("-r", ""), "bad udp retries ''"),
        (("-L", "x"), "bad library debug value 'x'"),
        (("-R", "/dev/random"), "The -R option has been deprecated."),
        (("-h",), USAGE),
        (("-k",), f"nsupdate: option requires an argument -- k\n{USAGE}"),
        (("-dQ",), f"nsupdate: illegal option -- Q\nnsupdate: invalid argument -Q\n{USAGE}"),
        (("-:",), f"nsupdate: illegal option -- :\nnsupdate: invalid argument -:\n{USAGE}"),
    ],
)
def test_a_mistake_is_said_in_nsupdates_words(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Fatal) as caught:
        options_from_words(words)
    assert str(caught.value) == said


def test_lists_and_the_version_are_printed_instead_of_a_run() -> None:
    types = options_from_words(["-T"])
    assert isinstance(types, str)
    listed = types.splitlines()
    assert listed[:2] == ["A", "NS"]
    assert {"TXT", "HTTPS", "DLV"} <= set(listed)
    assert not {"ANY", "TSIG", "OPT", "AXFR"} & set(listed)
    assert options_from_words(["-P"]) == ""
    version = options_from_words(["-V"])
    assert isinstance(version, str)
    assert version.startswith("nsupdate ")
    assert options_from_words(["-VT"]) == version + types


def test_the_repr_of_options_does_not_show_a_secret() -> None:
    assert "hush" not in repr(options("-y", "x:hush"))

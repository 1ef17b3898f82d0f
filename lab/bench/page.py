"""The page docs/speed.md: its text, with the figures, tables and plots of a run."""

import textwrap
from collections.abc import Callable, Iterator

from lab.bench.bulk import title_of
from lab.bench.kerberos import NSUPDATE_BY_GSS, WITH_KEY, WITH_TICKET
from lab.bench.one_shot import BARE_PYTHON, OUR_NSUPDATE, SET, SET_READ_BACK
from lab.bench.plots import BATCH_PLOT, NAMES_PLOT, SERVERS_PLOT, plots_of
from lab.bench.results import Part, Results, Row, Task
from lab.bench.secure import BY_UDP, KEPT_TCP, KEPT_TLS, ON_KEPT, OVER_TLS
from lab.bench.servers import KINDS
from lab.bench.shapes import SENDS
from lab.bench.table import markdown, number, seconds_text, table, tables
from lab.bench.work import APPLY, APPLY_READ_BACK, DEFAULTS, DNSPERF_OCTETS, DNSPYTHON, KNSUPDATE, NSUPDATE, REPLAY

_WIDTH = 120
_NOTHING = "-"
_HUNDRED_THOUSAND, _MILLION = 100_000, 1_000_000
_SIZES = (1, 10, 100, 1000, 10_000, _HUNDRED_THOUSAND, _MILLION)
_COMPARED = (APPLY, APPLY_READ_BACK, NSUPDATE, KNSUPDATE, DNSPYTHON, REPLAY)


def page(results: Results) -> str:
    """Return the page; a chapter is left out if its part was not measured."""
    chapters = [chapter(results) for name, chapter in _CHAPTERS.items() if name in results.parts]
    return "\n\n".join([_head(results), *chapters, _method(results)]) + "\n"


def _head(results: Results) -> str:
    dates = sorted({part.date for part in results.parts.values()})
    days = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return _chapter(
        "# Speed",
        f"""What dns-update costs beside other programs, measured on {days}. `make bench` measures it on your
        machine and makes this page; nothing in it is written by hand. Times depend on the machine; ratios do so
        much less. Programs that are compared ran by turns, on the same server and with the same names.
        `time / {NSUPDATE}` is the median of the ratios of the runs of the same turn: below 1 is faster.""",
    )


def _one_name(results: Results) -> str:
    task = results.parts["one-shot"].tasks[0]
    return _chapter(
        "## One name",
        f"""A whole process, from its start to its end: `dns-update` takes {_ratio(task, SET)} times as long as
        {NSUPDATE}, and {_ratio(task, SET_READ_BACK)} times as long if it also reads back what the server has
        then, as it does by default. It needs {_ratio(task, SET, of="mib")} times the memory. Python alone, doing
        nothing, takes {_ratio(task, BARE_PYTHON)} times as long.""",
        table(task),
    )


def _tls(results: Results) -> str:
    task, *others = results.parts["tls"].tasks
    kept = [
        f"On an open connection, an update takes {number(other.ratio(KEPT_TLS, KEPT_TCP))} times as long as by TCP."
        for other in others
        if other.title == ON_KEPT
    ]
    return _chapter(
        "### Over TLS",
        f"""A whole process that verifies the server's certificate takes
        {number(task.ratio(OVER_TLS, BY_UDP))} times as long as one by UDP. The handshake, and
        OpenSSL, come on top. One connection carries all messages. {" ".join(kept)}""",
        tables([task, *others]),
    )


def _gss(results: Results) -> str:
    task = results.parts["gss"].tasks[0]
    return _chapter(
        "### With a Kerberos ticket",
        f"""A whole process that negotiates a key and signs by GSS-TSIG takes
        {number(task.ratio(WITH_TICKET, NSUPDATE_BY_GSS))} times as long as {NSUPDATE_BY_GSS}, and
        {number(task.ratio(WITH_TICKET, WITH_KEY))} times as long as with a shared key. The ticket for the server is
        in the cache, so no KDC is asked.""",
        table(task),
    )


def _scripts(results: Results) -> str:
    return _chapter(
        "## Scripts of many sends",
        f"""`{OUR_NSUPDATE}` reads the same scripts as {NSUPDATE}. Sends that do not depend on each other go together,
        also in one message; the other programs send a message for each, and wait for its answer. Each send replaces
        one name. The server waits for its disk. Ready-made messages and dnsperf do not wait for each answer; they show
        what the server can do with messages of one name.""",
        tables(results.parts["scripts"].tasks),
    )


def _shapes(results: Results) -> str:
    return _chapter(
        "### Scripts of common shapes",
        f"Each has {SENDS:,} sends, of one name each, by UDP if nothing else is said.",
        tables(results.parts["shapes"].tasks),
    )


def _bulk(results: Results) -> str:
    part = results.parts["bulk"]
    sizes = [(names, task) for names in _SIZES if (task := _task_of(names, results)) is not None]
    head = ["names", *_COMPARED, f"the first / {NSUPDATE}", f"the first / {KNSUPDATE}"]
    hundred_thousand = part.task(title_of(_HUNDRED_THOUSAND))
    return _chapter(
        "## Many names",
        f"""Each program replaces the addresses of all names of a zone, in a random order: `dns-update apply` with
        its defaults, {DEFAULTS.message_octets:,} octets a message and {DEFAULTS.most_in_flight} messages in
        flight, the others with the number of names a message that they are fastest with. Ready-made messages
        were made and signed before, so their time is the server's alone.""",
        _picture(NAMES_PLOT, results),
        markdown(head, [_line_of(names, task) for names, task in sizes]),
        "### The batch size",
        _wrapped(_about_batches(part.tasks[0])),
        _picture(BATCH_PLOT, results),
        table(part.tasks[0]),
        *([] if hundred_thousand is None else ["### 100,000 names", table(hundred_thousand)]),
    )


def _line_of(names: int, task: Task) -> list[str]:
    best = [task.best(program) for program in _COMPARED]
    times = [_NOTHING if row is None else seconds_text(row.median) for row in best]
    return [f"{names:,}", *times, *(number(task.ratio(APPLY, peer)) for peer in (NSUPDATE, KNSUPDATE))]


def _task_of(names: int, results: Results) -> Task | None:
    parts = (results.parts[name] for name in ("bulk", "million") if name in results.parts)
    return next((task for part in parts if (task := part.task(title_of(names))) is not None), None)


def _about_batches(task: Task) -> str:
    found = [
        f"{program} {row.batch:,.0f}"
        for program in (NSUPDATE, KNSUPDATE, DNSPYTHON)
        if (row := task.best(program)) is not None and row.batch is not None
    ]
    text = f"The number of names a message that each is fastest with: {', '.join(found)}."
    ours, server = task.best(APPLY), task.best(REPLAY)
    if ours is not None and server is not None:
        text += f" `dns-update apply` is fastest with {ours.octets:,} octets a message,"
        text += f" and BIND itself with {server.octets:,}."
    return text


def _million(results: Results) -> str:
    task, fewer = results.parts["million"].tasks[0], _task_of(_HUNDRED_THOUSAND, results)
    ours, read_back = task.best(APPLY), task.best(APPLY_READ_BACK)
    before = None if fewer is None else fewer.best(APPLY)
    text = []
    if ours is not None and before is not None:
        text.append(f"`dns-update apply` takes {number(ours.median / before.median)} times as long as for 100,000.")
    if ours is not None and read_back is not None:
        text.append(f"It needs {number(ours.peak)} MiB, and {number(read_back.peak)} MiB if it reads back all names.")
    if task.server_mib is not None:
        text.append(f"BIND needs {task.server_mib:,.0f} MiB.")
    return _chapter("### 1,000,000 names", " ".join(text), table(task))


def _servers(results: Results) -> str:
    part = results.parts["servers"]
    defaults = f"{DEFAULTS.message_octets:,} octets, {DEFAULTS.most_in_flight} in flight"
    head = ["server", "fastest with", "names/s", f"names/s with {defaults}", "`dns-update apply`, names/s"]
    lines = [line for kind in KINDS if (line := _line_of_server(kind.title, part.task(kind.task))) is not None]
    return _chapter(
        "### What each server is fastest with",
        f"""Servers differ in how large messages should be, and in how many should be sent before the first answer.
        Ready-made messages show it. `dns-update apply` has {defaults}; its column includes its start.""",
        _picture(SERVERS_PLOT, results),
        markdown(head, lines),
        *_notes(part),
    )


def _line_of_server(title: str, task: Task | None) -> list[str] | None:
    best = None if task is None else task.best(REPLAY)
    if task is None or best is None:
        return None
    rates = [_NOTHING if row is None else f"{row.rate:,.0f}" for row in (best, _by_default(task), task.best(APPLY))]
    return [title, f"{best.octets:,} octets, {best.in_flight} in flight", *rates]


def _by_default(task: Task) -> Row | None:
    wanted = (REPLAY, DEFAULTS.message_octets, DEFAULTS.most_in_flight)
    return next((row for row in task.rows if (row.program, row.octets, row.in_flight) == wanted), None)


def _notes(part: Part) -> Iterator[str]:
    for task in part.tasks:
        yield from (_wrapped(f"Not measured: {task.title}: {note}.") for note in task.notes)


def _encoding(results: Results) -> str:
    return f"## The library beside dnspython\n\n{tables(results.parts['encoding'].tasks)}"


def _agent(results: Results) -> str:
    return _chapter(
        "## The agent",
        """The kernel tells the agent of a new address; the others look for it. ddclient runs with the shortest
        interval that it takes, 60 s. inadyn cannot send DNS updates, so only its memory is shown.""",
        tables(results.parts["agent"].tasks),
    )


def _method(results: Results) -> str:
    facts = ", ".join(f"{name} {text}" for name, text in results.facts.items())
    items = (
        f"**Machine and versions**: {facts}.",
        """**Servers** are started for the run, on loopback; BIND has its default number of threads, Knot and PowerDNS
        have one. Unless it is said that the server waits for its disk, its writes are not forced to the disk. After
        each run, some names are looked up: a run that has not changed them does not count.""",
        f"""**{DNSPYTHON}**: blocking, on one TCP connection, one message after the other, with the same Python as
        ours.""",
        f"""**dnsperf** measures servers. It signs the updates that it makes itself (`-u`), but its buffer has room
        for a few names only, so they have one name each. For many names it sends ready-made messages (`-B`), of up to
        {DNSPERF_OCTETS:,} octets: with larger ones it stops.""",
        """**Raw figures**, each run of each program: [speed.json](speed.json). `python -m lab.bench --page` makes
        this page from them, `make bench PARTS="one-shot bulk"` measures parts, and `python -m lab.bench --help` lists
        them.""",
    )
    return "## How it was measured\n\n" + "\n".join(_wrapped(item, bullet="- ") for item in items)


def _chapter(title: str, text: str, *rest: str) -> str:
    return "\n\n".join([title, _wrapped(text), *rest])


def _wrapped(text: str, bullet: str = "") -> str:
    indent = " " * len(bullet)
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent=bullet, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.fill(" ".join(text.split()))


def _picture(file: str, results: Results) -> str:
    about = next(plot.about for plot in plots_of(results) if plot.file == file)
    return f"![{about}]({file})"


def _ratio(task: Task, program: str, of: str = "seconds") -> str:
    return number(task.ratio(program, NSUPDATE, of))


_CHAPTERS: dict[str, Callable[[Results], str]] = {
    "one-shot": _one_name,
    "tls": _tls,
    "gss": _gss,
    "bulk": _bulk,
    "million": _million,
    "servers": _servers,
    "scripts": _scripts,
    "shapes": _shapes,
    "encoding": _encoding,
    "agent": _agent,
}

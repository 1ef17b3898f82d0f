"""The reader of shell scripts sees what a real shell gives to nsupdate."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.migration.shell import ShellScript

# In each, all that nsupdate gets is known without a run. The program `nsupdate` of the test prints it.
SCRIPTS = {
    "here-document": "nsupdate -v <<END\nserver 192.0.2.1\n\nsend\nEND\n",
    "quoted end": "A=x\nnsupdate <<'END'\nadd $A `b` \\$\nEND\n",
    "end in double quotes": 'A=x\nnsupdate <<"END"\nadd $A\nEND\n',
    "tabs removed": "nsupdate <<-END\n\tserver a\n\t\tsend\n\tEND\n",
    "a pipe after the here-document": "cat <<END | nsupdate -k x\nserver a\nEND\necho done >&2\n",
    "two here-documents": "cat <<A; cat >/dev/null <<B\none\nA\ntwo\nB\n",
    "variables": 'A=ns.example.com\nB="$A"\nC=$B:53\nnsupdate <<END\nserver ${C} ${A} $A.$B "$A" \'$A\'\nEND\n',
    "defaults": "nsupdate <<END\nzone ${ZONE:-example.com} ${OTHER-a}\nEND\n",
    "exported": "export A=a B=b\nreadonly C=c\nnsupdate <<END\nadd $A $B $C\nEND\n",
    "escapes": 'A=a\nnsupdate <<END\nadd \\$A \\\\ \\` \\n "q"\nEND\n',
    "comments": "# A=b\nA=a # a comment\nnsupdate <<END # another\n# $A\nEND\n",
    "quotes within words": "A='a b'\"c\"'d'e\nnsupdate <<END\n$A\nEND\n",
    "continued line": "nsupdate \\\n  -v \\\n  <<END\nsend\nEND\n",
    "echo": 'A=a\necho "server $A" | nsupdate\n',
    "echo with several lines": 'A=a\necho "server $A\nzone b\nsend" | nsupdate\n',
    "echo with escapes": 'echo "server a\\nsend" | nsupdate\n',
    "printf": "printf 'server %s\\nzone %s\\nsend\\n' a \"b\" | nsupdate\n",
    "printf of a percent sign": "printf 'add a%%b %s\\n' c | nsupdate\n",
    "subshell": "A=a\n( echo server $A\n  echo send ) | nsupdate -v\n",
    "braces": 'A=a\n{\n  echo "server $A"; echo "send"\n} | nsupdate -v\n',
    "conditions": 'A=a\nif [ "$A" = a ]; then\n  echo "server $A" | nsupdate\nfi\n',
    "function": "A=a\nupdate() {\n  nsupdate <<END\nserver $A\nEND\n}\nupdate\n",
    "set below the function": "update() {\n  nsupdate <<END\nserver $A\nEND\n}\nA=a\nupdate\n",
    "and, or": 'true && echo "server a" | nsupdate || echo "failed" >&2\n',
}


def run_by_sh(script: str, program: str, directory: Path) -> str:
    """Run a shell script with a program in place of nsupdate that prints what it gets; return that."""
    bin_directory = directory / "bin"
    bin_directory.mkdir()
    (bin_directory / "nsupdate").write_text(program, encoding="utf-8")
    (bin_directory / "nsupdate").chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": f"{bin_directory}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        cwd=directory,
    )
    return done.stdout


def fed(script: ShellScript) -> list[str]:
    """Return the lines that nsupdate gets."""
    found = [
        line.text
        for command in script.commands
        for line in (command.lines if command.program == "nsupdate" else command.printed() if command.is_fed else ())
    ]
    return found[: -1 if found and not found[-1] else None]


@pytest.mark.parametrize("name", SCRIPTS)
def test_nsupdate_gets_what_a_real_shell_gives_it(name: str, tmp_path: Path) -> None:
    script = SCRIPTS[name]
    if name == "two here-documents":
        script = script.replace("cat <<A", "nsupdate <<A")
    real = run_by_sh(script, "#!/bin/sh\nexec cat\n", tmp_path).splitlines()
    read = ShellScript(script)
    assert fed(read) == real != []
    assert read.mistakes == ()


def test_lines_have_their_numbers() -> None:
    (command,) = ShellScript("# 1\nA=a\nnsupdate <<END\n$A\n\nb\nEND\n").commands
    assert [(line.text, line.number) for line in command.lines] == [("a", 4), ("", 5), ("b", 6)]
    (echo, _) = ShellScript('A="x\ny"\n\necho "one\ntwo\\nalso two" | nsupdate').commands
    assert [line.number for line in echo.printed()] == [4, 5, 5]


UNKNOWN = {
    "$1": "$1",
    "${1}": "$1",
    "$@": "$@",
    "$IP": "$IP",
    "${IP%/*}": "$IP%/*",
    "$(curl -s https://example.net/ip)": "a command",
    "`curl -s https://example.net/ip`": "a command",
    "$(echo `echo $(echo ')' \")\" \\) )` )": "a command",
    "$((1 + (2)))": "$((...))",
    "${X:-$(y)}": "$X:-$(y)",
}


@pytest.mark.parametrize("written", UNKNOWN)
def test_what_only_a_run_can_tell_is_one_character(written: str) -> None:
    script = ShellScript(f"nsupdate <<END\nadd {written} x\nEND\necho after")
    line = script.commands[0].lines[0].text
    assert (line[:4], line[5:]) == ("add ", " x")
    assert str(script.unknowns[line[4]]) == UNKNOWN[written]
    assert script.commands[1].words == ("echo", "after")


def test_a_command_has_the_values_of_the_variables_that_need_no_quotes() -> None:
    script = ShellScript("IF=ppp0; X='a b'\nIP=$(ip addr show $IF ${X} $Y)\nnsupdate $IP")
    assert script.unknowns[script.commands[0].words[1]].text == "ip addr show ppp0 ${X} $Y"


@pytest.mark.parametrize("name", ["$(hostname)", "`hostname -s`", "$HOSTNAME", "$(uname -n)"])
def test_the_name_of_the_machine_is_known(name: str) -> None:
    assert ShellScript(f"nsupdate {name}.example.com").commands[0].words == ("nsupdate", "{identity}.example.com")


def test_the_end_of_a_doubling_variable() -> None:
    script = ShellScript("A=xxxxxxxx\n" + "A=$A$A\n" * 100 + "nsupdate $A")
    assert len(script.commands[0].words[1]) <= 2048


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nnsupdate <<END\nsend\n", 2),
        ("a 'b\nc", 1),
        ('a\nb "c', 2),
        ("a `b", 1),
        ("a\n\n$(b", 3),
        ("${a", 1),
    ],
)
def test_what_is_not_closed_is_a_mistake_with_its_line(text: str, line: int) -> None:
    assert [number for number, _ in ShellScript(text).mistakes] == [line]


@given(st.text(max_size=200) | st.lists(st.sampled_from([*"$`'\"\\(){}<>|;&# \nA=1E", "<<E\n"])).map("".join))
def test_any_text_has_commands_within_its_lines(text: str) -> None:
    lines = text.count("\n") + 1
    script = ShellScript(text)
    assert all(1 <= command.number <= lines and command.words for command in script.commands)
    assert all(1 <= number <= lines for number, _ in script.mistakes)

"""Real shells, interactive on a terminal of their own, that complete a line."""

import contextlib
import os
import pty
import select
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import COMMAND

COMPLETION = Path(__file__).parents[2] / "completion"
_DEADLINE = 60  # seconds after which a shell hangs; none of the tests counts on it
_CHUNK = 65536
_TAB, _ALL, _TELL = b"\t", b"\x18\x01", b"\x18\x10"

# What is typed is told over descriptor 3, and the line is then empty again.
_BASH = """\
bind 'set bell-style none'
bind 'set disable-completion off'
bind '"\\C-x\\C-a": insert-completions'
_tell() { printf '%s\\0' "$READLINE_LINE" >&3; READLINE_LINE=; READLINE_POINT=0; }
bind -x '"\\C-x\\C-p": _tell'
. COMPLETION/bash/dns-update
"""
_ZSH = """\
fpath=(COMPLETION/zsh $fpath)
autoload -Uz compinit
compinit -u -D
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
zle -C all-matches complete-word _generic
_tell() { print -rnu 3 -- "$BUFFER"; print -nu 3 '\\0'; BUFFER= }
zle -N _tell
bindkey '^X^A' all-matches
bindkey '^X^P' _tell
"""


@dataclass
class Shell:
    """A shell at its prompt: `terminal` is its keyboard and screen, `told` the pipe over which it tells its line."""

    terminal: int
    told: int

    def completed(self, line: str) -> str:
        """Return what a line is after the Tab key."""
        return self._line_after(line, _TAB)

    def candidates(self, line: str) -> list[str]:
        """Return all that may take the place of a line's last word, or of its part after `=`, `:` or `@`."""
        whole = self._line_after(line, _ALL)
        return _parts(shlex.split(whole[line.rfind(" ") + 1 :]), line)

    def _line_after(self, line: str, key: bytes) -> str:
        os.write(self.terminal, line.encode() + key + _TELL)
        told = b""
        while not told.endswith(b"\0"):
            ready, _, _ = select.select([self.terminal, self.told], [], [], _DEADLINE)
            assert ready, "the shell does not answer"
            if self.terminal in ready:
                os.read(self.terminal, _CHUNK)  # the screen, which nobody reads
            if self.told in ready:
                told += os.read(self.told, _CHUNK)
        return told[:-1].decode()


@contextlib.contextmanager
def shell(name: str, directory: Path) -> Iterator[Shell]:
    """Start `bash` or `zsh` with our completion in a directory, without the user's own settings."""
    start = {"bash": _BASH, "zsh": _ZSH}[name].replace("COMPLETION", str(COMPLETION))
    (directory / ".zshrc").write_text(start, encoding="utf-8")
    (directory / "rc.bash").write_text(start, encoding="utf-8")
    commands = {
        "bash": ["bash", "--noprofile", "--rcfile", str(directory / "rc.bash"), "-i"],
        "zsh": ["zsh", "-d", "-i"],
    }
    terminal, keyboard = pty.openpty()
    told, telling = os.pipe()
    process = subprocess.Popen(
        ["bash", "-c", f'exec 3>&{telling}; exec "$@"', "-", *commands[name]],
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        pass_fds=[telling],
        cwd=directory,
        env=_environment(directory),
        start_new_session=True,
    )
    os.close(keyboard)
    os.close(telling)
    try:
        yield Shell(terminal, told)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
        os.close(told)


def fish_candidates(line: str, directory: Path) -> list[str]:
    """Return what fish offers in place of the last word of a line."""
    script = f"set fish_complete_path {COMPLETION}/fish $fish_complete_path; complete -C {shlex.quote(line)}"
    done = subprocess.run(
        ["fish", "-c", script],
        cwd=directory,
        env=_environment(directory),
        capture_output=True,
        text=True,
        check=True,
        timeout=_DEADLINE,
    )
    assert done.stderr == ""
    return _parts([shown.partition("\t")[0] for shown in done.stdout.splitlines()], line)


def _parts(words: list[str], line: str) -> list[str]:
    """Return words without what the last word of the line already has up to its last `=`, `:` or `@`."""
    begun = line.rpartition(" ")[2]
    stem = begun[: max(begun.rfind(mark) for mark in "=:@") + 1]
    return sorted({word.removeprefix(stem) for word in words} - {""})


def _environment(directory: Path) -> Mapping[str, str]:
    return {
        "HOME": str(directory),
        "ZDOTDIR": str(directory),
        "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
        "TERM": "dumb",
        "INPUTRC": "/dev/null",
        "LC_ALL": "C.UTF-8",
    }

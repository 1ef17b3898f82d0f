"""What a set-up has made, as values, as text and as JSON: files, the server's part, what to try next; no secret."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text
from dns_update.cli.check_report import step_fields
from dns_update.cli.key_generate import reader_of
from dns_update.cli.request import find_configuration
from dns_update.doctor.checklist import Step
from dns_update.doctor.weak_secrets import weakness_of
from dns_update.keys.assignment import Piece
from dns_update.keys.fingerprint import fingerprint_of
from dns_update.setup.answers import Answers
from dns_update.value import Value

DONE, WOULD_CHANGE = 0, 20


class SetupResult(Value):
    """A set-up: its answers, the paths of its files, the text of the configuration, and what the server needs.

    `server_file` is the file that the server reads, empty if the key was given. With `is_dry`, nothing was written.
    """

    answers: Answers
    output: str
    key_file: str
    files: tuple[str, ...]
    configuration: str
    server: tuple[Piece, ...]
    server_file: str
    is_dry: bool

    @property
    def exit_status(self) -> int:
        """The status with which the command ends."""
        return WOULD_CHANGE if self.is_dry else DONE

    def commands(self, service: str) -> str:
        """Return what can be tried next; `service` are the commands that start the agent, if it is not started."""
        other = "" if find_configuration() == self.output else f" config={shlex.quote(self.output)}"
        name = self.answers.owners[0]
        return f"dns-update check {name}{other}\ndns-update agent --once{other}\n{service}"

    def tell(self, *, quiet: bool) -> None:
        """Say on standard error what was written, or would be."""
        if quiet:
            return
        verb = "would be written" if self.is_dry else "is written"
        for path in self.files:
            talk(f"{path} {verb}{self._about(path)}")
        if self.server_file:
            talk(f"a copy of {self.server_file} is for the server; {reader_of(self.answers.server_type)}")

    def _about(self, path: str) -> str:
        key = self.answers.key
        if path != self.key_file:
            return ""
        if self.is_dry and self.answers.is_key_made:
            return f", with a new key {key.name}"
        weakness = weakness_of(key)
        shown = "weak" if weakness else f"fingerprint {fingerprint_of(key)}"
        return f": key {key.name}, {key.algorithm.text}, {key.bits} bits, {shown}"

    def put(self, service: str) -> None:
        """Print the configuration of a dry run, what the server needs, and what to try next."""
        dry = (Piece(self.output, self.configuration),) if self.is_dry else ()
        when = "when the server has the key" if self.answers.is_key_made else "to try it"
        pieces = (*dry, *self.server, Piece(f"on this machine, {when}", self.commands(service)))
        put("\n".join(f"# {piece.place}:\n{piece.text}" for piece in pieces))

    def put_json(self, steps: Sequence[Step], service: str, *, is_started: bool) -> None:
        """Print everything as one JSON object."""
        answers, key = self.answers, self.answers.key
        is_known = not (weakness_of(key) or (self.is_dry and answers.is_key_made))
        fields: dict[str, object] = {
            "dry_run": self.is_dry,
            "files": list(self.files),
            "configuration": self.configuration,
            "names": [str(owner) for owner in answers.owners],
            "zone": str(answers.zone),
            "servers": list(answers.servers),
            "sources": list(answers.sources),
            "key": {
                "name": str(key.name),
                "algorithm": key.algorithm.text,
                "bits": key.bits,
                "fingerprint": fingerprint_of(key) if is_known else None,
                "file": self.key_file,
                "made": answers.is_key_made,
            },
            "server_type": answers.server_type or None,
            "server": [{"place": piece.place, "text": piece.text} for piece in self.server],
            "steps": [step_fields(step) for step in steps],
            "next": self.commands(service).splitlines(),
            "service": is_started,
        }
        put(object_text(head("init", self.exit_status, is_ok=True) | fields))

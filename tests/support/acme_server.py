"""Pebble, the ACME server that Let's Encrypt makes for tests, with a certificate of its own."""

import json
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from lab import Namespace
from lab.server import find_program

_ADDRESS = "127.0.0.1"
_DEADLINE = 30  # seconds until it must be ready; a tenth of one is usual


class AcmeServer:
    """Pebble in a network namespace; it asks the name server at port 53 there. A context manager."""

    def __init__(self, namespace: Namespace, directory: Path) -> None:
        self.url = f"https://{_ADDRESS}:14000/dir"
        self.certificate = directory / "pebble.pem"
        self._namespace = namespace
        self._directory = directory
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._make_certificate()
        configuration = self._directory / "pebble.json"
        settings = {
            "listenAddress": f"{_ADDRESS}:14000",
            "managementListenAddress": f"{_ADDRESS}:15000",
            "certificate": str(self.certificate),
            "privateKey": str(self._directory / "pebble.key"),
            "httpPort": 5002,
            "tlsPort": 5001,
        }
        configuration.write_text(json.dumps({"pebble": settings}), encoding="utf-8")
        self._process = subprocess.Popen(
            [
                *self._namespace.prefix,
                *(find_program("setpriv", "util-linux"), "--pdeathsig", "KILL"),
                *("env", "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0"),  # it delays and rejects at random
                *(find_program("pebble", "pebble"), "-config", str(configuration), "-dnsserver", f"{_ADDRESS}:53"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._wait_until_ready(self._process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._reader is not None:
            self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _make_certificate(self) -> None:
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pebble"),
                *("-addext", f"subjectAltName=IP:{_ADDRESS}"),
                *("-keyout", str(self._directory / "pebble.key"), "-out", str(self.certificate)),
            ],
            check=True,
            capture_output=True,
        )

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        """Read its log until it is ready, and go on reading, so that the pipe never fills."""
        assert process.stdout is not None
        log = process.stdout
        lines: list[str] = []
        ready = threading.Event()

        def read() -> None:
            for line in log:
                lines.append(line)
                if "ACME directory available" in line:
                    ready.set()
            ready.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        assert ready.wait(_DEADLINE), lines
        assert process.poll() is None, lines

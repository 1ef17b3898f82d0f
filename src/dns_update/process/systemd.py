"""Notifies systemd (sd_notify(3)): ready, reloading, stopping, alive."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import MutableMapping
from typing import Self

SEND_SECONDS = 1.0  # systemd reads at once; if it hangs, we must not hang with it
PINGS_PER_LIMIT = 2  # sd_watchdog_enabled(3): at half of the time after which systemd considers us dead


class Notifier:
    """Notifies the service manager of our state; without one, or if it does not listen, nothing happens.

    `watchdog_seconds` is the interval at which `alive` must be called; None if there is no watchdog.
    """

    def __init__(self, address: str = "", watchdog_seconds: float | None = None) -> None:
        """Send to the socket at `address`: a path, or `@` and the name of an abstract one; empty for none."""
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_seconds = watchdog_seconds

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str] | None = None) -> Self:
        """Make one from the environment (None: that of the process), and remove its variables there.

        Programs that we start are not the service, and must not notify in its name.
        """
        variables = os.environ if environment is None else environment
        address = variables.pop("NOTIFY_SOCKET", "")
        microseconds = variables.pop("WATCHDOG_USEC", "")
        pid = variables.pop("WATCHDOG_PID", "")
        is_meant = pid in ("", str(os.getpid()))
        interval = None
        if is_meant and microseconds.isascii() and microseconds.isdecimal() and int(microseconds):
            interval = int(microseconds) / 1_000_000 / PINGS_PER_LIMIT
        return cls(address, interval)

    def ready(self, status: str = "") -> bool:
        """Notify that the start, or a reload, is complete; this and all below return whether it was sent."""
        return self._send("READY=1", *([f"STATUS={' '.join(status.split())}"] if status else []))

    def reloading(self) -> bool:
        """Notify that the configuration is being read again; `ready` ends that (Type=notify-reload)."""
        # The clock that systemd compares with; time.monotonic() is the same on Linux, but Python does not promise it.
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        return self._send("RELOADING=1", f"MONOTONIC_USEC={now}")

    def stopping(self) -> bool:
        """Notify that the service is stopping."""
        return self._send("STOPPING=1")

    def alive(self) -> bool:
        """Notify that the service does not hang."""
        return self._send("WATCHDOG=1")

    def _send(self, *assignments: str) -> bool:
        if not self._address:
            return False
        message = "\n".join(assignments).encode("utf-8", "backslashreplace")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
                connection.settimeout(SEND_SECONDS)
                connection.connect(self._address)
                connection.send(message)
        except (OSError, ValueError):  # ValueError: a NUL in a path
            return False
        return True

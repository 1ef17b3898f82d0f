"""Messages over a TLS connection with a blocking socket."""

from __future__ import annotations

import time
from contextlib import suppress

from dns_update.auth.tls_settings import HANDSHAKE_SECONDS
from dns_update.transport import LARGEST_READ, Endpoint, Local, seconds_left
from dns_update.transport.sockets import Socket, acknowledge_at_once, connected_socket
from dns_update.transport.tcp import Stream
from dns_update.transport.tls import TlsConnection
from dns_update.wire.framing import frame


class TlsStream(Stream):
    """An established TLS connection to a server."""

    def __init__(self, connection: Socket, tls: TlsConnection) -> None:
        super().__init__(connection)
        self._tls = tls

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a message, after the last part of the handshake; raises OSError, a TimeoutError at `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        self._connection.sendall(self._tls.sealed(frame(octets)))
        acknowledge_at_once(self._connection)

    @property
    def is_idle(self) -> bool:
        """Whether it is open, and nothing came that nobody has asked for: a server ends a connection not used."""
        try:
            for _ in range(2):  # tickets of TLS, and then nothing; a server must not keep us reading
                if self.take():
                    break
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def _read(self) -> list[bytes]:
        opened = self._tls.receive(self._connection.recv(LARGEST_READ))
        return self._deframer.feed(opened) if opened else []

    def __del__(self) -> None:
        """Close the connection of a transport that was not closed."""
        self.close()


def open_tls(endpoint: Endpoint, local: Local, deadline: float, tls: TlsConnection) -> TlsStream:
    """Return an established connection to a server, which has until `deadline` for TCP and some seconds for TLS.

    Raises OSError: TlsFailure if the server is not the right one, or does not speak TLS.
    """
    connection = connected_socket(endpoint, local, deadline, is_tcp=True)
    until = time.monotonic() + HANDSHAKE_SECONDS
    try:
        while not tls.is_established:
            connection.settimeout(seconds_left(min(until, deadline)))
            connection.sendall(tls.outgoing())
            tls.receive(connection.recv(LARGEST_READ))
    except (ConnectionResetError, BrokenPipeError):
        connection.close()
        raise tls.closed() from None
    except TimeoutError:
        connection.close()
        raise tls.timed_out() from None
    except OSError:
        with suppress(OSError):
            connection.sendall(tls.outgoing())  # the alert, which tells the server why
        connection.close()
        raise
    return TlsStream(connection, tls)

"""Where a server listens: an IP address and a port."""

from __future__ import annotations

from dns_update.value import Value

DNS_PORT = 53


class Endpoint(Value):
    """One IP address, as text, and a port. Its text is what the `dns-server` property takes."""

    __slots__ = ("address", "port")
    address: str
    port: int

    def __init__(self, address: str, port: int = DNS_PORT) -> None:
        self._fill(address=address, port=port)

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is an IPv6 one."""
        return ":" in self.address

    def __str__(self) -> str:
        if self.port == DNS_PORT:
            return self.address
        return f"[{self.address}]:{self.port}" if self.is_ipv6 else f"{self.address}:{self.port}"

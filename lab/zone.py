"""A zone that a lab server serves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """A zone's name, its update policy and its first records besides SOA, NS and the name server's address.

    Attributes:
        name: with or without the trailing dot.
        policy: replaces the default permission (each of the server's `keys` may update everything), in the language
            of the server's configuration: `update-policy {...};` or `allow-update {...};` for BIND.
        records: more lines of zone file, relative to the zone.
        ttl: seconds; the zone file's $TTL, and therefore the SOA's TTL.
        type: "primary", or "secondary" with its primaries in `extra`; a secondary has no zone file at first.
        extra: more lines for the zone's block in the server's configuration.
        primary: the host that the SOA record names, relative to the zone.

    """

    name: str
    policy: str = ""
    records: str = ""
    ttl: int = 3600
    type: str = "primary"
    extra: str = ""
    primary: str = "ns"

    @property
    def origin(self) -> str:
        """The name with its trailing dot."""
        return self.name.rstrip(".") + "."

    @property
    def file_name(self) -> str:
        """The zone file's name in the server's directory."""
        return f"{self.origin}zone"

    @property
    def text(self) -> str:
        """The zone file."""
        return (
            f"$ORIGIN {self.origin}\n"
            f"$TTL {self.ttl}\n"
            f"@ SOA {self.primary} hostmaster 1 3600 900 604800 300\n"
            "@ NS ns\n"
            "ns A 127.0.0.1\n"
            f"{self.records}\n"
        )

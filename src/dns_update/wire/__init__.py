"""DNS messages: bytes to values and back (RFC 1035, 2136, 3597). No socket, no clock, no randomness."""

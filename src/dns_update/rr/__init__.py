"""Resource records and their rdata: octets, canonical form, and text in two dialects (RFC 1035, RFC 3597)."""

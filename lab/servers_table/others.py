"""What else in Debian 12 and 13 is a name server, and why it has no column."""

OTHERS = """\
## Other servers

This list is written by hand. It is of Debian 12 and 13.

| server | why it has no column |
|---|---|
| PowerDNS with another backend | the table has SQLite; the bind backend writes nothing and takes no updates |
| NSD, gdnsd, tinydns, rbldnsd | take no updates |
| Unbound, Knot Resolver, PowerDNS Recursor, dnsmasq, SmartDNS | resolvers, without zones to update |
"""

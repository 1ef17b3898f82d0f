"""The table of servers: what each can do for dns-update, found out by doing it. `python -m lab.servers_table` makes it.

Every server gets the same requests. Where it does one of them in another way, `reasons` says why, and the run must show
just that: neither a server that cannot do what it could, nor one that can do what it could not, goes unseen.
"""

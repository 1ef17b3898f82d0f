"""`make bench`: measures speed and memory beside the programs that others use, on real servers on loopback.

Each part measures one kind of work, and can be run alone: `make bench PARTS="bulk one-shot"`. `results` says what a
part yields, `table`, `page` and `plots` show it.
"""

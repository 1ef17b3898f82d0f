"""Asks all servers that this machine has, and makes docs/servers.md anew."""

from pathlib import Path
from tempfile import TemporaryDirectory

from lab.servers_table.page import CELLS, PAGE, read_cells, write
from lab.servers_table.programs import here
from lab.servers_table.run import cells_of

known = read_cells() if CELLS.exists() else {}
for name, start in here().items():
    with TemporaryDirectory(prefix="dns-update-servers-") as directory, start(Path(directory)) as program:
        known[f"{name} {program.version}"] = cells_of(program)
write(known)
print(f"{PAGE} has {len(known)} servers")

"""The grammar of the command line, the same for all commands: properties, their values, the line, and its help."""

COMMANDS = (
    "set", "add", "delete", "show", "plan", "apply", "list", "check", "nsupdate", "agent", "status", "refresh",
    "history", "run", "import", "acme", "key", "init",
)  # fmt: skip

"""The grammar of the command line, the same for all commands: properties, their values, the line, and its help."""

COMMANDS = ("set", "delete", "show", "nsupdate", "agent", "status", "refresh", "history", "run", "import")
PLANNED = ("check", "plan", "apply", "key")
"""Commands that are not implemented yet."""

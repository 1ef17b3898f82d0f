"""The words of the language that the parser has to know: commands, verbs of menus, parameters that hold scripts."""

# fmt: off
GLOBAL = frozenset((
    "delay", "do", "environment", "error", "execute", "for", "foreach", "global", "if", "jobname", "len", "local",
    "nothing", "onerror", "parse", "pick", "put", "resolve", "retry", "return", "time", "toarray", "tobool", "toid",
    "toip", "toip6", "tonum", "tostr", "totime", "typeof", "while",
))
"""Commands of the language that need no ':'. `find` and `set` are those of a menu unless they have one."""

DECLARING = ("local", "global", "set")

CODE_PARAMETERS = ("do", "else", "on-error", "command")
CODE_ALONE = ("do", "onerror", "retry", "parse", "execute", "if", "while", "time")

LOG_LEVELS = ("debug", "info", "warning", "error")

VERBS = frozenset((
    "add", "blink", "check-for-updates", "comment", "disable", "dns-update", "edit", "enable", "export", "fetch",
    "find", "flush", "force-update", "generate", "get", "import", "make-static", "monitor", "monitor-traffic",
    "move", "ping", "print", "reboot", "release", "remove", "renew", "reset", "reset-counters", "run", "scan",
    "send", "set", "shutdown", "sign", "traceroute", "unset", "wol",
))
"""Words that end the path of a command."""

OF_ROOT = ("import", "ping")
"""Verbs without a menu, known in each of them."""

SCRIPT_PARAMETERS = frozenset((
    "down-script", "lease-script", "on-down", "on-error", "on-event", "on-login", "on-logout", "on-up", "script",
    "source", "test-script", "up-script",
))
"""Parameters of menus whose value is a script; in braces it is kept as it is."""
# fmt: on

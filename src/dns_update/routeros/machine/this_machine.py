"""A machine with Linux as the world of scripts: its menus, and what each command of a router does here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from dns_update.errors import DnsUpdateError
from dns_update.routeros.conversions import to_number
from dns_update.routeros.described import Router
from dns_update.routeros.hidden_keys import without_secrets
from dns_update.routeros.machine.failure_texts import ExplainedFailure
from dns_update.routeros.machine.logbook import Logbook
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.outside import Outside
from dns_update.routeros.machine.public_address import PublicAddress
from dns_update.routeros.machine.storage import LEASES, Storage
from dns_update.routeros.machine.updates import FindAccess, RouterSender
from dns_update.routeros.remarks import Failure, NoSuchItem, ScriptRemark
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import NOTHING, Array, ItemId, Nil, RouterValue, array_of, is_empty, text_of
from dns_update.routeros.world import ID, MadeWhenRead, Menu, MenuCall, UpdateRequest
from dns_update.transport.blocking import Trace
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address import Source as AddressSource

_OF_KERNEL = ("/interface", "/ip/address", "/ipv6/address", LEASES)
_OF_UPDATES = ("http-data", "http-header-field", "password", "upload", "user")
_QUERIES_OF_UPDATES = ("domain", "domains", "host", "hostname", "ip", "key", "myip", "password", "secret", "token")
"""What a fetch has that tells another service of an address: its parameters, and those in the URL's query."""
_OF_ROUTERS = ("router-would-refuse",)
"""Codes of remarks that do not matter here."""
_ANSWERED_HERE = ("no-server",)
"""Codes of remarks that may be wrong here: the configuration may have what the script leaves out."""
_PINGS = 4  # on a router, ping goes on until it is stopped
MOST_CHARACTERS = 4096  # of a secret; a key of HMAC-SHA512 has 128
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE64_GROUP = 4  # a text of such characters is Base64, too, if its length is a multiple of this


class MachineSettings(Value):
    """What the user chooses: the map of interfaces, who may be asked for the public address, whether to send.

    `router` is a described router, whose interfaces, addresses and names are used instead of this machine's.
    """

    names: InterfaceNames
    public_address: tuple[AddressSource, ...] = ()
    is_dry: bool = False
    router: Router | None = None


class Machine:
    """A World: this machine. Several scripts may run in it at the same time, each in a thread of its own."""

    def __init__(
        self,
        settings: MachineSettings,
        outside: Outside,
        *,
        file: str,
        access: FindAccess,
        trace: Trace | None = None,
    ) -> None:
        """Make the world of the script in `file`, which remarks name.

        `access` says where an update goes; `trace` gets messages once they are asked for.
        """
        self._settings = settings
        self._outside = outside
        self._file = file
        self._said: set[object] = set()
        self._files: dict[str, str] = {}
        self._secrets: set[str] = set()
        self._left_out: dict[str, bool] = {}  # commands of an export that do nothing here; whether they were told
        self._public = PublicAddress(settings.public_address, outside.say)
        self.storage = Storage()
        self.logbook = Logbook(outside.log, self._time_text)
        self.sender = RouterSender(
            self.logbook,
            outside.say,
            outside.note,
            is_dry=settings.is_dry,
            trace=trace,
            access=access,
            open_transport=outside.transport,
        )
        self.remarks: list[ScriptRemark] = []
        self.puts: list[str] = []
        self.has_run_scripts = False  # whether a script was run by another one

    # What a script sees

    def now(self) -> float:
        """Return the monotonic time."""
        return self._outside.monotonic()

    def menu(self, path: str) -> Menu | None:  # noqa: PLR0911 - one for each menu
        """Return a menu of this machine, or one that scripts have added to."""
        if path in _OF_KERNEL:
            return self._kernel_menu(path)
        match path:
            case "/ip/cloud":
                return Menu((self._cloud(),), is_single=True)
            case "/system/identity":
                return Menu(({"name": self._identity()},), is_single=True)
            case "/system/clock":
                return Menu((self._clock(),), is_single=True)
            case "/log":
                return self.logbook.menu()
            case "/file":
                return Menu(tuple([_file(name, text) for name, text in self._files.items()]))
        if path.startswith("/interface/"):
            return self._kernel_menu("/interface")
        return self.storage.menu(path)

    def script(self, name: str) -> ScriptSource | None:
        """Return a stored script, which is about to run."""
        source = self.storage.script(name)
        self.has_run_scripts |= source is not None
        return source

    def resolve(self, name: str, server: str, kind: str) -> str:
        """Return the address of a name: from the described router's names if it has such, or from a resolver."""
        router = self._settings.router
        if router is not None and "dns" in router.state:
            return router.resolve(name, server, kind)
        from dns_update.routeros.machine.resolving import resolved  # most scripts resolve nothing

        return resolved(name, server, kind, self._outside.transport(None, None))

    def _kernel_menu(self, path: str) -> Menu | None:
        router = self._settings.router
        if router is not None:
            return router.menu(path)
        from dns_update.address.kernel import snapshot  # not for a script of literal addresses
        from dns_update.routeros.machine.menus import address_rows, interface_rows, lease_rows

        try:
            interfaces, names = snapshot.read_interfaces(), self._settings.names
        except DnsUpdateError as error:
            raise ExplainedFailure("failure: the interfaces are not known", error) from error
        if path == "/interface":
            return Menu(interface_rows(interfaces, names))
        if path == LEASES:
            return Menu(lease_rows(interfaces, names, self.storage.rows(LEASES)))
        return Menu(address_rows(interfaces, names, IPV4_OCTETS if path == "/ip/address" else IPV6_OCTETS))

    def _public_text(self, *, is_ipv6: bool) -> str:
        router = self._settings.router
        if router is not None and "public_address" in router.state:
            return str(router.state["public_address"])
        return self._public.address(is_ipv6=is_ipv6)

    def _cloud(self) -> Mapping[str, RouterValue]:
        # The address is asked for when it is used, not by a command that sets other properties.
        makers = {"public-address": lambda: self._public_text(is_ipv6=False)}
        return MadeWhenRead(makers | {"ddns-enabled": lambda: "no", "status": lambda: "updated"})

    def _identity(self) -> str:
        router = self._settings.router
        if router is not None and "identity" in router.state:
            return str(router.state["identity"])
        import os  # few scripts ask

        return os.uname().nodename.partition(".")[0]

    def _clock(self) -> dict[str, RouterValue]:
        moment = time.localtime(self._outside.wall())
        return {"time": time.strftime("%H:%M:%S", moment), "date": time.strftime("%Y-%m-%d", moment)}

    def _time_text(self) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self._outside.wall()))

    # What a script does

    def command(self, call: MenuCall) -> RouterValue:
        """Carry out what this machine can do, and answer the rest with what Linux does; raises Failure."""
        own = self._own_command(call)
        if own is not None:
            return own(call)
        if call.menu == LEASES and call.verb in ("set", "enable", "disable"):
            self._adopt_leases()
        if self.storage.keeps(call.menu) and call.verb in ("add", "set", "remove", "enable", "disable"):
            return self.storage.command(call)
        return self._answer(call)

    def _own_command(self, call: MenuCall) -> Callable[[MenuCall], RouterValue] | None:
        if call.verb == "ping" and call.menu in ("/", "/tool"):
            return self._ping
        if call.verb == "fetch" and call.menu == "/tool":
            return self._fetch
        if (call.menu, call.verb) == ("/tool", "generate") or call.menu == "/tool/generate":
            return self._generate
        if (call.menu, call.verb) == ("/system/logging", "add"):
            return self._add_logging
        return self._remove_file if (call.menu, call.verb) == ("/file", "remove") else None

    def log(self, topic: str, text: str) -> None:
        """Write to the log."""
        self.logbook.add(f"script,{topic}", self.without_secrets(text))

    def put(self, text: str) -> None:
        """Print a line."""
        text = self.without_secrets(text)
        self.puts.append(text)
        self._outside.put(text)

    def hide(self, secrets: frozenset[str]) -> None:
        """Show none of these keys of a script from now on."""
        self._secrets |= secrets

    def without_secrets(self, text: str) -> str:
        """Return a text of a script without the keys that are in the script."""
        return without_secrets(text, self._secrets)

    def delay(self, seconds: float) -> None:
        """Wait."""
        self._outside.pause(seconds)

    def send(self, request: UpdateRequest) -> None:
        """Send an update; raises ExplainedFailure."""
        router = self._settings.router
        failure = "" if router is None else router.state.get("server_fails", {}).get(request.server, "")
        if failure and self._settings.is_dry:
            self.sender.fail(request, failure)
        self.sender.send(request)

    def remark(self, remark: ScriptRemark) -> None:
        """Tell the user what there is to say of a script, once."""
        if remark.code in _ANSWERED_HERE:
            return
        self.remarks.append(remark)
        is_new = (remark.code, remark.file_place) not in self._said
        if is_new and remark.severity != "error" and remark.code not in _OF_ROUTERS:
            self._said.add((remark.code, remark.file_place))
            kind = "warning" if remark.severity == "warning" else "note"
            self._outside.say(f"{kind}: {self._file}: {remark}")

    # Commands

    def _ping(self, call: MenuCall) -> RouterValue:
        from dns_update.routeros.machine.pinging import MOST_PINGS, pings_answered  # of this command only

        host = text_of(call.unnamed[0] if call.unnamed else call.get("address"))
        count = to_number(call.get("count")) if not is_empty(call.get("count")) else _PINGS
        if not host or host.startswith("-"):
            raise Failure("missing value(s) of argument(s) address")
        if isinstance(count, Nil) or not 0 < count <= MOST_PINGS:
            raise Failure(f"value of count out of range (1..{MOST_PINGS})")
        received = pings_answered(host, count)
        loss = (count - received) * 100 // count
        self.put(f"sent={count} received={received} packet-loss={loss}%")
        return received

    def _generate(self, call: MenuCall) -> RouterValue:
        kind = call.verb if call.menu != "/tool" else text_of(call.unnamed[0]) if call.unnamed else ""
        length = to_number(call.get("length"))
        if kind != "random":
            raise Failure(f"bad command name {kind or 'generate'}")
        if isinstance(length, Nil) or not 0 < length <= MOST_CHARACTERS:
            raise Failure(f"value of length out of range (1..{MOST_CHARACTERS})")
        draw = self._outside.random_below
        secret = "".join([_ALPHABET[draw(len(_ALPHABET))] for _ in range(length)])
        if length % _BASE64_GROUP:
            self._outside.note("this is not Base64, as a secret of BIND must be: the length is not a multiple of 4")
        self.put(secret)
        return secret

    def _fetch(self, call: MenuCall) -> RouterValue:
        """Give the public address instead of what a web page says."""
        if _tells_a_service(call):
            raise Failure("failure: no other service is told of an address here: /tool dns-update sends it")
        address = self._public_text(is_ipv6="ipv6" in text_of(call.get("url")))
        place = f"{self._file}: line {call.place.line}"
        self._note_once("fetch", f"{place}: fetch gives the public address, and does not ask the web page")
        if text_of(call.get("output")).startswith("user"):
            return array_of((), {"data": address, "status": "finished", "downloaded": 0})
        url = text_of(call.get("url"))
        name = text_of(call.get("dst-path")) or url.rstrip("/").rpartition("/")[2] or "index.html"
        self._files[name] = address
        return NOTHING

    def _remove_file(self, call: MenuCall) -> RouterValue:
        given = call.unnamed[0] if call.unnamed else call.get("numbers")
        for name in given.elements() if isinstance(given, Array) else (given,):
            if self._files.pop(text_of(name).removeprefix("*"), None) is None:
                raise NoSuchItem
        return NOTHING

    def _add_logging(self, call: MenuCall) -> RouterValue:
        topics = text_of(call.get("topics")).split(",")
        if "debug" in topics and {"dns", "debug"} >= {*topics}:
            self.sender.is_tracing = True
            self._note_once(("debug",), "every message sent and received is printed from here on, as with --debug")
            return NOTHING
        return self._answer(call)

    def _adopt_leases(self) -> None:
        """Keep a row for each DHCP client of this machine, so that `set [find ...] script=` has one to change."""
        menu = self._kernel_menu(LEASES)
        self.storage.adopt(LEASES, menu.rows if menu is not None else ())

    def _answer(self, call: MenuCall) -> RouterValue:
        from dns_update.routeros.machine.on_linux import LEFT_OUT, answer_to  # few scripts need one

        answer = answer_to(call.menu, call.verb)
        if answer is None:
            raise Failure(f"bad command name {call.verb or call.menu.rpartition('/')[2]}")
        path = f"{call.menu.rstrip('/')} {call.verb}".strip()
        if answer is LEFT_OUT:
            self._left_out.setdefault(path, False)
            return NOTHING
        here = f"changes a router, not this machine; here: {answer.instead}"
        self._note_once((call.menu, call.verb), f"{path} {here}")
        if answer.is_failure:
            raise Failure(f"failure: {path} is not done here")
        return NOTHING

    def forget(self) -> None:
        """Forget what was done so far, except the log: a service would keep it without end."""
        self.puts.clear()
        self.remarks.clear()
        self.sender.updates.clear()

    def tell_left_out(self) -> None:
        """Tell in one line which commands, in menus that matter to a router only, did nothing so far."""
        new = [path for path, is_told in self._left_out.items() if not is_told]
        if new:
            self._left_out.update(dict.fromkeys(new, True))
            from dns_update.address.sources import some_of  # rarely needed

            self._outside.note(f"left out, because this machine has its own configuration for it: {some_of(new)}")

    def tell(self, line: str) -> None:
        """Tell the user something."""
        self._outside.say(line)

    def note(self, text: str) -> None:
        """Tell the user something that changes nothing."""
        self._outside.note(text)

    def _note_once(self, key: object, text: str) -> None:
        if key not in self._said:
            self._said.add(key)
            self._outside.note(text)


def _tells_a_service(call: MenuCall) -> bool:
    """Return whether a fetch is more than a question for an address: an update of another service."""
    names = {name for name, _value in call.named}
    method, keeps = text_of(call.get("http-method")), text_of(call.get("keep-result"))
    query = text_of(call.get("url")).partition("?")[2].lower()
    parameters = {part.partition("=")[0] for part in query.split("&")}
    return (
        method not in ("", "get") or keeps in ("no", "false")
        or not names.isdisjoint(_OF_UPDATES) or not parameters.isdisjoint(_QUERIES_OF_UPDATES)
    )  # fmt: skip


def _file(name: str, contents: str) -> dict[str, RouterValue]:
    return {ID: ItemId(f"*{name}"), "name": name, "contents": contents, "size": len(contents)}

"""`dns-update run` with schedules and hooks: a service that runs scripts when they are due and when events come."""

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.agents import Agent, Machine, machine_at
from tests.support.command import COMMAND, dns_update
from tests.support.waiting import DEADLINE


@pytest.fixture
def machine(has_namespaces: None, tmp_path: Path) -> Iterator[Machine]:  # noqa: ARG001 - it skips
    """Return a machine of the test's own, with BIND on it, and interfaces wan and lan."""
    with machine_at(tmp_path) as made:
        yield made


def service(directory: Path, script: str, *words: str, prefix: Sequence[str] = (), **env: str) -> Agent:
    """Write a script and return a service of it, which is not started yet."""
    path = directory / "a.rsc"
    path.write_text(script, encoding="utf-8")
    path.chmod(0o600)
    return Agent(prefix, str(path), f"globals={directory}/globals.json", *words, env=env, command="run")


# Wrong input


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            "/system scheduler add name=s interval=often on-event=x",
            "/system scheduler s: invalid value for argument interval",
        ),
        (
            "/system scheduler add name=s start-time=noon on-event=x",
            "/system scheduler s: invalid value for argument start",
        ),
        ("/system scheduler add name=s interval=5m", "/system scheduler s has no on-event="),
        ("/tool netwatch add up-script=x", "/tool netwatch: invalid value for argument host"),
        (
            "/tool netwatch add host=192.0.2.1 interval=0 up-script=x",
            "/tool netwatch: invalid value for argument interval",
        ),
    ],
)
def test_what_cannot_be_kept_time_of_ends_it_before_it_begins(script: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.rsc"
    path.write_text(script)
    result = dns_update("run", str(path))
    assert result.status == 2
    assert says in result.stderr


# Schedules


def test_a_schedule_runs_at_once_and_again_and_a_failure_does_not_end_it(tmp_path: Path) -> None:
    script = (
        "/system script add name=count source={\n"
        ':global n; :set n ([:len $n] + 1); :log info "run $n"; :if ($n = 1) do={ :set n "1"; :error "first" }\n}\n'
        "/system scheduler add name=each-second interval=1s on-event=count\n"
    )
    with service(tmp_path, script) as running:
        running.wait_for_line("dns-update: script,info run 1$")
        running.wait_for_line(
            r"script,error executing script count from scheduler \(each-second\) failed, please check it manually"
        )
        running.wait_for_line(r"script,error,debug \(scheduler:each-second\) first \(/error; line 2\)")
        running.wait_for_line("script,info run 2$")
        assert running.terminate() == 0
    assert json.loads((tmp_path / "globals.json").read_text())["globals"] == {"n": 2}


def test_commands_may_be_scheduled_and_a_syntax_error_is_logged(tmp_path: Path) -> None:
    script = (
        '/system scheduler add name=a interval=1d on-event=":log info \\"ran\\""\n'
        '/system scheduler add name=b interval=1d on-event=":put ("\n'
    )
    with service(tmp_path, script) as running:
        lines = {running.wait_for_line(r"script,info ran|scheduler:b\) syntax error")[0] for _ in range(2)}
        assert len(lines) == 2
        assert running.terminate() == 0


def test_it_ends_by_itself_when_nothing_can_be_due_again(tmp_path: Path) -> None:
    script = '/system scheduler add name=once start-time=startup on-event=":log info \\"up\\""'
    with service(tmp_path, script) as running:
        running.wait_for_line("script,info up")
        running.wait_for_line("nothing is left to run")
        assert running.process.wait(DEADLINE) == 0


def test_a_script_may_change_the_schedules(tmp_path: Path) -> None:
    script = (
        '/system scheduler add name=first start-time=startup on-event="/system scheduler add name=second '
        'start-time=startup interval=1s on-event=\\":log info two; /system scheduler remove second\\""\n'
    )
    with service(tmp_path, script) as running:
        running.wait_for_line("script,info two")
        running.wait_for_line("nothing is left to run")
        assert running.process.wait(DEADLINE) == 0


def test_a_run_that_has_not_ended_is_not_started_again(tmp_path: Path) -> None:
    script = '/system scheduler add name=slow interval=1s on-event=":log info begun; :delay 10m"'
    with service(tmp_path, script) as running:
        running.wait_for_line("script,info begun")
        running.wait_for_line("script,warning schedule slow: its last run has not ended yet")
        assert running.terminate() == 0
    assert running.text.count("begun") == 1


def test_a_dry_run_stays_too_and_router_takes_another_machine_s_interfaces(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('addresses = [{ interface = "ether1", address = "203.0.113.45/24" }]\n')
    script = (
        '/ip dhcp-client add interface=ether1 script=":log info lease"\n'
        "/system scheduler add name=s interval=1h on-event={ /tool dns-update dns-server=192.0.2.1 name=home "
        "zone=example.com address=[:pick [/ip address get [find interface=ether1] address] 0 12] }\n"
    )
    with service(tmp_path, script, f"router={tmp_path}/r.toml", "dry-run=yes") as running:
        running.wait_for_line("dry run, not sent: home.example.com. A 203.0.113.45 to 192.0.2.1, not signed")
        assert running.terminate() == 0
    assert "lease" not in running.text


# The end


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_scripts_that_wait_and_saves_the_globals(number: int, status: int, tmp_path: Path) -> None:
    script = '/system scheduler add name=s interval=1h on-event=":global x 5; :log info set; :delay 10m; :set x 6"'
    with service(tmp_path, script) as running:
        running.wait_for_line("script,info set")
        running.process.send_signal(number)
        assert running.process.wait(DEADLINE) == status
    assert json.loads((tmp_path / "globals.json").read_text())["globals"] == {"x": 5}


def test_on_error_does_not_catch_the_end(tmp_path: Path) -> None:
    body = ":log info set; :do { :while (true) do={ :delay 1s } } on-error={ :log info caught }"
    with service(tmp_path, f'/system scheduler add name=s interval=1h on-event="{body}"') as running:
        running.wait_for_line("script,info set")
        assert running.terminate() == 0
    assert "caught" not in running.text


def test_systemd_is_told_when_it_is_ready_and_when_it_stops(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    script = '/system scheduler add name=s interval=1h on-event=":log info \\"ran\\""'
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(DEADLINE)
        with service(tmp_path, script, NOTIFY_SOCKET=address, WATCHDOG_USEC="200000") as running:
            assert manager.recv(4096) == b"READY=1\nSTATUS=1 schedule"
            assert manager.recv(4096) == b"WATCHDOG=1"
            assert running.terminate() == 0
        told = manager.recv(4096)
        while told == b"WATCHDOG=1":
            told = manager.recv(4096)
        assert told == b"STOPPING=1"


def test_a_reader_of_standard_output_that_leaves_does_not_end_a_service(tmp_path: Path) -> None:
    path = tmp_path / "a.rsc"
    path.write_text('/system scheduler add name=s interval=1s on-event=":put x; :log info again"')
    with subprocess.Popen([COMMAND, "run", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "x\n"
        running.stdout.close()
        lines = iter(running.stderr)
        assert next(lines) == "dns-update: staying: 1 schedule; SIGTERM or Ctrl-C ends it\n"
        assert [next(lines) for _ in range(3)] == ["dns-update: script,info again\n"] * 3
        running.terminate()
        assert running.wait(DEADLINE) == 0


# Events


def test_a_dhcp_script_runs_when_the_kernel_reports_an_address(machine: Machine) -> None:
    script = (
        "/ip dhcp-client add interface=ether1 script={\n"
        '  :log info ("bound=$bound on $interface: " . $"lease-address")\n}\n'
    )
    with service(machine.directory, script, "map=ether1:wan", prefix=machine.namespace.prefix) as running:
        machine.add("203.0.113.88/24", "lan")
        machine.add("203.0.113.89/32")
        running.wait_for_line(r"script,info bound=1 on ether1: 203\.0\.113\.89$")
        machine.add("203.0.113.90/32")
        machine.remove("203.0.113.89/32")
        running.wait_for_line("script,info bound=1 on ether1: 203.0.113.90")
        machine.remove("203.0.113.90/32")
        running.wait_for_line("script,info bound=0 on ether1: 203.0.113.90")
        assert running.terminate() == 0
    assert "203.0.113.88" not in running.text


def test_an_address_that_is_there_at_the_start_is_an_event(machine: Machine) -> None:
    machine.add("203.0.113.88/24")
    script = '/ip dhcp-client add interface=wan script=":log info \\"bound=$bound\\""'.replace("$", "\\$")
    with service(machine.directory, script, prefix=machine.namespace.prefix) as running:
        running.wait_for_line("script,info bound=1")
        assert running.terminate() == 0


def test_the_documentation_s_on_up_runs_its_script_and_updates(machine: Machine) -> None:
    script = (
        "/system script add name=ddns-wan-up source={\n"
        ":if ([/interface get [find name=pppoe-out1] running]) do={\n"
        ":local wanIP [/ip address get [find interface=pppoe-out1] address];\n"
        ":local wanIP [:pick $wanIP 0 ([:len $wanIP] - 3)];\n"
        "/tool dns-update dns-server=127.0.0.1 zone=example.com ttl=60 name=dynamic address=$wanIP\n}\n}\n"
        "/interface pppoe-client add name=pppoe-out1 user=username password=password \\\n"
        "interface=ether1 add-default-route=yes dial-on-demand=no \\\n"
        'on-up=":delay 100ms; /system script run ddns-wan-up;"\n'
    )
    with service(machine.directory, script, "map=pppoe-out1:wan", prefix=machine.namespace.prefix) as running:
        machine.add("203.0.113.7/32")
        running.wait_for_line("update failed: Permission denied")
        running.wait_for_line(r"script,error,debug \(ppp:pppoe-out1\) failure: refused \(/tool/dns-update; line 5\)")
        assert running.terminate() == 0


def test_a_profile_s_on_up_is_told_the_id_of_its_interface(machine: Machine) -> None:
    script = (
        '/ppp profile set default on-up={ :log info ("up: " . [/interface get $interface name] . " " . '
        '$"local-address") } on-down=":log info down"\n/interface pppoe-client add name=pppoe-out1\n'
    )
    with service(machine.directory, script, "map=pppoe-out1:wan", prefix=machine.namespace.prefix) as running:
        machine.add("203.0.113.7/32")
        running.wait_for_line("script,info up: pppoe-out1 203.0.113.7")
        machine.remove("203.0.113.7/32")
        running.wait_for_line("script,info down")
        assert running.terminate() == 0


def test_netwatch_runs_its_scripts_when_a_port_opens_and_closes(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = (
            f"/tool netwatch add host=127.0.0.1 type=tcp-conn port={port} interval=1s "
            'up-script=":log info \\"up \\$host\\"" down-script=":log info \\"down \\$status\\""\n'
        )
        accepting = threading.Thread(target=_accept, args=(server,))
        accepting.start()
        with service(tmp_path, script) as running:
            running.wait_for_line("script,info up 127.0.0.1")
            server.shutdown(socket.SHUT_RDWR)
            accepting.join()
            server.close()
            running.wait_for_line("script,info down down")
            assert running.terminate() == 0
    assert running.text.count("script,info up") == 1


def _accept(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


def test_netwatch_pings_a_host(machine: Machine) -> None:
    script = '/tool netwatch add host=127.0.0.1 interval=1s up-script=":log info up"'
    with service(machine.directory, script, prefix=machine.namespace.prefix) as running:
        running.wait_for_line("script,info up")
        assert running.terminate() == 0

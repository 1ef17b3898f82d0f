"""Set-ups of other programs: remarks have lines of the text, and what was understood is a configuration."""

from __future__ import annotations

import contextlib

from dns_update.agent.config.load import config_from_text
from dns_update.errors import ConfigError, UsageError
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.ddclient import plan_from_ddclient
from dns_update.migration.nsupdate_script import plan_from_nsupdate
from dns_update.migration.openwrt import plan_from_openwrt
from dns_update.migration.plan import Choices
from dns_update.migration.recognise import recognised
from fuzz.expect import expect, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.migration.plan import MovePlan

_CHOICES = Choices({"wan": "eth0"}, "box")
_FILE = "agent.toml"

SEEDS = (
    (
        b"daemon=5m # x\nuse=if, if=ppp0, protocol=nsupdate, server=ns.example.com:5353 \\\n zone=example.com, "
        b"password='/k/home.key', ttl=60, tcp=yes a.example.com,b\nusev6=webv6, webv6=ipify-ipv6 c.example.com\n"
    ),
    b'protocol=dyndns2, login=a, password=b#c a.example.org\nuse=cmd, cmd="a | b", protocol=nsupdate d.example.com l p',
    (
        b"server 192.0.2.1 53\nzone example.com\nkey hmac-sha256:k c2VjcmV0\nttl 60\nupdate delete a.example.com A\n"
        b"add a.example.com 60 IN A 192.0.2.1\nprereq nxdomain b.example.com\nsend\n"
    ),
    (
        b"#!/bin/sh\nIP=$(curl -4 ifconfig.me); Z='example.com'\ncat <<-END | nsupdate -v -k /k/home.key\n\tserver ns\n"
        b"\tzone ${Z}\n\tdel a.$Z A\n\tadd a.$Z 60 A $IP\n\tadd b.$Z 60 AAAA `ip -6 addr show eth0`\n\tsend\n\tEND\n"
    ),
    b"f() { ( echo server $1; printf 'add %s 60 A %s\\nsend' a.example.com \"$2\" ) | nsupdate -y k:c2VjcmV0; }\n",
    (
        b"config ddns 'global'\n\toption upd_privateip '1'\nconfig service 'a'\n\toption enabled '1'\n"
        b"\toption service_name 'bind-nsupdate'\n\toption domain 'a@example.com'\n\toption username 'hmac-sha1:k'\n"
        b"\toption password 'x'\\''y'\n\toption dns_server '192.0.2.1'\n\toption ip_source 'web'\n"
    ),
    b"ddns.a=service\nddns.a.enabled='1'\nddns.a.update_script=\"nsupdate\"\nddns.a.domain=a.example.com\n",
)


def check(data: bytes) -> None:
    """Read a text as each kind of set-up."""
    # Which of this machine's files are read for a key is not for the fuzzer to choose: some never end.
    text = text_of(data).replace("/dev", "/d").replace("/proc", "/p")
    with contextlib.suppress(UsageError):
        recognised(text)
    for plan_from in (plan_from_ddclient, plan_from_nsupdate, plan_from_openwrt):
        _check_plan(plan_from(text, _CHOICES), text.count("\n") + 1)


def _check_plan(plan: MovePlan, lines: int) -> None:
    expect("a remark is about a line of the text", holds=all(0 <= remark.line <= lines for remark in plan.remarks))
    expect("a record is from a line of the text", holds=all(1 <= record.line <= lines for record in plan.records))
    if plan.understood != "yes":
        return
    toml = toml_from_plan(plan, _CHOICES, origin="a text", key_file="/nonexistent/agent.keys")
    try:
        config = config_from_text(toml, _FILE, is_private=True)
    except ConfigError as error:
        wrong = [problem for problem in error.problems if "[keys." not in problem]  # the files of keys are not there
        expect("what was understood is a configuration", holds=not wrong)
    else:
        expect("it has the names", holds=len(config.records) > 0)

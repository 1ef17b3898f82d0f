"""What Samba, the kernel's access control and systemd write about name servers: a table of their messages."""

from __future__ import annotations

from dns_update.server_log.log_message import LogMessage, Success, forms

_APPARMOR = forms('apparmor="DENIED" operation="<operation>"<more>profile="<profile>" name="<path>"')
_BY_APPARMOR = (
    "AppArmor does not let $profile use $path ($operation)",
    (
        "for named, move its files to /var/lib/bind or /var/cache/bind; or write in "
        "/etc/apparmor.d/local/usr.sbin.named a line: DIRECTORY/** rw, and run: systemctl reload apparmor"
    ),
)
_SELINUX = forms(
    'avc:  denied  { <rights> } for <more> name="<path>" dev=<device> scontext=<context>:named_t',
    'avc:  denied  { <rights> } for <more> name="<path>" dev=<device> scontext=<context>:knotd_t',
    'avc:  denied  { <rights> } for <more> name="<path>" dev=<device> scontext=<context>:pdns_t',
)
_BY_SELINUX = (
    "SELinux does not let the name server $rights $path",
    (
        "for named, keep dynamic zones in /var/named/dynamic, and run: restorecon -Rv /var/named; setsebool -P "
        "named_write_master_zones 1"
    ),
)

MESSAGES = (
    # Samba as a domain controller (4.17 to 4.22)
    LogMessage(
        "port-in-use", "start", 4,
        forms("Failed to bind to <socket> UDP - NT_STATUS_ADDRESS_ALREADY_ASSOCIATED",
              "Failed to bind to <socket> TCP - NT_STATUS_ADDRESS_ALREADY_ASSOCIATED"),
        "Samba's DNS server could not listen at $socket: another program has it",
        "run: ss -lnutp 'sport = :53'; stop the program that is shown; systemctl restart samba-ad-dc",
    ),
    LogMessage(
        "samba-updates-off", "asked", 7,
        forms("Updates disabled."),
        "Samba takes no dynamic updates",
        "write in [global] of smb.conf: allow dns updates = secure only; systemctl restart samba-ad-dc",
    ),
    LogMessage(
        "samba-unsigned", "asked", 7,
        forms("Update not allowed for unsigned packet."),
        "Samba takes only updates that are signed with Kerberos, and this one was not",
        "give {auth:gss} after kinit, or with {keytab}",
        is_unsigned=True,
    ),
    LogMessage(
        "samba-ticket", "asked", 5,
        forms("GSS key negotiation returned <reason>", "Failed to start GENSEC server code: <reason>"),
        "Samba does not accept the Kerberos ticket ($reason)",
        "the ticket must be for this server's host name, and the clocks must agree: klist shows the ticket",
    ),
    LogMessage(
        "samba-signature", "asked", 5,
        forms("Verifying tsig failed: <reason>", "Authenticated, but key not found."),
        "Samba does not know the context of this signature any more",
        "try again: each update negotiates a new one",
    ),
    LogMessage(
        "samba-no-zone", "asked", 8,
        forms("We're not authoritative for this zone"),
        "this domain controller does not have the zone",
        "samba-tool dns zonelist 127.0.0.1 -P shows its zones; give one of them",
    ),
    LogMessage(
        "samba-keytab", "asked", 5,
        forms("Failed to find <principal>(kvno <number>) in keytab <keytab>"),
        "the ticket is for a newer or older password of the server than its keytab has (kvno $number)",
        "get a new ticket (kdestroy, kinit); if that does not help, make the keytab of the DNS service again: "
        "samba_upgradedns --dns-backend=BIND9_DLZ",
    ),
    LogMessage(
        "samba-access-rights", "asked", 7,
        forms("samba_dlz: disallowing update of signer=<signer> name=<owner> type=<type> error=<reason>"),
        "the zone is in Active Directory, which does not let $signer change $owner ($reason): mostly that account "
        "is not in the group DnsAdmins, and another one owns the record",
        "run: samba-tool group addmembers DnsAdmins $account (samba-tool group listmembers DnsAdmins shows who "
        "is in it), and get a new ticket; or delete the record as an administrator (samba-tool dns delete), so "
        "that its host can make it again; or let its owner change it",
        decides=True,
    ),
    LogMessage(
        "samba-dlz-not-loaded", "start", 4,
        forms("dlz_dlopen of '<name>' failed", "dlz_dlopen failed to open library '<path>': <reason>",
              "samba_dlz: Failed to <reason>"),
        "named could not load Samba's database of zones",
        "the line of Samba's named.conf for this version of BIND must be the only one that is not a comment; and "
        "named's user needs the files in bind-dns: samba_upgradedns --dns-backend=BIND9_DLZ sets both",
    ),
    # The kernel, and systemd
    LogMessage("apparmor", "update", 9, _APPARMOR, *_BY_APPARMOR),  # if the path has the zone's name in it
    LogMessage("apparmor-elsewhere", "note", 0, _APPARMOR, *_BY_APPARMOR),
    LogMessage("selinux", "update", 9, _SELINUX, *_BY_SELINUX),
    LogMessage("selinux-elsewhere", "note", 0, _SELINUX, *_BY_SELINUX),
    LogMessage(
        "disk-full", "update", 9,
        forms("No space left on device"),
        "a disk of the server is full",
        "df -h -i shows which one; make room there",
    ),
    LogMessage(
        "read-only", "update", 9,
        forms("Read-only file system"),
        "the server may not write there: the file system is read-only, or its unit has ProtectSystem=",
        "keep its files below /var/lib; or run: systemctl edit UNIT, and add ReadWritePaths=DIRECTORY",
    ),
    LogMessage(
        "out-of-memory", "start", 4,
        forms("Out of memory: Killed process <number> (named)", "Out of memory: Killed process <number> (knotd)",
              "Out of memory: Killed process <number> (pdns_server)"),
        "the kernel ended the server, because the machine had no memory left",
        "give the machine more memory, or the server less: max-cache-size of BIND",
    ),
)  # fmt: skip

SUCCESSES: tuple[Success, ...] = ()

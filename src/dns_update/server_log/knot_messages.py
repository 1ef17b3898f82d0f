"""What Knot DNS writes into its log (knotd 3.0 to 3.4): a table of its messages, with their meaning."""

from __future__ import annotations

from dns_update.server_log.log_message import LogMessage, Success, forms

_CHECK = "then knotc conf-check must find nothing; then run: systemctl restart knot"
_RELOAD = "then run: knotc zone-reload $zone"
_LOADER = "[<zone>] zone loader, "
_UNSIGNED = (
    "no acl of the zone allows updates without a key from the address that knotd sees, $client",
    "sign them with a key of the acl; or add that address to it; then run: knotc reload",
)

MESSAGES = (
    # It does not start
    LogMessage(
        "port-in-use", "start", 4,
        forms("cannot bind address <address> UDP (address already in use)",
              "cannot bind address <address> TCP (address already in use)",
              "cannot bind address <address> (address already in use)"),
        "knotd could not listen at $address: another program has it",
        "run: ss -lnutp 'sport = :53'; stop the program that is shown (systemd-resolved: DNSStubListener=no in "
        "/etc/systemd/resolved.conf; dnsmasq: systemctl disable --now dnsmasq), then run: systemctl restart knot",
    ),
    LogMessage(
        "cannot-listen", "start", 4,
        forms("cannot bind address <address> UDP (<reason>)", "cannot bind address <address> TCP (<reason>)",
              "cannot bind address <address> (<reason>)"),
        "knotd could not listen at $address: $reason",
        "ip addr shows this machine's addresses; correct listen in knot.conf; " + _CHECK,
    ),
    LogMessage(
        "user-unknown", "start", 4,
        forms("config, invalid user name '<user>'", "config, invalid group name '<user>'"),
        "knotd should run as $user, which this machine does not have",
        "correct user in knot.conf: knot:knot; " + _CHECK,
    ),
    LogMessage(
        "already-running", "start", 4,
        forms("server PID found, already running"),
        "another knotd is running already, or a PID file of one remains",
        "run: ps -C knotd -o pid,args; end the one that the service did not start; systemctl restart knot",
    ),
    LogMessage(
        "pid-file", "start", 4,
        forms("failed to create a PID file '<path>' (<reason>)", "control, failed to bind socket '<path>' (<reason>)",
              "failed to open log, file '<path>' (<reason>)"),
        "knotd may not write $path ($reason)",
        "give its directory to knotd's user: chown knot: DIRECTORY; systemctl restart knot",
    ),
    LogMessage(
        "database-not-usable", "start", 4,
        forms("failed to open configuration database '<path>' (<reason>)",
              "failed to open persistent timers (<reason>)",
              "failed to open journal <more>(<reason>)", "failed to initialize server (<reason>)"),
        "knotd cannot use its database ($reason)",
        "the directory of storage (/var/lib/knot) must belong to its user: chown -R knot: /var/lib/knot; systemctl "
        "restart knot",
    ),
    # It does not read its configuration
    LogMessage(
        "bad-secret", "configuration", 4,
        forms("config, file '<path>', line <line>, item 'secret', value '<more>' (<reason>)"),
        "the secret of a key is not Base64 ($reason)",
        "make a new one: dns-update key generate; write its secret there; " + _CHECK,
    ),
    LogMessage(
        "unknown-algorithm", "configuration", 4,
        forms("config, file '<path>', line <line>, item 'algorithm', value '<value>' (<reason>)"),
        "Knot does not know the algorithm $value",
        "write hmac-sha256 there; " + _CHECK,
    ),
    LogMessage(
        "reference-missing", "configuration", 4,
        forms("config, file '<path>', line <line>, item '<item>', value '<value>' (invalid reference)"),
        "$item names $value, which is not written before that line: Knot reads from top to bottom",
        "write it, or move its section up: key before acl, acl and remote before template and zone; " + _CHECK,
    ),
    LogMessage(
        "written-twice", "configuration", 4,
        forms("config, file '<path>', line <line>, item '<item>', value '<value>' (duplicate identifier)"),
        "$value is written twice",
        "remove one of the two; " + _CHECK,
    ),
    LogMessage(
        "unknown-option", "configuration", 4,
        forms("config, file '<path>', line <line>, item '<item>', value '<value>' (invalid item)",
              "config, file '<path>', line <line>, item '<item>' (invalid item)"),
        "Knot does not know $item: it is mistyped, in the wrong section, or of another version",
        "correct or remove it; " + _CHECK,
    ),
    LogMessage(
        "file-missing", "configuration", 4,
        forms("config, file '<path>', line <line>, item 'include', value '<value>' (<reason>)"),
        "the file $value, which is included, is missing, or knotd may not read it",
        "create it, or let its user read it: chgrp knot FILE; chmod 640 FILE; " + _CHECK,
    ),
    LogMessage(
        "key-incomplete", "configuration", 4,
        forms("config, file '<path>', line <line>, section 'key[<name>]' (<reason>)"),
        "the key $name lacks its algorithm or its secret ($reason)",
        "write both: algorithm: hmac-sha256, secret: ...; " + _CHECK,
    ),
    LogMessage(
        "section-wrong", "configuration", 4,
        forms("config, file '<path>', line <line>, section '<section>' (<reason>)"),
        "the section $section is not right: $reason",
        "correct it; " + _CHECK,
    ),
    LogMessage(
        "syntax", "configuration", 4,
        forms("config, file '<path>', line <line> (invalid indentation)",
              "config, file '<path>', line <line> (tabulator character is not allowed)",
              "config, file '<path>', line <line> (<reason>)"),
        "knotd cannot read that line: items are indented alike, with blanks only",
        "correct it; " + _CHECK,
    ),
    LogMessage(
        "value-wrong", "configuration", 4,
        forms("config, file '<path>', line <line>, item '<item>', value '<value>' (<reason>)"),
        "$item cannot be $value ($reason)",
        "correct it; " + _CHECK,
    ),
    LogMessage(
        "configuration-wrong", "configuration", 4,
        forms("failed to load configuration file '<path>' (<reason>)", "failed to load configuration file (<reason>)"),
        "knotd does not take its configuration ($reason); while it runs, it keeps the one from before",
        "knotc conf-check names the line; correct it, and run: knotc reload, or systemctl restart knot",
        vagueness=1,
    ),
    LogMessage(
        "did-not-start", "start", 4,
        forms("failed to configure server", "failed to drop privileges", "failed to start server (<reason>)",
              "knot.service: Failed with result '<result>'", "knot.service: Start request repeated too quickly"),
        "knotd did not start; the lines before it say why",
        "run: journalctl -u knot -n 50; knotc conf-check",
        vagueness=1,
    ),
    # It does not load the zone
    LogMessage(
        "zone-file-wrong", "load", 8,
        forms(_LOADER + "error in zone, file '<path>', line <line> (<reason>)",
              _LOADER + "error in zone, file '<path>', line <line>, <reason>"),
        "the zone file $path has a mistake in line $line: $reason",
        "correct it; kzonecheck -o $zone $path finds more; " + _RELOAD,
    ),
    LogMessage(
        "no-soa", "load", 8,
        forms("[<zone>] check, missing SOA at the zone apex"),
        "$zone has no SOA record: its file is empty, or is that of another zone",
        "correct the zone file; " + _RELOAD,
    ),
    LogMessage(
        "zone-check", "load", 8,
        forms("[<zone>] check, node <node>, <reason>"),
        "$zone has a mistake at $node: $reason",
        "correct it in the zone file; " + _RELOAD,
    ),
    LogMessage(
        "zone-file-missing", "load", 8,
        forms("[<zone>] failed to parse zone file '<path>' (not exists)"),
        "the zone file $path is missing; a relative name is below storage",
        "create it, or correct file or storage of the zone; " + _RELOAD,
    ),
    LogMessage(
        "zone-file-unreadable", "load", 8,
        forms("[<zone>] failed to parse zone file '<path>' (operation not permitted)",
              "[<zone>] failed to parse zone file '<path>' (permission denied)"),
        "knotd may not read the zone file $path",
        "run: chown knot: $path, and let its user into each directory above it; " + _RELOAD,
    ),
    LogMessage(
        "keys-unreadable", "load", 8,
        forms("[<zone>] DNSSEC, failed to initialize signing context (<reason>)"),
        "knotd cannot use the KASP database with the keys of $zone ($reason)",
        "its directory (/var/lib/knot/keys) must belong to its user: chown -R knot: /var/lib/knot/keys; " + _RELOAD,
    ),
    LogMessage(
        "journal-damaged", "load", 8,
        forms("[<zone>] failed to load journal (<reason>)", "[<zone>] failed to load zone from journal, serial "
              "<number> (<reason>)", "[<zone>] journal, failed to apply changes <more>(<reason>)"),
        "knotd cannot read the journal of $zone ($reason)",
        "if the zone file is right, run: knotc -f zone-purge +journal $zone; knotc zone-reload $zone",
    ),
    LogMessage(
        "transfer-failed", "load", 8,
        forms("[<zone>] refresh, failed (no usable master)", "[<zone>] refresh, remote <primary> not usable",
              "[<zone>] refresh, remote <primary>, address <more>, failed (<reason>)",
              "[<zone>] refresh, failed (<reason>)"),
        "this server is a secondary of $zone, and does not get it from its primary",
        "send the updates to the primary; and let that one run and allow the transfer; then run: knotc zone-refresh "
        "$zone",
    ),
    LogMessage(
        "zone-not-loaded", "load", 8,
        forms("[<zone>] failed to parse zone file '<path>' (<reason>)", "[<zone>] zone event 'load' failed (<reason>)",
              _LOADER + "failed to load zone, file '<path>'"),
        "knotd did not load $zone; the lines before it say why",
        "kzonecheck -o $zone FILE names the mistake; correct it; " + _RELOAD,
        vagueness=1,
    ),
    # It refuses what a client asks
    LogMessage(
        "zone-frozen", "asked", 7,
        forms("[<zone>] zone updates frozen"),
        "$zone is frozen: somebody ran knotc zone-freeze",
        "run: knotc zone-thaw $zone",
    ),
    LogMessage(
        "acl-denied-unsigned", "asked", 7,
        forms("[<zone>] ACL, denied, action update, remote <knot_client>, key none"),
        *_UNSIGNED,
        is_unsigned=True,
    ),
    LogMessage(
        "acl-denied", "asked", 7,
        forms("[<zone>] ACL, denied, action update, remote <knot_client>, key '<key>'",
              "[<zone>] ACL, denied, action update, remote <knot_client>, key <key>"),
        "no acl of the zone has the key $key, as it is signed, and action: update, for the address that knotd sees, "
        "$client; or the key has another algorithm in knot.conf",
        "write an acl with key: $key and action: update, and name it in acl of the zone; then run: knotc reload",
    ),
    LogMessage(
        "acl-denied-unsigned", "asked", 7,
        forms("[<zone>] ACL, denied, action update, remote <knot_client>"),
        *_UNSIGNED,
        is_unsigned=True,
    ),
    LogMessage(
        "signed-with-another-secret", "asked", 5,
        forms("[<zone>] TSIG, key '<key>', verification failed 'BADSIG'"),
        "knotd has the key $key with another secret",
        "copy the secret again from knot.conf on the server",
    ),
    LogMessage(
        "signed-at-another-time", "asked", 6,
        forms("[<zone>] TSIG, key '<key>', verification failed 'BADTIME'"),
        "the clocks of this machine and of the sender differ by more than 300 s",
        "run on both: timedatectl set-ntp true",
    ),
    LogMessage(
        "signed-with-unknown-key", "asked", 5,
        forms("[<zone>] TSIG, key '<key>', verification failed '<reason>'"),
        "knotd does not accept the signature of the key $key ($reason)",
        "its id, algorithm and secret in knot.conf must be those of the sender",
    ),
    LogMessage(
        "not-forwarded", "asked", 9,
        forms("[<zone>] DDNS, failed to forward updates to the master (<reason>)"),
        "this server is a secondary of $zone, and its primary does not take what it passes on ($reason)",
        "send the update to the primary itself; it must run, and know the key",
    ),
    # It cannot carry out an update
    LogMessage(
        "zone-full", "update", 7,
        forms("[<zone>] DDNS, processing failed (zone size exceeded)", "zone size exceeded"),
        "the zone would be larger than zone-max-size allows",
        "raise zone-max-size in knot.conf; and run: knotc reload",
    ),
    LogMessage(
        "no-private-keys", "update", 9,
        forms("[<zone>] DNSSEC, failed to load private keys (<reason>)",
              "[<zone>] DNSSEC, failed to load keys (<reason>)",
              "[<zone>] DNSSEC, key <number>, failed to load private key (<reason>)",
              "[<zone>] DNSSEC, no keys are available", "[<zone>] DNSSEC, keys validation failed (<reason>)"),
        "$zone is signed, and knotd cannot use its private keys",
        "the *.pem files of the KASP database (/var/lib/knot/keys) must be there, and readable for knotd's user: chown "
        "-R knot: /var/lib/knot/keys; keymgr $zone list shows the keys; then run: knotc zone-sign $zone",
    ),
    LogMessage(
        "journal-full", "update", 9,
        forms("[<zone>] DDNS, processing failed (not enough space provided)",
              "[<zone>] journal update failed (not enough space provided)",
              "[<zone>] DDNS, processing failed (no space left on device)", "MDB_MAP_FULL"),
        "the journal of Knot is full, or its disk is",
        "df -h -i /var/lib/knot shows the disk; else raise journal-db-max-size and journal-max-usage; systemctl "
        "restart knot",
    ),
    LogMessage(
        "journal-not-writable", "update", 9,
        forms("[<zone>] journal update failed (<reason>)", "[<zone>] DDNS, processing failed (operation not permitted)",
              "[<zone>] DDNS, processing failed (permission denied)"),
        "knotd cannot write its journal: mostly its directory is missing, or does not belong to its user",
        "run: chown -R knot: /var/lib/knot; systemctl restart knot",
    ),
    LogMessage(
        "zone-blocked", "update", 9,
        forms("[<zone>] blocked zone update due to open control transaction"),
        "somebody has begun a change with knotc zone-begin, and not ended it, so updates of $zone wait",
        "run: knotc zone-abort $zone (or zone-commit)",
    ),
    LogMessage(
        "too-many-updates", "update", 4,
        forms("[<zone>] DDNS, dropping <number> updates in a bulk"),
        "more updates came at once than Knot takes",
        "send fewer at a time",
    ),
    LogMessage(
        "not-carried-out", "update", 9,
        forms("[<zone>] DDNS, processing failed (<reason>)", "[<zone>] DDNS, incoming, remote <more>, failed to apply "
              "(<reason>)", "[<zone>] zone event 'update' failed (<reason>)"),
        "knotd could not carry out an update of $zone: $reason",
        "the lines before it in the log say more: journalctl -u knot | grep $zone",
        vagueness=1,
    ),
    # Worth knowing
    LogMessage(
        "zone-file-not-written", "note", 0,
        forms("[<zone>] failed to update zone file (<reason>)"),
        "knotd takes updates into the journal, and may not write the zone file ($reason)",
        "knotd writes a new file beside it: let its user write in the directory of the zone file, DIR: chgrp knot DIR "
        "&& chmod g+w DIR; or write zonefile-sync: -1 if the file should stay as it is",
    ),
    LogMessage(
        "serial-unchanged", "note", 0,
        forms("[<zone>] zone file changed without SOA serial update",
              "[<zone>] zone file changed with SOA serial <more>, ignoring zone file"),
        "the zone file was changed without a higher serial, so knotd does not take the changes",
        "before you edit it: knotc zone-flush $zone; afterwards raise the serial; " + _RELOAD,
    ),
)  # fmt: skip

SUCCESSES = (
    Success(("start", "configuration"), forms("server started", "configuration reloaded")),
    Success(("load",), forms("[<zone>] loaded, serial", "[<zone>] refresh, remote <more>, zone updated")),
    Success(("update",), forms("[<zone>] DDNS, finished, serial", "[<zone>] DDNS, incoming, remote <more>, finished",
                               "[<zone>] DDNS, updated, serial")),
    Success(("asked",), forms("[<zone>] zone updates unfrozen")),
    Success(("note",), forms("[<zone>] zone file updated, serial")),
)  # fmt: skip

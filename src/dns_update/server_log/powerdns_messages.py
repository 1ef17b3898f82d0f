"""What PowerDNS writes into its log (pdns_server 4.5 to 4.9): a table of its messages, with their meaning."""

from __future__ import annotations

from dns_update.server_log.log_message import LogMessage, Success, forms

_RESTART = "then run: systemctl restart pdns"
_FOR = "UPDATE (<id>) from <client> for <zone>: "
_DATABASE = "the database must be writable for its user (chown pdns: FILE DIRECTORY, both, for SQLite)"

MESSAGES = (
    # It does not start
    LogMessage(
        "port-in-use", "start", 4,
        forms("Unable to bind UDP socket to '<socket>': Address already in use",
              "Unable to bind to TCP socket <socket>: Address already in use", "binding socket to <socket>: Address "
              "already in use"),
        "pdns_server could not listen at $socket: another program has it",
        "run: ss -lnutp 'sport = :53'; stop the program that is shown (systemd-resolved: DNSStubListener=no in "
        f"/etc/systemd/resolved.conf; dnsmasq: systemctl disable --now dnsmasq), {_RESTART}",
    ),
    LogMessage(
        "cannot-listen", "start", 4,
        forms("Unable to bind UDP socket to '<socket>': <reason>", "Unable to bind to TCP socket <socket>: <reason>"),
        "pdns_server could not listen at $socket: $reason",
        f"ip addr shows this machine's addresses; correct local-address in pdns.conf; {_RESTART}",
    ),
    LogMessage(
        "unknown-option", "configuration", 4,
        forms("Trying to set unknown setting '<setting>'", "Trying to set unknown parameter '<setting>'"),
        "PowerDNS does not know the setting $setting: it is mistyped, or of another version or backend",
        f"correct or remove it (4.5 and later: master is primary, slave is secondary); {_RESTART}",
    ),
    LogMessage(
        "value-wrong", "configuration", 4,
        forms("error: '<setting>' value '<value>' is not a valid number"),
        "$setting must be a number, not $value",
        f"correct it in pdns.conf; {_RESTART}",
    ),
    LogMessage(
        "backend-missing", "start", 4,
        forms("DNSBackend unable to load module in <backend>", "Trying to launch unknown backend '<backend>'",
              "Unable to load module '<backend>'"),
        "the backend of launch is not installed",
        "install its package: apt-get install pdns-backend-sqlite3 (pdns-backend-mysql, pdns-backend-pgsql); "
        f"{_RESTART}",
    ),
    LogMessage(
        "no-backend", "start", 4,
        forms("Unable to launch, no backends configured for querying", "No database backends configured for launch"),
        "launch in pdns.conf names no backend, and without one PowerDNS has no zones",
        f"write e.g.: launch=gsqlite3; and its settings; {_RESTART}",
    ),
    LogMessage(
        "database-missing", "start", 4,
        forms("SQLite database '<path>' does not exist yet"),
        "the database $path does not exist, or PowerDNS may not enter its directory",
        "create it: sqlite3 $path < /usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql; chown pdns: $path; "
        f"{_RESTART}",
    ),
    LogMessage(
        "database-not-one", "start", 4,
        forms("file is not a database", "database disk image is malformed"),
        "the file of gsqlite3-database is not a database of SQLite, or is damaged",
        f"give the right file, or restore it; {_RESTART}",
    ),
    LogMessage(
        "user-unknown", "start", 4,
        forms("Unable to parse user ID <user>", "Unable to parse group ID <user>"),
        "pdns_server should run as $user, which this machine does not have",
        f"correct setuid and setgid in pdns.conf; {_RESTART}",
    ),
    LogMessage(
        "directory-missing", "configuration", 4,
        forms("<path> is not accessible: <reason>"),
        "the directory of include-dir cannot be read: $path ($reason)",
        f"create it, or correct include-dir in pdns.conf; {_RESTART}",
    ),
    LogMessage(
        "database-unreachable", "start", 4,
        forms("Unable to launch <backend> connection: <reason>", "<backend>: connection failed: <reason>"),
        "PowerDNS cannot reach its database: $reason",
        f"host, name, user and password of $backend in pdns.conf must be right, and the database run; {_RESTART}",
        vagueness=1,
    ),
    LogMessage(
        "did-not-start", "start", 4,
        forms("Fatal error: <reason>", "pdns.service: Failed with result '<result>'",
              "pdns.service: Start request repeated too quickly"),
        "pdns_server did not start",
        "run: journalctl -u pdns -n 50",
        vagueness=1,
    ),
    # It refuses what a client asks
    LogMessage(
        "address-not-allowed", "asked", 7,
        forms(_FOR + "Remote not listed in allow-dnsupdate-from or domainmetadata"),
        "PowerDNS takes no updates from the address that it sees, $client",
        "add it to allow-dnsupdate-from in pdns.conf, and run: systemctl restart pdns; or run: pdnsutil set-meta $zone "
        "ALLOW-DNSUPDATE-FROM $client",
    ),
    LogMessage(
        "key-not-allowed", "asked", 7,
        forms(_FOR + "TSIG key (<key>) required, but no matching key found in domainmetadata"),
        "the key $key may not update $zone",
        "run: pdnsutil add-meta $zone TSIG-ALLOW-DNSUPDATE $key",
    ),
    LogMessage(
        "key-needed", "asked", 7,
        forms(_FOR + "TSIG key required, but packet does not contain key"),
        "$zone takes only updates that are signed, and this one was not",
        "sign it with the key of TSIG-ALLOW-DNSUPDATE: pdnsutil show-zone $zone names it",
        is_unsigned=True,
    ),
    LogMessage(
        "signed-with-unknown-key", "asked", 5,
        forms("Packet for domain '<owner_or_zone>' denied: can't find TSIG key with name '<key>' and algorithm"),
        "PowerDNS has no key $key",
        "run: pdnsutil import-tsig-key $key hmac-sha256 SECRET; or use one that pdnsutil list-tsig-keys shows",
    ),
    LogMessage(
        "signed-with-another-algorithm", "asked", 5,
        forms("Signature with TSIG key '<key>' does not match the expected algorithm (<there> / <given>)"),
        "the key $key has the algorithm $there, and the request was signed with $given",
        "give its algorithm: {algorithm:$there}",
    ),
    LogMessage(
        "signed-with-another-secret", "asked", 5,
        forms("Signature with TSIG key '<key>' failed to validate"),
        "PowerDNS has the key $key with another secret",
        "copy it again: pdnsutil list-tsig-keys shows it",
    ),
    LogMessage(
        "secret-not-base64", "asked", 5,
        forms("Unable to Base-64 decode TSIG key '<key>'"),
        "the secret of the key $key in the database of PowerDNS is not Base64",
        "run: pdnsutil delete-tsig-key $key; pdnsutil import-tsig-key $key hmac-sha256 SECRET",
    ),
    LogMessage(
        "signed-at-another-time", "asked", 6,
        forms("Invalid TSIG time delta <number> > <more>fudge"),
        "the clocks of this machine and of the sender differ by $number s; at most 300 are allowed",
        "run on both: timedatectl set-ntp true",
    ),
    LogMessage(
        "no-zone", "asked", 8,
        forms("Can't determine backend for domain '<zone>' (or backend does not support DNS update operation)"),
        "PowerDNS does not have the zone $zone, or has it in a backend that cannot be written",
        "pdnsutil list-all-zones shows its zones; give one of them",
    ),
    LogMessage(
        "backend-cannot-write", "asked", 9,
        forms("Backend for domain <zone> does not support transaction"),
        "the backend of $zone cannot be written",
        "move the zone to gsqlite3, gmysql or gpgsql: pdnsutil b2b-migrate",
    ),
    LogMessage(
        "not-forwarded", "asked", 9,
        forms(_FOR + "Timeout waiting for reply from master at <primary>",
              _FOR + "Timeout waiting for reply from primary at <primary>", _FOR + "Failed to connect to <primary>: "
              "<reason>", _FOR + "Could not get a reply from <primary>"),
        "this server is a secondary of $zone, and its primary, $primary, does not answer what it passes on",
        "send the update to the primary itself, or let it run",
    ),
    LogMessage(
        "not-forwarded-at-all", "asked", 9,
        forms(_FOR + "Failed to forward packet to master(s)", _FOR + "Failed to forward packet to primary(s)"),
        "this server is a secondary of $zone, and no primary took what it passes on",
        "send the update to the primary itself: pdnsutil show-zone $zone names it",
        vagueness=1,
    ),
    LogMessage(
        "tables-of-another-version", "asked", 9,
        forms("Unable to compile SQLite statement<more>no such column: <column>",
              "Unable to compile SQLite statement<more>no such table: <column>", "Unknown column '<column>' in",
              'column "<column>" does not exist'),
        "the database has the tables of another version: $column is missing",
        "after an upgrade, run the schema files between the two versions (/usr/share/doc/pdns-backend-*, "
        f"/usr/share/pdns-backend-*/schema); {_RESTART}",
    ),
    # It cannot carry out an update
    LogMessage(
        "refused-by-policy", "update", 7,
        forms(_FOR + "Refusing update for <owner>/<type>: Not permitted by policy"),
        "the script of lua-dnsupdate-policy-script does not allow $owner $type; the client was told nothing of that",
        "let the script return true for that name, type and key",
    ),
    LogMessage(
        "alias-in-the-way", "update", 8,
        forms(_FOR + "Refusing update for <owner>/<type>: CNAME exists for the same name",
              _FOR + "Refusing update for <owner>/<type>: Data other than CNAME exists for the same name",
              _FOR + "Refusing update, found CNAME and non-CNAME addition"),
        "a name cannot have a CNAME record and others",
        "delete the one that should not be there: dns-update delete name=$owner type=CNAME (or ANY)",
    ),
    LogMessage(
        "database-read-only", "update", 9,
        forms(_FOR + "Caught PDNSException: <more>read-only", _FOR + "Caught PDNSException: <more>readonly database",
              _FOR + "Caught PDNSException: <more>unable to open database file"),
        "PowerDNS may not write its database",
        f"{_DATABASE}; {_RESTART}",
    ),
    LogMessage(
        "database-locked", "update", 9,
        forms(_FOR + "Caught PDNSException: <more>database is locked"),
        "another program holds a lock on the database of PowerDNS",
        "fuser -v FILE shows which; end it, e.g. an sqlite3 in another terminal, or a backup",
    ),
    LogMessage(
        "disk-full", "update", 9,
        forms("database or disk is full", "disk I/O error"),
        "the disk of the database is full, or broken",
        "df -h -i shows which one; make room there",
    ),
    LogMessage(
        "policy-not-loaded", "update", 9,
        forms("Failed to load update policy - disabling",
              "Unable to read configuration file from '<path>.lua': <reason>"),
        "PowerDNS could not read the script of lua-dnsupdate-policy-script",
        f"correct the script, or the setting in pdns.conf; {_RESTART}",
    ),
    LogMessage(
        "not-carried-out", "update", 9,
        forms(_FOR + "Caught PDNSException: <reason>; Sending ServFail",
              _FOR + "Caught std:exception: <reason>; Sending ServFail",
              _FOR + "Caught unknown exception when performing update", "Failed to commit updates",
              "Database failed to commit transaction: <reason>", "Database failed to start transaction for domain "
              "'<zone>': <reason>"),
        "PowerDNS could not carry out an update: its database failed",
        f"{_DATABASE}, run, and have room",
        vagueness=1,
    ),
)  # fmt: skip

SUCCESSES = (
    Success(("start", "configuration"), forms("Done launching threads, ready to distribute questions",
                                              "Only asked for 1 backend thread - operating unthreaded")),
    Success(("update",), forms(_FOR + "Update completed, <number> changed records committed")),
)  # fmt: skip

"""What BIND writes into its log (named 9.16 to 9.20): a table of its messages, with their meaning."""

from __future__ import annotations

from dns_update.server_log.log_message import LogMessage, Success, forms

_RESTART = "then run: systemctl restart named"
_CHECK = "then named-checkconf must print nothing; then run: systemctl restart named"
_UPDATING = "<bind_client>updating zone '<zone>': "
_GRANT = 'grant "$key" name $owner. $types;'
_RELOAD = "then run: rndc reload $zone"
_JOURNAL_DIRECTORY = (
    "its user (bind, or named) must be able to write in the directory of the zone file: on Debian, keep the zone file "
    "in /var/lib/bind, not in /etc/bind; or run: chown bind: DIRECTORY"
)
_FILE_MISSING = (
    "a file that named.conf includes, or named.conf itself, is missing",
    f"create it, or remove its include; {_CHECK}",
)
_FILE_UNREADABLE = (
    "named may not read a file of its configuration, mostly that of a key",
    f"let its user read it: chown root:bind FILE; chmod 640 FILE; {_RESTART}",
)

MESSAGES = (
    # It does not start
    LogMessage(
        "port-in-use", "start", 4,
        forms(
            "creating IPv4 interface <interface> failed; interface ignored",
            "creating IPv6 interface <interface> failed; interface ignored",
            "could not listen on UDP socket: address in use", "listening on <socket>: address in use",
            "listening on <socket> failed: address in use", "unable to listen on any configured interfaces",
        ),
        "named could not listen at its port: mostly another program has it",
        "run: ss -lnutp 'sport = :53'; stop the program that is shown (systemd-resolved: DNSStubListener=no in "
        f"/etc/systemd/resolved.conf; dnsmasq: systemctl disable --now dnsmasq), {_RESTART}",
    ),
    LogMessage(
        "port-not-permitted", "start", 4,
        forms("could not listen on UDP socket: permission denied", "listening on <socket> failed: permission denied"),
        "named may not listen at its port: ports below 1024 need root, or the right to bind them",
        f"start it by its service, as root, with -u bind; {_RESTART}",
    ),
    LogMessage(
        "no-interface", "start", 4,
        forms("not listening on any interfaces"),
        "named listens nowhere: no address of listen-on is one of this machine",
        f"correct listen-on and listen-on-v6 in named.conf; ip addr shows this machine's addresses; {_RESTART}",
    ),
    LogMessage(
        "pid-file", "start", 4,
        forms(
            "couldn't open pid file '<path>': <reason>", "couldn't mkdir '<path>': <reason>",
            "Could not open '<path>'.",
            "could not open file '<path>': <reason>", "Required root permissions to open '<path>'.",
        ),
        "named may not write $path",
        "give its directory to named's user: install -d -o bind -g bind -m 775 DIRECTORY; or leave pid-file and "
        f"session-keyfile out of named.conf; {_RESTART}",
    ),
    LogMessage(
        "already-running", "start", 4,
        forms("could not lock <path>; another named process may be running"),
        "another named is running already",
        f"run: ps -C named -o pid,args; end the one that the service did not start, {_RESTART}",
    ),
    LogMessage(
        "user-unknown", "start", 4,
        forms("user '<user>' unknown"),
        "named should run as the user $user, which this machine does not have",
        f"correct -u in /etc/default/named; {_RESTART}",
    ),
    LogMessage(
        "log-file", "start", 4,
        forms("isc_stdio_open '<path>' failed: <reason>", "isc_file_isplainfile '<path>' failed: <reason>",
              "configuring logging: <reason>"),
        "named may not write a log file of its logging statement",
        f"make that file's directory writable for named's user, e.g. /var/log/named: chown bind: /var/log/named; "
        f"AppArmor must allow it, too; {_RESTART}",
    ),
    LogMessage(
        "crashed", "start", 4,
        forms(": INSIST(<what>) failed", ": REQUIRE(<what>) failed", "exiting (due to assertion failure)"),
        "named ended by an error of its own; mostly a file that it keeps itself is damaged, e.g. a journal",
        f"the lines before it name the file; move that journal (.jnl, .jbk) away, {_RESTART}; and install BIND's "
        "updates",
    ),
    LogMessage(
        "keys-directory", "configuration", 4,
        forms("managed-keys-directory '<path>' is not writable", "new-zones-directory '<path>' is not writable"),
        "named may not write in $path, which it needs",
        f"run: chown bind: $path; {_RESTART}",
    ),
    LogMessage(
        "directory", "configuration", 4,
        forms("change directory to '<path>' failed: <reason>", "directory '<path>' is not writable"),
        "the directory of named.conf's options is missing, or not writable for named's user: $path",
        f"run: install -d -o bind -g bind -m 775 $path; {_RESTART}",
    ),
    # It does not read its configuration
    LogMessage(
        "file-shared", "configuration", 4,
        forms("<place>: writeable file '<path>': already in use: <other>"),
        "two zones have the same file, $path, and named must write both",
        f"give one of them another file (see also $other); {_CHECK}",
    ),
    LogMessage(
        "bad-secret", "configuration", 4,
        forms("<place>: bad secret '<more>'", "<place>: bad secret <more>"),
        "the secret of a key is not Base64",
        f"make a new one: dns-update key generate; write its secret there, in quotes; {_CHECK}",
    ),
    LogMessage(
        "unknown-option", "configuration", 4,
        forms("<place>: unknown option '<option>'"),
        "named does not know the option $option: it is mistyped, in the wrong block, or of another version",
        f"correct or remove it; {_CHECK}",
    ),
    LogMessage(
        "old-option", "configuration", 4,
        forms("<place>: option '<option>' no longer exists"),
        "this version of BIND does not have the option $option any more, mostly after an upgrade",
        f"remove it (dnssec-enable and managed-keys need nothing instead; auto-dnssec became dnssec-policy); {_CHECK}",
    ),
    LogMessage(
        "syntax", "configuration", 4,
        forms("<place>: missing ';' before '<token>'",
              "<place>: expected <expected> near <near>", "<place>: unexpected token near <near>",
              "<place>: '<token>' unexpected", "<place>: syntax error near <near>", "<place>: unbalanced parentheses"),
        "named cannot read that line: mostly a semicolon, a brace or a quote is missing there, or in the line before",
        f"correct it; {_CHECK}",
    ),
    LogMessage(
        "written-twice", "configuration", 4,
        forms("<place>: '<token>' redefined near '<near>'"),
        "$token is written a second time in the same block",
        f"remove one of the two; {_CHECK}",
    ),
    LogMessage(
        "unknown-algorithm", "configuration", 4,
        forms("<place>: unknown algorithm '<algorithm>'"),
        "a key has the algorithm $algorithm, which BIND does not know",
        f"write hmac-sha256 there; {_CHECK}",
    ),
    LogMessage(
        "key-incomplete", "configuration", 4,
        forms("<place>: key '<name>' must have both 'secret' and 'algorithm' defined"),
        "the key $name lacks its algorithm or its secret",
        'write: key "$name" { algorithm hmac-sha256; secret "..."; }; ' + _CHECK,
    ),
    LogMessage(
        "key-twice", "configuration", 4,
        forms("<place>: key '<name>': already exists previous definition: <other>"),
        "the key $name is written twice, or its file is included twice (see also $other)",
        f"remove one of the two; {_CHECK}",
    ),
    LogMessage(
        "zone-twice", "configuration", 4,
        forms("<place>: zone '<name>': already exists previous definition: <other>"),
        "the zone $name is written twice (see also $other)",
        f"remove one of the two; {_CHECK}",
    ),
    LogMessage(
        "views-and-zones", "configuration", 4,
        forms("<place>: when using 'view' statements, all zones must be in views"),
        "there are views, and a zone outside of them; Debian's named.conf.default-zones has such zones",
        f"move each zone, and each include of zones, into a view; {_CHECK}",
    ),
    LogMessage(
        "inline-signing", "configuration", 4,
        forms("<place>: 'inline-signing yes;' must also be configured explicitly for zones using dnssec-policy"),
        "a zone has dnssec-policy, and neither inline-signing nor a rule for updates, one of which BIND needs",
        f"write in the zone: update-policy {{ {_GRANT} }}; or inline-signing yes; {_CHECK}",
    ),
    LogMessage(
        "policy-missing", "configuration", 4,
        forms("<place>: zone '<name>': option 'dnssec-policy <policy>' has no matching dnssec-policy config"),
        "the zone $name has the dnssec-policy $policy, which is written nowhere",
        f"write dnssec-policy default; or that policy, outside of the zone; {_CHECK}",
    ),
    LogMessage(
        "no-file", "configuration", 4,
        forms("<place>: zone '<name>': missing 'file' entry"),
        "the zone $name has no file",
        f'write in it: file "/var/lib/bind/$name.zone"; {_CHECK}',
    ),
    LogMessage(
        "both-policies", "configuration", 4,
        forms("<place>: zone '<name>': 'allow-update' is ignored when 'update-policy' is present"),
        "the zone $name has both allow-update and update-policy, which BIND does not take",
        f"remove allow-update; {_CHECK}",
    ),
    LogMessage(
        "acl-missing", "configuration", 4,
        forms("<place>: undefined ACL '<acl>'"),
        "the acl $acl is named, and written nowhere",
        f"write it, or correct its name; {_CHECK}",
    ),
    LogMessage(
        "key-missing", "configuration", 4,
        forms("<place>: unknown key '<name>'", "<place>: key '<name>' is not defined"),
        "the key $name is named, and written nowhere that named reads",
        f"include its file in named.conf; {_CHECK}",
    ),
    LogMessage(
        "file-missing", "configuration", 4,
        forms("<place>: open: <path>: file not found", "open: <path>: file not found"),
        *_FILE_MISSING,
    ),
    LogMessage(
        "file-missing", "configuration", 4,
        forms("<place>: parsing failed: file not found"), *_FILE_MISSING,
        vagueness=1,
    ),
    LogMessage(
        "file-unreadable", "configuration", 4,
        forms("<place>: open: <path>: permission denied", "open: <path>: permission denied"),
        *_FILE_UNREADABLE,
    ),
    LogMessage(
        "file-unreadable", "configuration", 4,
        forms("<place>: parsing failed: permission denied"), *_FILE_UNREADABLE,
        vagueness=1,
    ),
    LogMessage(
        "configuration-wrong", "configuration", 4,
        forms("loading configuration: <reason>", "reloading configuration failed: <reason>"),
        "named does not take its configuration ($reason); while it runs, it keeps the one from before",
        "named-checkconf names the line; correct it, and run: rndc reconfig, or systemctl restart named",
        vagueness=2,
    ),
    LogMessage(
        "did-not-start", "start", 4,
        forms("exiting (due to fatal error)", "exiting (due to early fatal error)",
              "named.service: Failed with result '<result>'", "named.service: Start request repeated too quickly",
              "bind9.service: Failed with result '<result>'"),
        "named did not start, or ended; the lines before it say why",
        "run: journalctl -u named -n 50; named-checkconf -z",
        vagueness=2,
    ),
    # It does not load the zone
    LogMessage(
        "journal-out-of-sync", "load", 8,
        forms("zone <zone>: journal rollforward failed: journal out of sync with zone"),
        "the zone file was changed while its journal has changes of its own, so named does not load $zone",
        "move the zone's journal (the .jnl beside the zone file) away; its changes that are not in the zone file are "
        f"lost; {_RELOAD}. Before you edit the file again: rndc freeze $zone, and afterwards rndc thaw $zone",
    ),
    LogMessage(
        "journal-damaged", "load", 8,
        forms("zone <zone>: journal rollforward failed: <reason>", "zone <zone>: corrupt journal file: '<path>'",
              "zone <zone>: journal open failed: <reason>"),
        "named cannot read the journal of $zone",
        "let its user read the .jnl beside the zone file (chown bind: FILE); or, if it is damaged, move it away; "
        f"{_RELOAD}",
    ),
    LogMessage(
        "no-ns", "load", 8,
        forms("zone <zone>: has no NS records"),
        "$zone has no NS record at its apex, so named does not load it",
        f"write one in the zone file, e.g.: @ NS ns.$zone. with an address for that name; {_RELOAD}",
    ),
    LogMessage(
        "no-soa", "load", 8,
        forms("zone <zone>: has <number> SOA records", "zone <zone>: could not find NS and/or SOA records"),
        "$zone needs exactly one SOA record; its file is empty, or is that of another zone",
        f"correct the zone file; named-checkzone $zone FILE checks it; {_RELOAD}",
    ),
    LogMessage(
        "ns-without-address", "load", 8,
        forms("zone <zone>: NS '<host>' has no address records (A or AAAA)", "zone <zone>: NS '<host>' is a CNAME",
              "zone <zone>: NS '<host>' is below a DNAME"),
        "the name server $host of $zone has no address in the zone, so named does not load it",
        "write an A record for $host in the zone file; or end its name with a dot, if it is in another zone; "
        f"{_RELOAD}",
    ),
    LogMessage(
        "zone-file-missing", "load", 8,
        forms("zone <zone>: loading from master file <path> failed: file not found",
              "zone <zone>: loading from primary file <path> failed: file not found"),
        "the zone file $path is missing; a relative name is below the directory of named.conf's options",
        f"create it, or correct file in the zone's statement; {_RELOAD}",
    ),
    LogMessage(
        "zone-file-unreadable", "load", 8,
        forms("zone <zone>: loading from master file <path> failed: permission denied",
              "zone <zone>: loading from primary file <path> failed: permission denied"),
        "named may not read the zone file $path",
        f"run: chown bind: $path, and let its user into each directory above it; {_RELOAD}",
    ),
    LogMessage(
        "zone-over-limit", "load", 8,
        forms("zone <zone>: loading from master file <path> failed: too many records",
              "zone <zone>: loading from primary file <path> failed: too many records"),
        "a name of the zone has more records or types than max-records-per-type or max-types-per-name allows (100 "
        "each, since BIND 9.18.28)",
        f"raise that limit in the zone's statement or in options; {_RELOAD}",
    ),
    LogMessage(
        "zone-over-ttl", "load", 8,
        forms("zone <zone>: loading from master file <path> failed: out of range",
              "zone <zone>: loading from primary file <path> failed: out of range"),
        "a number in the zone file is too large, mostly a TTL above max-zone-ttl",
        f"raise max-zone-ttl in the zone's statement or its dnssec-policy, or lower the TTL; {_RELOAD}",
    ),
    LogMessage(
        "zone-file-wrong", "load", 8,
        forms("zone <zone>: loading from master file <path> failed: <reason>",
              "zone <zone>: loading from primary file <path> failed: <reason>"),
        "the zone file $path has a mistake: $reason",
        f"named-checkzone $zone $path names the line; correct it; {_RELOAD}",
    ),
    LogMessage(
        "transfer-failed", "load", 8,
        forms("transfer of '<zone>' from <primary>: failed while receiving responses: <reason>",
              "transfer of '<zone>' from <primary>: failed to connect: <reason>",
              "transfer of '<zone>' from <primary>: Transfer status: REFUSED",
              "zone <zone>: refresh: retry limit for primary <primary> exceeded (<more>)",
              "zone <zone>: refresh: unexpected rcode (<reason>) from primary <primary>",
              "zone <zone>: refresh: non-authoritative answer from primary <primary> (<more>)",
              "zone <zone>: refresh: failure trying primary <primary> (<more>)"),
        "this server is a secondary of $zone, and does not get it from its primary, $primary",
        "send the updates to the primary; and let that one allow the transfer (allow-transfer), and run, then run: "
        "rndc retransfer $zone",
    ),
    LogMessage(
        "zone-expired", "load", 8,
        forms("zone <zone>: expired"),
        "this server is a secondary of $zone, and has not reached its primary for too long",
        "send the updates to the primary, and see why it does not answer; then run: rndc retransfer $zone",
    ),
    LogMessage(
        "zone-not-loaded", "load", 8,
        forms("zone <zone>: not loaded due to errors."),
        "named did not load $zone; the lines before it say why",
        f"named-checkzone $zone FILE names the mistake; correct it; {_RELOAD}",
        vagueness=2,
    ),
    # It refuses what a client asks
    LogMessage(
        "signed-with-unknown-key", "asked", 5,
        forms("request has invalid signature: TSIG <key>: tsig verify failure (BADKEY)",
              "request has invalid signature: TSIG <key> (<more>): tsig verify failure (BADKEY)"),
        "named has no key of the name and algorithm that the request was signed with: $key",
        "named.conf must have the key statement, or include its file, in the view that answers; then run: rndc "
        "reconfig; rndc tsig-list shows the names that it has",
    ),
    LogMessage(
        "signed-with-another-secret", "asked", 5,
        forms("request has invalid signature: TSIG <key>: tsig verify failure (BADSIG)",
              "request has invalid signature: TSIG <key> (<more>): tsig verify failure (BADSIG)"),
        "named has the key $key with another secret",
        "copy the secret again from the key statement on the server",
    ),
    LogMessage(
        "signed-at-another-time", "asked", 6,
        forms("request has invalid signature: TSIG <key>: tsig verify failure (BADTIME)",
              "request has invalid signature: TSIG <key> (<more>): tsig verify failure (BADTIME)"),
        "the clocks of this machine and of the sender differ by more than 300 s",
        "run on both: timedatectl set-ntp true",
    ),
    LogMessage(
        "sig0-not-supported", "asked", 5,
        forms("request has a SIG(0) signature but its support was removed"),
        "this version of BIND does not take SIG(0) signatures",
        "sign with a TSIG key: dns-update key generate",
    ),
    LogMessage(
        "signer-not-in-zone", "asked", 5,
        forms("request is signed by a nonauthoritative key"),
        "the request is signed with a key that named does not accept for it",
        "use a key of named.conf; rndc tsig-list shows them",
    ),
    LogMessage(
        "ticket-refused", "asked", 5,
        forms("failed gss_accept_sec_context: <reason>", "failed to acquire accept credentials for <name>: <reason>"),
        "named does not accept the Kerberos ticket: $reason",
        "tkey-gssapi-keytab in named.conf must name a keytab that has this server's DNS/HOST key of today and that "
        "named's user may read (klist -k FILE); and the clocks must agree",
    ),
    LogMessage(
        "zone-frozen", "asked", 7,
        forms(_UPDATING + "update failed: dynamic update temporarily disabled because the zone is frozen"),
        "$zone is frozen: somebody ran rndc freeze, e.g. to edit its file",
        "run: rndc thaw $zone",
    ),
    LogMessage(
        "no-rule", "asked", 7,
        forms(_UPDATING + "update failed: rejected by secure update (REFUSED)"),
        "no rule of the zone's update-policy allows this change",
        f"write in the zone's update-policy: {_GRANT} and run: rndc reconfig",
    ),
    LogMessage(
        "queries-denied", "asked", 7,
        forms("<bind_client>update '<zone>' denied due to allow-query", "<bind_client>query '<zone>/SOA/IN' denied"),
        "allow-query leaves the client out, and who may not ask may not update either; named sees the address $client",
        'add to allow-query of the zone or the options: key "$key"; or that address; and run: rndc reconfig',
    ),
    LogMessage(
        "forwarding-denied", "asked", 7,
        forms("<bind_client>update forwarding '<zone>' denied"),
        "this server is a secondary of $zone, and does not pass this client's updates on",
        "send the update to the primary, the address in primaries of the zone's statement; or write there "
        "allow-update-forwarding { any; }; and run: rndc reconfig",
    ),
    LogMessage(
        "update-denied-in-view", "asked", 7,
        forms("<bind_client_of_view>update '<zone>' denied"),
        "the view $view answered this request, from $client, and its zone $zone has no allow-update that names this "
        "key or that address, and no update-policy",
        'let the key select the view that allows it: key "$key"; in match-clients there, and !key "$key"; before all '
        "else in match-clients of the views above it; or write in the zone of this view: "
        f"update-policy {{ {_GRANT} }}; and run: rndc reconfig",
    ),
    LogMessage(
        "update-denied", "asked", 7,
        forms("<bind_client>update '<zone>' denied"),
        "the zone's statement has no allow-update that names this key or the address that named sees, $client, and no "
        "update-policy",
        'use a key that the zone allows, or allow this one: add key "$key"; to its allow-update, or, if it has none, '
        f"write update-policy {{ {_GRANT} }}; and run: rndc reconfig",
    ),
    LogMessage(
        "owner-not-host", "asked", 7,
        forms("zone <zone>: <owner>/<type>: bad owner name (check-names)",
              _UPDATING + "<owner>/<type>: bad owner name (check-names)"),
        "$owner is not a host name of letters, digits and hyphens",
        "choose another name; or write in the zone: check-names ignore; and run: rndc reconfig",
    ),
    LogMessage(
        "not-in-view", "asked", 8,
        forms("<bind_client_of_view>update failed: <zone>: not authoritative for update zone (NOTAUTH)"),
        "the view $view answered this request, and does not have the zone $zone",
        'let the key select the view that has it: key "$key"; in match-clients there, and !key "$key"; before all else '
        "in match-clients of the views above it; and run: rndc reconfig",
    ),
    LogMessage(
        "not-authoritative", "asked", 8,
        forms("<bind_client>update failed: <zone>: not authoritative for update zone (NOTAUTH)"),
        "this named does not have the zone $zone as a primary or a secondary",
        "give the zone that it has; rndc zonestatus $zone says whether it is there",
    ),
    LogMessage(
        "not-forwarded", "asked", 9,
        forms("zone <zone>: could not forward dynamic update to <primary>: <reason>",
              "zone <zone>: forwarding dynamic update: unexpected response: primary <primary> returned: <reason>"),
        "this server is a secondary of $zone, and its primary, $primary, does not take what it passes on ($reason)",
        "send the update to the primary itself; it must run, and know the key",
    ),
    LogMessage(
        "condition-not-met", "asked", 8,
        forms(_UPDATING + "update unsuccessful: <owner>/<type>: '<condition>' prerequisite not satisfied (<reason>)",
              _UPDATING + "update unsuccessful: <owner>: '<condition>' prerequisite not satisfied (<reason>)"),
        "the update has a condition that $owner does not meet ($condition)",
        "leave the condition out, {require:any}, or update what is there",
    ),
    LogMessage(
        "rate-limited", "asked", 4,
        forms("rate limit drop <more>response to <network> for <zone> IN"),
        "rate-limit in named.conf drops answers to this client",
        "add its address to exempt-clients of rate-limit; and run: rndc reconfig",
    ),
    # It cannot carry out an update
    LogMessage(
        "journal-not-writable", "update", 9,
        forms("<path>.jnl: create: permission denied", "<path>.jnl: open: permission denied",
              "journal open failure: <path>: permission denied",
              _UPDATING + "error: journal open failed: permission denied"),
        "named may not write the journal of the zone",
        f"{_JOURNAL_DIRECTORY}; dmesg | grep DENIED shows whether AppArmor forbids it",
    ),
    LogMessage(
        "journal-directory-missing", "update", 9,
        forms("<path>.jnl: create: file not found"),
        "the directory of the zone's journal does not exist, or nothing can be created in it: $path.jnl",
        "create it for named's user; or correct journal, or file, in the zone's statement; and run: rndc reconfig",
    ),
    LogMessage(
        "disk-full", "update", 9,
        forms("disk quota exceeded", "<path>.jnl: write: <reason>", "<path>.jnl: flush: <reason>"),
        "named cannot write more into the journal: the disk is full, or the quota of its user is reached",
        "df -h -i shows which disk; make room there",
    ),
    LogMessage(
        "no-private-keys", "update", 9,
        forms(_UPDATING + "found no active private keys, unable to generate any signatures",
              _UPDATING + "could not get zone keys for secure dynamic update",
              _UPDATING + "RRSIG/NSEC/NSEC3 update failed: <reason>",
              "zone <zone>: zone_rekey:zone_verifykeys failed: some key files are missing"),
        "$zone is signed, and named cannot use its private keys",
        "key-directory must have the files K$zone.*.private, readable for named's user: chown bind: FILES; or let BIND "
        "make new ones with dnssec-policy default; in the zone's statement. Then run: rndc loadkeys $zone",
    ),
    LogMessage(
        "too-many-records", "update", 9,
        forms("error updating '<owner>/<type>' in '<zone>' (zone): too many records (must not exceed <number>)"),
        "$owner would have more than $number records of the type $type",
        "give fewer values; or raise max-records-per-type in the zone's statement; and run: rndc reconfig",
    ),
    LogMessage(
        "too-many-types", "update", 9,
        forms("error updating '<owner>/<type>' in '<zone>' (zone): too many types (must not exceed <number>)",
              "error updating '<owner>/<type>' in '<zone>' (zone): too many record types (must not exceed <number>)"),
        "$owner would have records of more than $number types",
        "remove some; or raise max-types-per-name in the zone's statement; and run: rndc reconfig",
    ),
    LogMessage(
        "zone-full", "update", 9,
        forms(_UPDATING + "records in zone (<number>) exceeds max-records (<most>)"),
        "the zone would have more records than max-records allows ($most)",
        "raise max-records in named.conf; and run: rndc reconfig",
    ),
    LogMessage(
        "quota-of-key", "update", 7,
        forms(_UPDATING + "attempt to add more records than permitted by policy max=<number>"),
        "the rule of update-policy lets the key have $number records of that type at a name",
        "give fewer values; or raise the number after the type in the rule; and run: rndc reconfig",
    ),
    LogMessage(
        "would-break-zone", "update", 7,
        forms(_UPDATING + "update rejected: post update name server sanity check failed",
              _UPDATING + "<owner>/<type> '<host>' has no address records (A or AAAA)",
              _UPDATING + "<owner>/<type> '<host>' is a CNAME"),
        "the update would let a record point to a name in the zone that has no address (check-integrity)",
        "give that name an A or AAAA record first",
    ),
    LogMessage(
        "keys-would-go", "update", 7,
        forms(_UPDATING + "update rejected: all DNSKEY records removed"),
        "the update would remove all DNSKEY records of a signed zone",
        "leave them: dnssec-policy insecure; ends the signing",
    ),
    LogMessage(
        "signed-by-server", "update", 7,
        forms(_UPDATING + "update failed: explicit <more> updates are"),
        "the update has records that named makes itself in a signed zone (RRSIG, NSEC, NSEC3)",
        "leave them out",
    ),
    LogMessage(
        "journal-too-big", "update", 9,
        forms("transaction too big to be stored in journal", "journal entry too big to be stored"),
        "the update is larger than a journal can be",
        "send it in parts; or raise max-journal-size",
    ),
    LogMessage(
        "too-many-updates", "update", 4,
        forms("update failed: too many DNS UPDATEs queued"),
        "more updates came at once than update-quota lets wait (100)",
        "send fewer at a time; or raise update-quota in named.conf; and run: rndc reconfig",
    ),
    LogMessage(
        "journal-failed", "update", 9,
        forms(_UPDATING + "error: journal open failed: <reason>", _UPDATING + "error: journal write failed: <reason>"),
        "named cannot write the journal of $zone ($reason)",
        f"{_JOURNAL_DIRECTORY}; and its disk must not be full: df -h -i",
        vagueness=1,
    ),
    LogMessage(
        "too-many-at-name", "update", 9,
        forms(_UPDATING + "adding an RR failed: too many records"),
        "the name would have more records of one type, or of more types, than the zone allows",
        "remove some; or raise max-records-per-type or max-types-per-name (100 each) in the zone's statement; and run: "
        "rndc reconfig",
        vagueness=1,
    ),
    LogMessage(
        "not-carried-out", "update", 9,
        forms(_UPDATING + "error: <reason>", _UPDATING + "adding an RR failed: <reason>"),
        "named could not carry out an update of $zone: $reason",
        "the lines before it in the log say more: grep $zone",
        vagueness=1,
    ),
    # Worth knowing
    LogMessage(
        "zone-file-not-written", "note", 0,
        forms("dumping master file: <path>: open: permission denied", "dumping master file: <more>: permission denied",
              "zone <zone>: dump failed: <reason>"),
        "named takes updates into the journal, and may not write the zone file, so the journal grows",
        _JOURNAL_DIRECTORY,
    ),
    LogMessage(
        "keys-not-written", "note", 0,
        forms("zone <zone>: zone_rekey failure: <reason>", "zone <zone>: zone_rekey:<more>failed: <reason>"),
        "named cannot make or use the keys of $zone, so it does not sign it ($reason)",
        "let its user write in key-directory: chown bind: DIRECTORY; then run: rndc loadkeys $zone",
    ),
    LogMessage(
        "signatures-expired", "note", 0,
        forms("zone <zone>: DNSKEY RRSIG(s) have expired"),
        "the signatures of $zone have expired: who validates does not see it any more",
        "let named read the private keys, and run: rndc sign $zone",
    ),
    LogMessage(
        "serial-unchanged", "note", 0,
        forms("zone <zone>: zone serial (<number>) unchanged. zone may fail to transfer"),
        "the zone file was changed without a higher serial: the secondaries do not fetch it",
        f"raise the serial in the SOA record; {_RELOAD}",
    ),
    LogMessage(
        "ttl-reduced", "note", 0,
        forms(_UPDATING + "reducing TTL to the configured max-zone-ttl <number>"),
        "max-zone-ttl allows at most $number s, and named has reduced the TTL",
        "give a lower {ttl}",
    ),
)  # fmt: skip

SUCCESSES = (
    Success(("start", "configuration"), forms("all zones loaded", "reloading configuration succeeded")),
    Success(("load",), forms("zone <zone>: loaded serial", "zone <zone>: transferred serial")),
    Success(("update",), forms("updating zone '<zone>': adding an RR at", "updating zone '<zone>': deleting <more>at")),
    Success(("asked",), forms("thawing zone '<zone>': success")),
)  # fmt: skip

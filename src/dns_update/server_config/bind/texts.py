"""The sentences about BIND's configuration: what a finding means, and what to do."""

from __future__ import annotations

PHRASES = {
    "GRANT": 'grant "$key" name ${owner}. $types;',
    "RELOAD": "run: rndc reconfig",
}

TEXTS = {
    # the zone and its view
    "zone-missing": (
        "the configuration has no zone $zone; its zones are: $zones",
        (
            "if one of these is meant, give that one; if $owner is an alias of a name in one of them (dig +short "
            "$owner CNAME shows it), change that name. Only if this server should have the zone itself, write: "
            'zone "$zone" { type primary; file "/var/lib/bind/$zone.zone"; update-policy { $GRANT }; }; create that '
            "file, and $RELOAD"
        ),
    ),
    "zone-added-later": (
        "the file has no zone $zone, but $statement allows zones that are in no file",
        "ask the running server: rndc zonestatus $zone",
    ),
    "zone-in-other-view": (
        "the zone $zone is not in the view $view, which answers this client, but in the view $other",
        (
            "let the key select the view $other: write there match-clients { key $key; }; and in the view $view "
            "match-clients { !key $key; any; }; and $RELOAD"
        ),
    ),
    "granted-in-other-view": (
        (
            "the view $view answers this client, and its zone $zone does not accept the update; that of the view "
            "$other does"
        ),
        (
            "let the key select the view $other: write before all else in match-clients of the view $view: "
            '!key "$key"; and add to match-clients of the view $other: key "$key"; and $RELOAD. Or let both views '
            "have one zone: in-view"
        ),
    ),
    "zone-in-other-views": (
        (
            "the update changes the zone $zone of the view $view, which answers this client with this key; a zone "
            "$zone of its own is in: $others, where the change does not show"
        ),
        (
            "if it is to show there, let the views share one zone: in-view; or let the key select the other view, by "
            'match-clients: key "$key";'
        ),
    ),
    "no-view": (
        "no view matches this client: the zone $zone is in the view $view",
        "write in that view: match-clients { key $key; }; and $RELOAD",
    ),
    "view-not-known": (
        "which view answers the client ($views) depends on an address that is not known here; $view is assumed",
        "ask the running server: rndc zonestatus $zone IN $view",
    ),
    "zone-type": (
        "the zone $zone has the type $type, which takes no updates",
        "send the update to the primary of $zone",
    ),
    "secondary": (
        "this server is a secondary of the zone $zone, and does not forward updates",
        "send the update to the primary: $primaries",
    ),
    "secondary-forwards": (
        "this server is a secondary of the zone $zone and forwards updates to its primary, $primaries",
        "check the configuration of the primary",
    ),
    # the key
    "key-unknown": (
        "the configuration has no key $key; it has: $known",
        'write the key in a file that named reads: key "$key" { algorithm $algorithm; secret "..."; }; and $RELOAD',
    ),
    "key-other-name": (
        "the key with the secret of $key has the name $similar in the configuration",
        "give that name: {key-name:$similar}",
    ),
    "key-in-other-view": (
        "the key $key is known only in the view $other, not in the view $view, which answers this client",
        "move the key statement out of the view, and $RELOAD",
    ),
    "key-not-included": (
        "the key $key is in a file that the configuration does not include",
        'write in $main: include "$file"; and $RELOAD',
    ),
    # Kerberos
    "keytab-not-set": (
        "named has no key for Kerberos, and refuses to negotiate: options has no tkey-gssapi-keytab",
        (
            'write in options: tkey-gssapi-keytab "/etc/bind/dns.keytab"; that file needs the key of DNS/HOST@REALM, '
            "HOST being this server's name, and must be readable for named; then restart named"
        ),
    ),
    "keytab-missing": (
        "tkey-gssapi-keytab names $keytab, which does not exist, so named has no key for Kerberos",
        "write the key of DNS/HOST@REALM there (MIT: kadmin, ktadd -k $keytab), readable for named; then restart named",
    ),
    "principal-not-known": (
        "which principal signs is not known, so what it may change is not read",
        "get a ticket first: kinit; klist shows whose it is",
    ),
    "zone-in-active-directory": (
        (
            "named has no zone statement for $zone: it is in Active Directory (Samba's samba_dlz), which decides by "
            "the record's access control list; no update-policy counts"
        ),
        (
            "mostly the account is not in the group DnsAdmins: samba-tool group listmembers DnsAdmins; add it: "
            "samba-tool group addmembers DnsAdmins ACCOUNT; and get a new ticket. Otherwise another account owns the "
            "record: delete it (samba-tool dns delete), or let its owner change it"
        ),
    ),
    "zone-in-dlz": (
        "named has no zone statement for $zone; it may be in the database $dlz (dlz), which decides about updates",
        "look at the settings of that database",
    ),
    # allow-update
    "static": (
        "the zone $zone has neither allow-update nor update-policy: it is static",
        "write in the zone: update-policy { $GRANT }; and $RELOAD",
    ),
    "updates-off": (
        "the zone $zone accepts no updates: allow-update { none; }",
        "write in the zone, in its place: update-policy { $GRANT }; and $RELOAD",
    ),
    "list-denies": (
        "allow-update denies this update by its element $element, which matches first",
        'write before that element: key "$key"; and $RELOAD',
    ),
    "list-needs-key": (
        "allow-update accepts only updates that are signed with $keys, and this one is not signed",
        "sign it: {key-file:FILE}",
    ),
    "list-needs-address": (
        "allow-update does not have the client's address $client",
        (
            "write in its place: allow-update { key NAME; }; and sign the update with that key. If messages come "
            "through NAT or a proxy, named sees its address: journalctl -u named | grep denied shows it"
        ),
    ),
    "list-other-key": (
        "allow-update accepts $keys, not the $credential",
        'use $keys; or add to allow-update: key "$key"; and $RELOAD',
    ),
    "list-only-addresses": (
        "allow-update has addresses only: not the $credential, and not the client's address $client",
        'add to allow-update: key "$key"; and $RELOAD',
    ),
    "allow-update-not-known": (
        "whether allow-update accepts this update depends on the client's address, which is not known here",
        "give the client's address, or use update-policy, which does not depend on it",
    ),
    "allowed": (
        "the zone $zone accepts this update",
        "",
    ),
    "allowed-by-address": (
        "the element $element of allow-update lets a client change the whole zone without a key",
        "allow a key only: allow-update { key NAME; }; and $RELOAD",
    ),
    # update-policy
    "granted": (
        'the rule "$rule" lets the $credential change $types at $owner',
        "",
    ),
    "policy-local": (
        "update-policy local accepts only the key $session that named makes itself, from this machine",
        "write in its place: update-policy { $GRANT }; and $RELOAD",
    ),
    "policy-local-address": (
        "update-policy local accepts the key $session only from this machine, not from $client",
        "send the update on the server's own machine, to 127.0.0.1 or ::1",
    ),
    "policy-unsigned": (
        "update-policy has no rule for an update that is not signed",
        "sign the update with a key that has a rule, e.g. grant KEY name $$owner. $types;",
    ),
    "policy-key-missing": (
        "update-policy has no rule for the $credential; its rules are for: $identities",
        "add the rule: $GRANT and $RELOAD",
    ),
    "policy-name-missing": (
        'the rule "$rule" does not cover $owner: it is for $name ($kind)',
        "add the rule: $GRANT and $RELOAD",
    ),
    "policy-type-missing": (
        'the rule "$rule" does not have the type $types; it has: $listed',
        "add the type to the rule: $wider; and $RELOAD",
    ),
    "policy-default-types": (
        'the rule "$rule" lists no types, and then it does not cover $types',
        "add the rule: $GRANT and $RELOAD",
    ),
    "policy-denied": (
        'the rule "$rule" denies $types at $owner, before any rule that grants it',
        "write before that rule: $GRANT and $RELOAD",
    ),
    "rule-for-some-types": (
        'the rule "$rule" lets the key delete the whole name $owner only if it has no other types than: $listed',
        'add the rule: grant "$key" name ${owner}. ANY; and $RELOAD',
    ),
    "rule-asks-others": (
        'whether the rule "$rule" matches depends on what is not asked here: another program, or a record\'s data',
        "try the update, and read named's log",
    ),
    # the name, the files, the running server
    "check-names": (
        "$owner is not a host name, and named refuses $types at such a name (check-names)",
        "write in the zone: check-names ignore; and $RELOAD",
    ),
    "zone-file-missing": (
        "the zone file $file does not exist, so the zone $zone is not loaded",
        "create the file, or correct its name; then run: rndc reload $zone",
    ),
    "journal-wrong": (
        "$jnl is in the place of the zone's journal, and is not one: named can neither read nor write it",
        "move it away: mv $jnl $jnl.old && rndc reload $zone",
    ),
    "journal-out-of-sync": (
        (
            "the zone file $path was changed beside its journal: its serial is $serial, the journal has $journal, and "
            "named does not load the zone"
        ),
        "move the journal away, with the changes that only it has: mv $jnl $jnl.old && rndc reload $zone",
    ),
    "zone-file-wrong": (
        "named does not load the zone file $file: $fault",
        "correct it, and check it: named-checkzone $zone $file; then run: rndc reload $zone",
    ),
    "zone-file-unreadable": (
        "named runs as $user and cannot read the zone file $file",
        "run: chgrp $user $file && chmod g+r $file && rndc reload $zone",
    ),
    "limit": (
        "$setting is $limit: named answers SERVFAIL to an update that would bring the zone above it",
        "if that is why, raise it, and $RELOAD",
    ),
    "journal-not-writable": (
        (
            "named runs as $user and cannot write $path (mode $mode): it has no place for the journal $journal, and "
            "answers SERVFAIL to updates"
        ),
        (
            'move the zone file to a directory that $user can write, on Debian: file "/var/lib/bind/$zone.zone"; and'
            " run: rndc reconfig; or, outside of /etc, let it write here: chgrp $user $path && chmod g+w $path"
        ),
    ),
    "apparmor": (
        "AppArmor does not let named write in $directory, so it answers SERVFAIL to updates",
        (
            'move the zone file to a directory that the profile allows: file "/var/lib/bind/$zone.zone"; and run: '
            "rndc reconfig"
        ),
    ),
    "key-directory": (
        "named runs as $user and cannot read and write the directory of the DNSSEC keys, $directory",
        "run: chown -R $user $directory",
    ),
    "private-keys-missing": (
        (
            "the zone $zone is signed, and $directory has none of its private keys, without which named cannot sign a "
            "change, and answers SERVFAIL; missing: $files"
        ),
        (
            "copy these files there, readable for named; or write where they are: key-directory DIRECTORY; and run: "
            "rndc reconfig && rndc reload $zone"
        ),
    ),
    "private-keys-unreadable": (
        "named runs as $user and cannot read the private keys of the zone $zone in $directory",
        "run: chown $user $directory/K${zone}.+*",
    ),
    "private-keys-elsewhere": (
        "$directory does not have all private keys of the zone $zone; missing: $files",
        "if updates fail, copy them there; a key that is kept offline on purpose may be missing",
    ),
    "auto-dnssec": (
        "auto-dnssec is no longer known to BIND 9.20",
        "write in its place, before the next upgrade: dnssec-policy NAME;",
    ),
    "query-refused": (
        "allow-query does not let this client ask for the zone $zone, and then named refuses its updates, too",
        "add to allow-query: key $key; and $RELOAD",
    ),
    "status-not-asked": (
        (
            "whether named has loaded this zone, and whether it is frozen, is not known: rndc was not asked, because "
            "it may reach another named than the one with this file"
        ),
        "run as root: $command",
    ),
    "status-not-known": (
        "whether named has loaded this zone, and whether it is frozen, is not known: rndc gave no answer",
        "run as root: $command",
    ),
    "status-refused": (
        "whether named has loaded this zone, and whether it is frozen, rndc does not tell; it says: $said",
        "run as root: $command",
    ),
    "frozen": (
        "the zone $zone is frozen: named refuses updates",
        "run: rndc thaw $zone$view",
    ),
    "running-static": (
        "the running named has the zone $zone as static: it has not read this configuration yet, or another one",
        "run: rndc reconfig, then look again: $command",
    ),
    "running": (
        "named has loaded the zone $zone (serial $serial), and it is dynamic and not frozen",
        "",
    ),
}

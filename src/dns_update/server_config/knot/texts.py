"""The sentences about Knot's configuration: what a finding means, and what to do."""

from __future__ import annotations

PHRASES = {
    "RULE": 'an acl with the lines "- id: dns-update", "key: $key" and "action: update"',
    "RELOAD": "run: knotc reload",
}

TEXTS = {
    # the zone
    "zone-missing": (
        "the configuration has no zone $zone; its zones are: $zones",
        (
            "if one of these is meant, give that one; if $owner is an alias of a name in one of them (dig +short "
            "$owner CNAME shows it), change that name. Only if this server should have the zone itself, write below "
            'zone: "- domain: $zone", "acl: dns-update", with $RULE; and $RELOAD'
        ),
    ),
    "secondary": (
        "this server is a secondary of the zone $zone, and takes no such update to pass on; its primary is $primaries",
        "send the update to the primary: {dns-server:$first}",
    ),
    "secondary-forwards": (
        "this server is a secondary of the zone $zone, and forwards updates to $primaries",
        "send the update to the primary, or check its configuration, too",
    ),
    # the key
    "key-unknown": (
        "the configuration has no key $key; it has: $known",
        'write below key: "- id: $key", "algorithm: $algorithm" and "secret: ...", and $RELOAD',
    ),
    # access lists
    "no-acl": (
        "the zone $zone has no acl, so it takes no updates",
        'write in the zone: "acl: dns-update", with $RULE; and $RELOAD',
    ),
    "no-acl-for-updates": (
        "no acl of the zone $zone is for updates; it has: $acls",
        'write in the zone: "acl: [$acls, dns-update]", with $RULE; and $RELOAD',
    ),
    "acl-key": (
        "no acl of the zone $zone accepts the key $key; they have: $keys",
        'write in the acl $acl: "key: $key", and $RELOAD',
    ),
    "acl-unsigned": (
        "the acl $acl accepts only updates that are signed with $keys, and this one is not signed",
        "sign it: {key-file:FILE}",
    ),
    "acl-only-unsigned": (
        "the acl $acl has no key, and then it does not match a signed update",
        'write in the acl $acl: "key: $key", and $RELOAD',
    ),
    "acl-address": (
        "the acl $acl does not have the client's address $client; it has: $listed",
        (
            'write in the acl $acl: "address: $client", or leave address out, and $RELOAD. If messages come through '
            "NAT or a proxy, allow its address instead, which journalctl -u knot | grep 'ACL, denied' shows"
        ),
    ),
    "acl-remote-address": (
        "the acl $acl takes its addresses from a remote, and these do not have the client's address $client",
        'write in the acl $acl "key: $key" in the place of remote, and $RELOAD',
    ),
    "acl-action": (
        "the acl $acl does not allow updates; its actions are: $listed",
        'write in the acl $acl: "action: update", and $RELOAD',
    ),
    "acl-type": (
        "the acl $acl does not have all of the types $types; it has: $listed",
        "add the missing type to update-type of the acl $acl, and $RELOAD",
    ),
    "acl-owner": (
        "the acl $acl does not cover the name $owner; it covers: $listed ($match)",
        'write in the acl $acl: "update-owner-name: ${owner}.", and $RELOAD',
    ),
    "acl-denies": (
        "the acl $acl denies this update before another one allows it",
        "put the acl that allows the update before $acl in the zone's acl list, and $RELOAD",
    ),
    "acl-address-not-known": (
        "whether the acl $acl accepts this update depends on the client's address, which is not known here",
        "give the client's address, or use keys without addresses",
    ),
    "allowed": ("the acl $acl of the zone $zone accepts this update", ""),
    # files, and the running server
    "journal-not-writable": (
        "knotd runs as $user and cannot write its journal in $path",
        "run: chown $user $path",
    ),
    "zone-max-size": (
        "the zone $zone may have at most $limit octets: knotd refuses an update that makes it larger",
        "if that is why, raise zone-max-size, and $RELOAD",
    ),
    "private-keys-missing": (
        "knotd signs the zone $zone, and there is no private key in $directory: it answers SERVFAIL to updates",
        "restore the .pem files there; keymgr $zone list shows which are missing",
    ),
    "private-keys-unreadable": (
        "knotd runs as $user, signs the zone $zone, and cannot read the private keys in $directory",
        "run: chown -R $user $directory",
    ),
    "zone-file-missing": (
        "the zone file $path does not exist, so the zone $zone is not loaded",
        "create the file, or correct storage or file; then run: knotc zone-reload $zone",
    ),
    "zone-file-wrong": (
        "knotd does not load the zone file $path: $fault",
        "correct it, and check it: kzonecheck -o $zone $path; then run: knotc zone-reload $zone",
    ),
    "zone-file-unreadable": (
        "knotd runs as $user and cannot read the zone file $path",
        "run: chgrp $user $path && chmod g+r $path && knotc zone-reload $zone",
    ),
    "zone-file-not-writable": (
        "knotd runs as $user and cannot write the zone file $path: changes stay in the journal",
        "let it write there: chgrp $user $directory && chmod g+w $directory; or write in the zone: zonefile-sync: -1",
    ),
    "status-refused": (
        "whether knotd has loaded this zone, and whether it is frozen, knotc does not tell; it says: $said",
        "run as root: knotc zone-status $zone",
    ),
    "status-not-known": (
        "whether knotd has loaded this zone, and whether it is frozen, is not known: knotc gave no answer",
        "run as root: knotc zone-status $zone",
    ),
    "frozen": ("the zone $zone is frozen: knotd does not carry out updates", "run: knotc zone-thaw $zone"),
    "not-loaded": (
        "knotd has not loaded the zone $zone",
        "run: knotc zone-check $zone; then: knotc zone-reload $zone",
    ),
    "running": ("knotd has loaded the zone $zone (serial $serial), and it is not frozen", ""),
}

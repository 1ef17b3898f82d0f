"""The sentences about PowerDNS's configuration: what a finding means, and what to do."""

from __future__ import annotations

PHRASES = {
    "RESTART": "run: systemctl restart pdns",
}

TEXTS = {
    # pdns.conf
    "dnsupdate-off": (
        "PowerDNS takes no updates at all: dnsupdate is off, as it is by default",
        "write: dnsupdate=yes, and $RESTART",
    ),
    "lua-policy": (
        "the script $script decides about updates, in the place of addresses and keys: what it says is not known here",
        (
            "read what the script says about the key $key, the name $owner and the type $types; PowerDNS's log tells "
            "what it did not permit: journalctl -u pdns"
        ),
    ),
    "no-backend": (
        "launch names no backend, so the server has no zones",
        "install a backend and write, e.g.: launch=gsqlite3, and $RESTART",
    ),
    "backend": (
        "the backend $backends cannot be changed by updates",
        "move the zone to a backend that can: gsqlite3, gmysql, gpgsql or godbc",
    ),
    "backend-later": (
        "the backend lmdb can be changed by updates only from PowerDNS 5.0 on",
        "check the version: pdns_server --version",
    ),
    "address": (
        "the client's address $client is neither in allow-dnsupdate-from nor in ALLOW-DNSUPDATE-FROM: $listed",
        (
            "run: $add_meta $zone ALLOW-DNSUPDATE-FROM $client; or, if messages come through dnsdist or NAT, "
            "with its address, which journalctl -u pdns | grep UPDATE shows"
        ),
    ),
    "address-not-known": (
        "whether the client's address may send updates is not known: it must be in $listed",
        "compare it with the address that the server sees",
    ),
    "requires-key": (
        "dnsupdate-require-tsig refuses every update that is not signed",
        "sign the update: {key-file:FILE}",
    ),
    # the database
    "native": (
        "the zone $zone is of the kind NATIVE, so PowerDNS tells no secondary of its changes",
        (
            "run: $set_kind $zone MASTER, with primary=yes in pdns.conf (before 4.5: master=yes); and, so that "
            "secondaries hear of an update at once: $set_meta $zone NOTIFY-DNSUPDATE 1"
        ),
    ),
    "database-not-asked": (
        "what the database says of the zone $zone is not known: pdnsutil gave no answer",
        "run as root: pdnsutil show-zone $zone (from 5.0 on: pdnsutil zone show $zone)",
    ),
    "zone-missing": (
        "the database has no zone $zone; its zones are: $zones",
        (
            "check the name: $show; if $owner is an alias of a name in one of these (dig +short $owner CNAME shows "
            "it), change that name. Only if this server should have the zone itself, run: $create_zone $zone"
        ),
    ),
    "secondary": (
        "this server is a secondary of the zone $zone, and does not forward updates",
        "send the update to the primary, which this shows: $show",
    ),
    "secondary-forwards": (
        "this server is a secondary of the zone $zone, and forwards updates to its primary",
        "check the configuration of the primary, which this shows: $show",
    ),
    "key-twice": (
        "the database has more than one key $key ($algorithms), and PowerDNS takes any of them",
        "keep one: pdnsutil delete-tsig-key $key; then: pdnsutil import-tsig-key $key $algorithm SECRET",
    ),
    "key-stored-secret": (
        (
            "the database has the key $key with a secret that is not Base64 (quotes or blanks were stored with it), so "
            "PowerDNS cannot use it"
        ),
        (
            "run: pdnsutil delete-tsig-key $key; then, with the secret as it is, without quotes: pdnsutil "
            "import-tsig-key $key $algorithm SECRET"
        ),
    ),
    "key-stored-algorithm": (
        "the database has the key $key with the algorithm $other, which PowerDNS does not know",
        "run: pdnsutil delete-tsig-key $key; then: pdnsutil import-tsig-key $key $algorithm SECRET",
    ),
    "zone-data": (
        "PowerDNS cannot serve the zone $zone: $fault",
        (
            "correct the zone's records (pdnsutil edit-zone $zone), and check them: pdnsutil check-zone $zone. In the "
            "database, all names must be in lower case, without a final dot"
        ),
    ),
    "database-not-writable": (
        "pdns_server runs as $user and cannot write $path, which SQLite must for each update: it answers SERVFAIL",
        "run: chown $user $path",
    ),
    "key-unknown": (
        "the database has no key $key; it has: $known",
        "run: $generate_tsig_key $key $algorithm",
    ),
    "needs-key": (
        "the zone $zone accepts only updates that are signed with $keys, and this one is not signed",
        "sign it: {key-file:FILE}",
    ),
    "no-key-needed": (
        "the zone $zone has no TSIG-ALLOW-DNSUPDATE: every client with an allowed address may change it without a key",
        "run: $set_meta $zone TSIG-ALLOW-DNSUPDATE $key",
    ),
    "any-key": (
        "the zone $zone has no TSIG-ALLOW-DNSUPDATE: every key of the server may change it",
        "run: $set_meta $zone TSIG-ALLOW-DNSUPDATE $key",
    ),
    "other-key": (
        "the zone $zone accepts $keys, not the key $key",
        "use $keys; or run: $add_meta $zone TSIG-ALLOW-DNSUPDATE $key",
    ),
    "allowed": ("the zone $zone accepts updates with the key $key", ""),
}

#!/usr/bin/env sh
# dns-update as a DNS API of acme.sh: `acme.sh --issue --dns dns_dnsupdate ...`, from ~/.acme.sh/dnsapi/dns_dnsupdate.sh
#
# acme.sh keeps these for renewals:
#   DNSUPDATE_KEY_FILE  a file with the TSIG key, as BIND has it
#   DNSUPDATE_SERVER    optional: where to send; else the primary that the zone's SOA record names

# dns_dnsupdate_add _acme-challenge.example.com TOKEN
dns_dnsupdate_add() {
    _dns_dnsupdate present "$1" "$2"
}

# dns_dnsupdate_rm _acme-challenge.example.com TOKEN
dns_dnsupdate_rm() {
    _dns_dnsupdate cleanup "$1" "$2"
}

_dns_dnsupdate() {
    DNSUPDATE_KEY_FILE="${DNSUPDATE_KEY_FILE:-$(_readaccountconf_mutable DNSUPDATE_KEY_FILE)}"
    DNSUPDATE_SERVER="${DNSUPDATE_SERVER:-$(_readaccountconf_mutable DNSUPDATE_SERVER)}"
    if [ -z "$DNSUPDATE_KEY_FILE" ]; then
        _err "DNSUPDATE_KEY_FILE is not set: export it, e.g. DNSUPDATE_KEY_FILE=/etc/dns-update/acme.key"
        return 1
    fi
    _saveaccountconf_mutable DNSUPDATE_KEY_FILE "$DNSUPDATE_KEY_FILE"
    set -- "$@" "key-file=$DNSUPDATE_KEY_FILE"
    if [ -n "$DNSUPDATE_SERVER" ]; then
        _saveaccountconf_mutable DNSUPDATE_SERVER "$DNSUPDATE_SERVER"
        set -- "$@" "dns-server=$DNSUPDATE_SERVER"
    fi
    if ! dns-update acme "$@"; then
        _err "dns-update acme $1 has failed for $2"
        return 1
    fi
}

"""What the commands `help` and `version` print."""

from dns_update import __version__

VERSION = f"nsupdate {__version__} (dns-update)"

COMMANDS = """\
local address [port]      (set local resolver)
server address [port]     (set primary server for zone)
send                      (send the update request)
show                      (show the update request)
answer                    (show the answer to the last request)
quit                      (quit, any pending update is not sent)
help                      (display this message)
version                   (display the version)
debug                     (show the messages, sent and received)
key [hmac:]keyname secret (use TSIG to sign the request)
gsstsig                   (use GSS_TSIG to sign the request)
realm [name]              (set the realm for GSS-TSIG)
tkeyname name             (set the name of the key that GSS-TSIG agrees on)
zone name                 (set the zone to be updated)
class CLASS               (set the zone's DNS class, e.g. IN (default), CH)
ttl seconds | none        (set the TTL of additions that name none)
lease time [keytime]      (ask for an update lease; "lease none" does not)
check-names { on | off }  (enable / disable check-names)
check-svcb { on | off }   (enable / disable check-svcb)
[prereq] nxdomain name    (require that this name does not exist)
[prereq] yxdomain name    (require that this name exists)
[prereq] nxrrset ....     (require that this RRset does not exist)
[prereq] yxrrset ....     (require that this RRset exists)
[update] add ....         (add the given record to the zone)
[update] del[ete] ....    (remove the given record(s) from the zone)
"""

"""What happened, as codes: a cause and an endpoint identify an error, whatever its words are.

The cause of an error that is not named here is that of its class. Codes are part of the interface: new ones may be
added, and existing ones do not change.
"""

# Why no response came.
TIMED_OUT = "timed-out"  # nothing that counts came in time
PORT_UNREACHABLE = "port-unreachable"  # ICMP: nothing listens at that UDP port
CONNECTION_REFUSED = "connection-refused"  # the same for TCP
CONNECTION_RESET = "connection-reset"  # by the server, before it answered
NETWORK_UNREACHABLE = "network-unreachable"
HOST_UNREACHABLE = "host-unreachable"
NETWORK_ERROR = "network-error"  # any other error of the network that the system reports
ADDRESS_NOT_FOUND = "address-not-found"  # a host name has no address
CANNOT_SEND_FROM = "cannot-send-from"  # nothing can be sent from the local address that was chosen

# Why there is no connection by TLS or QUIC.
NO_TLS = "no-tls"  # what answers, if anything, does not speak TLS
NO_QUIC = "no-quic"  # what answers, if anything, does not speak DNS over QUIC
TLS_FAILED = "tls-failed"  # any other error of the handshake
CERTIFICATE_OF_ANOTHER_NAME = "certificate-of-another-name"
CERTIFICATE_OUT_OF_DATE = "certificate-out-of-date"
CERTIFICATE_NOT_TRUSTED = "certificate-not-trusted"
WRONG_PIN = "wrong-pin"
OWN_CERTIFICATE = "own-certificate"  # the server wants one of this client, or does not accept it

# What keeps a check from looking at something on this machine.
CHECKER_TOO_SLOW = "checker-too-slow"  # a server's own program did not end in time

# Why a reply is not trusted.
NOT_SIGNED = "not-signed"
MALFORMED_TSIG = "malformed-tsig"
WRONG_KEY = "wrong-key"  # it is signed with another key, or by another algorithm
NO_MAC = "no-mac"  # it has a TSIG record with an error and no signature
SIGNED_AT_ANOTHER_TIME = "signed-at-another-time"  # further from now than the fudge allows
WRONG_SIGNATURE = "wrong-signature"
ECHOED_SIGNATURE = "echoed-signature"  # that of the request: Windows and Samba sign a refusal by GSS-TSIG so

# Why there is no key by GSS-TSIG.
NO_TICKET = "no-ticket"
NOT_IN_CACHE = "not-in-cache"  # the ticket is that of another principal
NOT_IN_KEYTAB = "not-in-keytab"  # nor another way to a ticket with it
WRONG_PASSWORD = "wrong-password"  # noqa: S105 - or the key in a keytab
PRINCIPAL_UNKNOWN = "principal-unknown"  # to the KDC
PRINCIPAL_DISABLED = "principal-disabled"  # locked or expired at the KDC, or its password is
SERVICE_UNKNOWN = "service-unknown"  # the name server, to the KDC
REALM_UNKNOWN = "realm-unknown"  # to this machine, or to the KDC
TICKET_EXPIRED = "ticket-expired"
TICKET_NOT_YET_VALID = "ticket-not-yet-valid"
CLOCK_SKEW = "clock-skew"
KDC_UNREACHABLE = "kdc-unreachable"
KERBEROS_FAILED = "kerberos-failed"  # any other error of the library
NO_GSS = "no-gss"  # the server does not negotiate keys
TICKET_REFUSED = "ticket-refused"  # by the server: TKEY BADKEY
TKEY_NAME_TAKEN = "tkey-name-taken"  # BADNAME
TKEY_REFUSED = "tkey-refused"  # by any other error
NO_GSS_LIBRARY = "no-gss-library"

# What is wrong with the text of a domain name.
EMPTY_LABEL = "empty-label"
LABEL_TOO_LONG = "label-too-long"
NAME_TOO_LONG = "name-too-long"
WRONG_ESCAPE = "wrong-escape"
UNFINISHED_ESCAPE = "unfinished-escape"

# What is wrong with the configuration of a server.
UNREADABLE = "unreadable"  # a file of it is missing, or may not be read

# What is wrong with a key.
UNKNOWN_ALGORITHM = "unknown-algorithm"

# Completion of dns-update in fish. Made by: python -m lab.completion

# __dns_update_described BEFORE AFTER NAME ABOUT...
function __dns_update_described
    set -l before $argv[1]
    set -l after $argv[2]
    set -l rest $argv[3..-1]
    while set -q rest[2]
        printf '%s%s%s\t%s\n' "$before" $rest[1] "$after" $rest[2]
        set rest $rest[3..-1]
    end
end

# __dns_update_properties COMMAND BEFORE AFTER
function __dns_update_properties
    switch $argv[1]
        case set
            __dns_update_described $argv[2] $argv[3] 'wait' 'how long acme, and verify=all, wait until all name servers of the zone show it' 'name' 'the name, relative to the zone or in full' 'address' 'addresses, or where they come from' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'ttl' 'time to live' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'type' 'a record type' 'value' 'the data for type=, as in a zone file, but with all names in full' 'require' 'existing' 'verify' 'read the name back from the server afterwards' 'to' 'first' 'ptr' 'keep the PTR records of the addresses, too' 'ptr-zone' 'the reverse zone for ptr=' 'dry-run' 'send no update, but print what would change' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'allow-private' 'publish an address from a source even if it cannot be reached from the Internet' 'check-names' 'refuse a name that is not a valid host name where one is needed, as BIND does' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case add
            __dns_update_described $argv[2] $argv[3] 'wait' 'how long acme, and verify=all, wait until all name servers of the zone show it' 'name' 'the name, relative to the zone or in full' 'address' 'addresses, or where they come from' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'ttl' 'time to live' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'type' 'a record type' 'value' 'the data for type=, as in a zone file, but with all names in full' 'require' 'existing' 'verify' 'read the name back from the server afterwards' 'to' 'first' 'ptr' 'keep the PTR records of the addresses, too' 'ptr-zone' 'the reverse zone for ptr=' 'dry-run' 'send no update, but print what would change' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'allow-private' 'publish an address from a source even if it cannot be reached from the Internet' 'check-names' 'refuse a name that is not a valid host name where one is needed, as BIND does' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case delete
            __dns_update_described $argv[2] $argv[3] 'wait' 'how long acme, and verify=all, wait until all name servers of the zone show it' 'name' 'the name, relative to the zone or in full' 'address' 'addresses, or where they come from' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'type' 'a record type' 'value' 'the data for type=, as in a zone file, but with all names in full' 'require' 'existing' 'verify' 'read the name back from the server afterwards' 'to' 'first' 'ptr' 'keep the PTR records of the addresses, too' 'ptr-zone' 'the reverse zone for ptr=' 'dry-run' 'send no update, but print what would change' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case show
            __dns_update_described $argv[2] $argv[3] 'name' 'the name, relative to the zone or in full' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'type' 'a record type' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case plan
            __dns_update_described $argv[2] $argv[3] 'name' 'the name, relative to the zone or in full' 'address' 'addresses, or where they come from' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'ttl' 'time to live' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'type' 'a record type' 'value' 'the data for type=, as in a zone file, but with all names in full' 'require' 'existing' 'to' 'first' 'ptr' 'keep the PTR records of the addresses, too' 'ptr-zone' 'the reverse zone for ptr=' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'allow-private' 'publish an address from a source even if it cannot be reached from the Internet' 'check-names' 'refuse a name that is not a valid host name where one is needed, as BIND does' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case apply
            __dns_update_described $argv[2] $argv[3] 'file' 'the names' 'format' 'how the names are written' 'add' 'add what the file lists, and leave other records of the same type as they are' 'delete' 'remove what the file lists' 'require' 'existing' 'report' 'write a line for each outcome there, as they come' 'resume' 'go on from the report' 'skip-equal' 'ask for each name first, and send only what is different' 'exact' 'also remove the names that match and are not in the file' 'max-delete' 'with exact=, the most names that may go, or percent of those that match' 'message-size' 'the largest message that is sent, 1024 to 65535' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'ttl' 'time to live' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'verify' 'read the name back from the server afterwards' 'dry-run' 'send no update, but print what would change' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'check-names' 'refuse a name that is not a valid host name where one is needed, as BIND does' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case list
            __dns_update_described $argv[2] $argv[3] 'name' 'only these names' 'type' 'only records of these types' 'format' 'how to print them' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case check
            __dns_update_described $argv[2] $argv[3] 'name' 'the name, relative to the zone or in full' 'address' 'addresses, or where they come from' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'ttl' 'time to live' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'type' 'a record type' 'value' 'the data for type=, as in a zone file, but with all names in full' 'require' 'existing' 'verify' 'read the name back from the server afterwards' 'dry-run' 'send no update, but print what would change' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'allow-private' 'publish an address from a source even if it cannot be reached from the Internet' 'check-names' 'refuse a name that is not a valid host name where one is needed, as BIND does' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'class' 'the class' 'config' 'the configuration' 'agent' 'check the running agent' 'server-config' 'on the server\'s own machine' 'server-log' 'on the server\'s own machine, or with a copy' 'socket' 'the agent\'s socket' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case agent
            __dns_update_described $argv[2] $argv[3] 'config' 'the configuration' 'check' 'read the configuration, report what is wrong with it, and do nothing else' 'online' 'with check=' 'once' 'make every name right once, then end' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case status
            __dns_update_described $argv[2] $argv[3] 'name' 'only this name, in full or relative to its zone' 'all' 'all names, not only the first 50' 'watch' 'stay, and show each change until Ctrl-C' 'socket' 'the agent\'s socket' 'json' 'print the result as one JSON object on standard output'
        case refresh
            __dns_update_described $argv[2] $argv[3] 'name' 'only this name, in full or relative to its zone' 'socket' 'the agent\'s socket' 'json' 'print the result as one JSON object on standard output'
        case history
            __dns_update_described $argv[2] $argv[3] 'name' 'only this name, in full or relative to its zone' 'since' 'only what was attempted in the last TIME' 'limit' 'how many attempts to print, the newest ones' 'plot' 'draw what the name had over time, and when tries failed' 'svg' 'write the same picture to a file, as SVG' 'file' 'the history' 'json' 'print the result as one JSON object on standard output'
        case run
            __dns_update_described $argv[2] $argv[3] 'dry-run' 'send no update, but print what would change' 'config' 'the configuration' 'file' 'a script, or an export of a router' 'script' 'load FILE, then run this script, which FILE stores, once' 'map' 'which interface of this machine is which of the router\'s' 'public-address' 'where /ip cloud and /tool fetch get the public address from' 'router' 'a TOML file that describes another machine\'s interfaces and addresses, to be used instead of this machine\'s' 'globals' 'where global variables are kept between runs' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case import
            __dns_update_described $argv[2] $argv[3] 'map' 'which interface of this machine is which of the router\'s' 'file' 'a script or an export of RouterOS, a ddclient.conf, a script for nsupdate, or OpenWrt\'s /etc/config/ddns' 'output' 'write the configuration there, and the keys beside it' 'keys' 'write the keys there, with mode 0600, and not beside the configuration' 'identity' 'the router\'s name, if the file does not say it' 'public-address' 'where the public address comes from, if a service of the router\'s vendor has told it' 'diff-run' 'run the script and the configuration that was made of it side by side, in several states of a router, and print what they would do differently' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures'
        case acme
            __dns_update_described $argv[2] $argv[3] 'step' 'add the token, or remove it' 'domain' 'what the certificate is for' 'name' 'instead of domain=, the full name of the TXT record' 'token' 'the value of the TXT record, as the ACME client gives it' 'wait' 'how long acme, and verify=all, wait until all name servers of the zone show it' 'ttl' 'time to live of the token' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'update-server' 'where to send updates, if not to dns-server=, e.g' 'query-server' 'where to read what the zone has, before a change and after it, if not at dns-server=' 'key-name' 'the key\'s name on the server' 'key' 'the key\'s secret' 'key-file' 'a file with key "NAME" { algorithm ...' 'algorithm' 'hmac-md5' 'key-encoding' 'how key= is written' 'auth' 'gss' 'realm' 'with auth=gss, the Kerberos realm of the server' 'principal' 'with auth=gss, who signs' 'keytab' 'with auth=gss, the file with the principal\'s keys' 'ccache' 'with auth=gss, the credentials cache that has the ticket' 'password' 'with auth=gss, the principal\'s password' 'dry-run' 'send no update, but print what would change' 'diagnose' 'after a failure, ask the server a few more questions to find out why, for at most 5 s' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'config' 'the configuration' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures' 'debug' 'print every message sent and received to standard error'
        case key
            __dns_update_described $argv[2] $argv[3] 'step' 'what to do' 'key-file' 'the key\'s file' 'name' 'what the key may change' 'type' 'the types that it may change there' 'acme' 'let the key change TXT records at _acme-challenge.NAME' 'server-type' 'for which server to print, or apply, the configuration' 'algorithm' 'of a new key' 'hosts' 'make a key for each host of a list' 'output' 'with hosts=, the new directory for their keys and configurations' 'apply-to' 'change this configuration of the server on this machine, too, and have it read' 'yes' 'do not ask before files that exist are changed' 'history' 'the agent\'s history, which says when a key was last used' 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'key-name' 'the key\'s name on the server' 'transport' 'udp changes to TCP by itself if a message is too large' 'tls-hostname' 'the name that the server\'s certificate must have' 'tls-ca' 'the certificates, in PEM, of those who may have signed the server\'s' 'tls-pin' 'the SHA-256 of the server\'s public key' 'tls-cert' 'this client\'s own certificate, in PEM, for a server that wants one' 'tls-key' 'the private key of tls-cert=, if it is not in the same file' 'tls-verify' 'no' 'port' 'the servers\' port, for those that dns-server gives without one' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'local-address' 'the address to send from' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures'
        case init
            __dns_update_described $argv[2] $argv[3] 'zone' 'the zone' 'dns-server' 'where to send, and where to read' 'key-name' 'the key\'s name on the server' 'key-file' 'a file with key "NAME" { algorithm ...' 'allow-private' 'publish an address from a source even if it cannot be reached from the Internet' 'timeout' 'how long to wait for an answer to each try' 'retries' 'how many tries follow the first' 'name' 'what to keep right' 'address' 'where the addresses come from, as set has it' 'make-key' 'make a new key, instead of key-file=' 'server-type' 'the server that a made key is for, which decides what is printed' 'ttl' 'time to live' 'output' 'the new configuration' 'check' 'try each answer, as the command check does' 'dry-run' 'print what would be written, and write nothing' 'service' 'start the agent as a service of systemd, now and at each boot' 'json' 'print the result as one JSON object on standard output' 'quiet' 'say nothing but failures'
    end
end

# __dns_update_kind COMMAND PROPERTY: what values the property has
function __dns_update_kind
    switch "$argv[1] $argv[2]"
        case 'acme step'
            echo 'present cleanup'
        case 'key step'
            echo 'generate show rotate revoke'
        case 'key key-file' 'key hosts' 'key apply-to' 'key history' 'apply file' 'apply report' 'set key-file' 'add key-file' 'delete key-file' 'plan key-file' 'show key-file' 'check key-file' 'acme key-file' 'apply key-file' 'list key-file' 'init key-file' 'set keytab' 'add keytab' 'delete keytab' 'plan keytab' 'show keytab' 'check keytab' 'acme keytab' 'apply keytab' 'list keytab' 'set ccache' 'add ccache' 'delete ccache' 'plan ccache' 'show ccache' 'check ccache' 'acme ccache' 'apply ccache' 'list ccache' 'set tls-ca' 'add tls-ca' 'delete tls-ca' 'plan tls-ca' 'show tls-ca' 'check tls-ca' 'acme tls-ca' 'apply tls-ca' 'list tls-ca' 'key tls-ca' 'set tls-cert' 'add tls-cert' 'delete tls-cert' 'plan tls-cert' 'show tls-cert' 'check tls-cert' 'acme tls-cert' 'apply tls-cert' 'list tls-cert' 'key tls-cert' 'set tls-key' 'add tls-key' 'delete tls-key' 'plan tls-key' 'show tls-key' 'check tls-key' 'acme tls-key' 'apply tls-key' 'list tls-key' 'key tls-key' 'set config' 'add config' 'delete config' 'plan config' 'show config' 'check config' 'acme config' 'apply config' 'list config' 'agent config' 'run config' 'check server-config' 'check server-log' 'status socket' 'refresh socket' 'check socket' 'history svg' 'history file' 'run file' 'run router' 'run globals' 'import file' 'import output' 'import keys' 'init output'
            echo 'files'
        case 'key acme' 'key yes' 'apply add' 'apply delete' 'apply resume' 'apply skip-equal' 'set ptr' 'add ptr' 'delete ptr' 'plan ptr' 'set dry-run' 'add dry-run' 'delete dry-run' 'check dry-run' 'run dry-run' 'acme dry-run' 'apply dry-run' 'set diagnose' 'add diagnose' 'delete diagnose' 'plan diagnose' 'show diagnose' 'check diagnose' 'acme diagnose' 'apply diagnose' 'list diagnose' 'set allow-private' 'add allow-private' 'plan allow-private' 'check allow-private' 'init allow-private' 'set check-names' 'add check-names' 'plan check-names' 'check check-names' 'apply check-names' 'set tls-verify' 'add tls-verify' 'delete tls-verify' 'plan tls-verify' 'show tls-verify' 'check tls-verify' 'acme tls-verify' 'apply tls-verify' 'list tls-verify' 'key tls-verify' 'check agent' 'agent check' 'agent online' 'agent once' 'status all' 'status watch' 'history plot' 'import diff-run' 'init make-key' 'init check' 'init dry-run' 'init service' 'set json' 'add json' 'delete json' 'plan json' 'show json' 'check json' 'acme json' 'apply json' 'list json' 'key json' 'agent json' 'status json' 'refresh json' 'history json' 'run json' 'import json' 'init json' 'set quiet' 'add quiet' 'delete quiet' 'plan quiet' 'show quiet' 'check quiet' 'acme quiet' 'apply quiet' 'list quiet' 'key quiet' 'agent quiet' 'run quiet' 'import quiet' 'init quiet' 'set debug' 'add debug' 'delete debug' 'plan debug' 'show debug' 'check debug' 'acme debug' 'apply debug' 'list debug' 'agent debug' 'run debug'
            echo 'yes no'
        case 'key server-type' 'init server-type'
            echo 'bind knot powerdns'
        case 'key algorithm' 'set algorithm' 'add algorithm' 'delete algorithm' 'plan algorithm' 'show algorithm' 'check algorithm' 'acme algorithm' 'apply algorithm' 'list algorithm'
            echo 'algorithms'
        case 'apply format'
            echo 'csv json zone'
        case 'apply require' 'set require' 'add require' 'delete require' 'plan require' 'check require'
            echo 'any existing absent'
        case 'apply exact'
            echo 'zone'
        case 'list format'
            echo 'zone csv json'
        case 'set address' 'add address' 'delete address' 'plan address' 'check address' 'init address'
            echo 'sources'
        case 'set key' 'add key' 'delete key' 'plan key' 'show key' 'check key' 'acme key' 'apply key' 'list key'
            echo 'secret'
        case 'set key-encoding' 'add key-encoding' 'delete key-encoding' 'plan key-encoding' 'show key-encoding' 'check key-encoding' 'acme key-encoding' 'apply key-encoding' 'list key-encoding'
            echo 'auto base64 text'
        case 'set auth' 'add auth' 'delete auth' 'plan auth' 'show auth' 'check auth' 'acme auth' 'apply auth' 'list auth'
            echo 'key gss'
        case 'set type' 'add type' 'delete type' 'plan type' 'show type' 'check type'
            echo 'types'
        case 'set verify' 'add verify' 'delete verify' 'check verify' 'apply verify'
            echo 'yes no all'
        case 'set to' 'add to' 'delete to' 'plan to'
            echo 'first all'
        case 'set transport' 'add transport' 'delete transport' 'plan transport' 'show transport' 'check transport' 'acme transport' 'apply transport' 'list transport' 'key transport'
            echo 'udp tcp tls quic'
        case 'set class' 'add class' 'delete class' 'plan class' 'show class' 'check class' 'list class'
            echo 'IN CH HS'
        case 'history limit'
            echo 'all'
    end
end

function __dns_update_interfaces
    for path in /sys/class/net/*
        string replace -r '.*/' '' -- $path
    end
end

# __dns_update_files PREFIX VALUE
function __dns_update_files
    __fish_complete_path $argv[2] | string replace -r '^' -- (string replace -a '\\' '\\\\' -- $argv[1])
end

# __dns_update_values COMMAND PROPERTY PREFIX VALUE
function __dns_update_values
    set -l prefix $argv[3]
    set -l value $argv[4]
    set -l kind (__dns_update_kind $argv[1] $argv[2])
    switch "$kind"
        case files
            __dns_update_files "$prefix" "$value"
        case secret
            if string match -q '@*' -- $value
                __dns_update_files {$prefix}@ (string sub -s 2 -- $value)
            else
                printf '%s\n' {$prefix}@ {$prefix}env: {$prefix}credential:
            end
        case sources
            set -l before (string match -r '.*,' -- $value)
            set -l start "$prefix$before"
            printf '%s\n' {$start}{dns:,https://,command:}
            printf '%s\n' {$start}interface:(__dns_update_interfaces)
            printf '%s\n' {$start}prefix:(__dns_update_interfaces)+
        case types
            printf '%s\n' {$prefix}{A,NS,MD,MF,CNAME,SOA,MB,MG,MR,NULL,WKS,PTR,HINFO,MINFO,MX,TXT,RP,AFSDB,X25,ISDN,RT,NSAP,NSAP-PTR,SIG,KEY,PX,GPOS,AAAA,LOC,NXT,EID,NIMLOC,SRV,ATMA,NAPTR,KX,CERT,A6,DNAME,SINK,APL,DS,SSHFP,IPSECKEY,RRSIG,NSEC,DNSKEY,DHCID,NSEC3,NSEC3PARAM,TLSA,SMIMEA,HIP,NINFO,RKEY,TALINK,CDS,CDNSKEY,OPENPGPKEY,CSYNC,ZONEMD,SVCB,HTTPS,DSYNC,HHIT,BRID,SPF,UINFO,UID,GID,UNSPEC,NID,L32,L64,LP,EUI48,EUI64,URI,CAA,AVC,DOA,AMTRELAY,RESINFO,WALLET,CLA,IPN,TA,DLV}
        case algorithms
            printf '%s\n' {$prefix}{hmac-md5,hmac-sha1,hmac-sha224,hmac-sha256,hmac-sha384,hmac-sha512}
        case '*'
            printf '%s\n' {$prefix}(string split -n ' ' -- $kind)
    end
end

function __dns_update_command
    set -l previous
    for word in $argv
        if contains -- $word set add delete show plan apply list check nsupdate agent status refresh history run import acme key init help; and not string match -q -- '--*' "$previous"
            echo $word
            return
        end
        set previous $word
    end
end

function __dns_update_nsupdate
    set -l words (commandline -opc)
    switch "$words[-1]"
        case -k -C -A -E -K
            __fish_complete_path (commandline -ct)
        case -y -p -t -u -r -H
        case '*'
            if string match -q -- '-*' (commandline -ct)
                printf '%s\t%s\n' '-k' 'a key' '-y' 'the same as an argument, which other users can see' '-l' 'the local server, with its session key' '-p' 'of the servers' '-v' 'TCP' '-t' 'for a TCP exchange' '-u' 'for a UDP try' '-r' 'how many tries follow the first by UDP' '-4' 'only this IP version' '-6' 'only this IP version' '-C' 'instead of /etc/resolv.conf' '-d' 'show the messages' '-D' 'show the messages' '-i' 'go on after a syntax error' '-T' 'list the record types' '-P' 'list the record types' '-V' 'the version' '-S' 'TLS' '-A' 'TLS' '-H' 'TLS' '-E' 'TLS' '-K' 'TLS' '-O' 'TLS, whoever the server is' '-g' 'sign with the Kerberos ticket in the user\'s cache' '-o' 'sign with the Kerberos ticket in the user\'s cache'
            else
                __fish_complete_path (commandline -ct)
            end
    end
end

function __dns_update_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l command (__dns_update_command $words[2..-1])
    set -l own $command
    test -n "$command"; or set own set
    if test "$command" = nsupdate
        __dns_update_nsupdate
    else if test "$command" = help
        printf '%s\n' set add delete show plan apply list check nsupdate agent status refresh history run import acme key init
    else if string match -q '*=*' -- $current
        set -l name (string split -m 1 = -- $current)
        __dns_update_values $own (string replace -r '^--' '' -- $name[1]) "$name[1]=" "$name[2]"
    else if string match -qr -- '^--[^=]+$' "$words[-1]"; and not contains -- "$words[-1]" --acme --yes --add --delete --resume --skip-equal --verify --ptr --dry-run --diagnose --allow-private --check-names --tls-verify --agent --check --online --once --all --watch --plot --diff-run --make-key --service --json --quiet --debug
        __dns_update_values $own (string sub -s 3 -- $words[-1]) '' "$current"
    else if string match -q -- '-*' "$current"
        __dns_update_properties $own -- ''
        __dns_update_properties $own --no- '' | string match -r -- '^--no-(?:verify|diagnose|check-names|tls-verify|check)\t.*'
        printf '%s\t%s\n' --help 'print the help'
        test -n "$command"; or printf '%s\t%s\n' --version 'print the version'
    else
        test -n "$command"; or printf '%s\t%s\n' 'set' 'make a name have exactly these addresses' 'add' 'add addresses or data to what a name has' 'delete' 'remove an address, an RRset or a whole name' 'show' 'what the authoritative server holds now' 'plan' 'what set, add, delete or apply would change' 'apply' 'many names at once, at the speed of the server' 'list' 'everything that a zone has' 'check' 'the doctor' 'nsupdate' 'nsupdate of BIND, its language and options' 'agent' 'keep names right, all the time' 'status' 'what the agent is doing' 'refresh' 'have the agent look at everything now' 'history' 'what the agent has ever attempted' 'run' 'run a script of a RouterOS router on this machine' 'import' 'move a set-up from RouterOS, ddclient, nsupdate or OpenWrt to the agent' 'acme' 'tokens for certificates' 'key' 'the keys of updates' 'init' 'a first set-up' 'help' 'the help of a command'
        __dns_update_properties $own '' =
        contains -- "$command" key apply run import; and __fish_complete_path $current
    end
end

complete -c dns-update -f -k -a '(__dns_update_words)'
complete -c dns-nsupdate -f -k -a '(__dns_update_nsupdate)'

:local push do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=203.0.113.45 key-name=k key="a2V5"
}
:log info "ready"

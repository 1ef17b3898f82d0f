/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=203.0.113.45
:if ($x = ) do={ :log info "never" }
/tool dns-update dns-server=192.0.2.1 name=nas zone=example.com address=203.0.113.46

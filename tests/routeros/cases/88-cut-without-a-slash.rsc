# D3: the lease has no prefix
:local ip "203.0.113.45"
:set ip [:pick $ip 0 [:find $ip "/"]]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"

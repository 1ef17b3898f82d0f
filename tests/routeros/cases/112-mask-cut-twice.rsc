:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:set ip [:pick $ip 0 ([:len $ip] - 3)]
:if ([:len [/interface find name=ether1]] = 0) do={ :error "no ether1" }
/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$ip key-name=k key="a2V5"

:local n 0
:while ([:len [/ip address find interface=ether1]] = 0 && $n < 3) do={ :delay 2s; :set n ($n + 1) }
:if ($n = 3) do={ :error "no address" }
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"

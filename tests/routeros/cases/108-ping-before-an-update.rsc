:if ([:ping 192.0.2.1 count=2] = 0) do={ :error "the line is down" }
:if ([/ping 192.0.2.1 count=2] = 0) do={ :error "the line is down" }
:local ip [/ip address get [find interface=ether1] address]
/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=[:pick $ip 0 [:find $ip "/"]] key-name=k key="a2V5"

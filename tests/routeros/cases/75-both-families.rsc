# both families of one interface
:local wan "ether1"
:local ip4 [/ip address get [find interface=$wan] address]
:local ip6 [/ipv6 address get [find interface=$wan global] address]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=[:pick $ip4 0 [:find $ip4 "/"]] key-name=k key="a2V5"
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=[:pick $ip6 0 [:find $ip6 "/"]] key-name=k key="a2V5"

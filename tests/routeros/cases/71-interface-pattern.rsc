# the first of the PPPoE interfaces
:local ip [/ip address get ([/ip address find where interface~"^pppoe-out"]->0) address]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=[:pick $ip 0 [:find $ip "/"]] key-name=k key="a2V5"

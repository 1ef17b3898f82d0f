:local ip [/ip address get [find interface=ether1] address]
:set ip [:toip [:pick $ip 0 [:find $ip "/"]]]
/tool dns-update dns-server=192.0.2.1 zone=example.com name=next address=($ip + 1) key-name=k key="a2V5"
/tool dns-update dns-server=192.0.2.1 zone=example.com name=test address=198.18.77.77 key-name=k key="a2V5"

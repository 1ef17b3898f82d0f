# both masters, always
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:foreach server in={192.0.2.1; 192.0.2.2} do={
  /tool dns-update dns-server=$server name=home zone=example.com address=$ip key-name=k key="a2V5"
}

# one name at night, another by day
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:if ([:len [/system script find name=night]] > 0) do={
  /tool dns-update dns-server=192.0.2.1 name=night zone=example.com address=$ip key-name=k key="a2V5"
} else={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
}

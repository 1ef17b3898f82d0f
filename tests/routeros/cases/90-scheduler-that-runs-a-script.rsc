/system script add name=push source={
:local last ""
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 ([:len $ip] - 3)]
:if ($ip != $last) do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
  :set last $ip
}
}
/system scheduler add name=often interval=5m on-event="/system script run push"

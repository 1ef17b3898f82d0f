:local last [/file get "ddns.txt" contents]
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:if ($ip != $last) do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
  /file set "ddns.txt" contents=$ip
}

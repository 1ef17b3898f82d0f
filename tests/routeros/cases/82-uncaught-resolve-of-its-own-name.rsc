# the first time, the name does not exist, and the script ends here
:local have [:resolve "home.example.com" server=192.0.2.1]
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:if ($ip != $have) do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
}

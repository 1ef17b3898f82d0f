:global sentIP
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:if ($ip != $sentIP) do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
  :set sentIP $ip
} else={ :log info "unchanged" }

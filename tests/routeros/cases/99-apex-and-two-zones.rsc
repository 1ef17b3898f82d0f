:local a4 [/ip address get [find interface=ether1] address]
:local a6 [/ipv6 address get [find interface=ether1 global] address]
:set a4 [:pick $a4 0 [:find $a4 "/"]]
:set a6 [:pick $a6 0 [:find $a6 "/"]]
:foreach zone,secret in={"example.com"="a2V5"; "example.net"="b3RoZXI="} do={
  /tool dns-update dns-server=192.0.2.1 name=@ zone=$zone address=$a4 key-name=("of-" . $zone) key=$secret
  /tool dns-update dns-server=192.0.2.1 name=www zone=$zone address=$a6 key-name=("of-" . $zone) key=$secret
}

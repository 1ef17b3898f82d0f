# only with a lease
:local id [/ip dhcp-client find interface=ether1]
:if ([/ip dhcp-client get $id status] = "bound") do={
  :local ip [/ip dhcp-client get $id address]
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=[:pick $ip 0 [:find $ip "/"]] key-name=k key="a2V5"
}

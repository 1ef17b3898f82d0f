:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:local have [:resolve "home.example.com"]
:if ($have != $ip) do={
  /tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$ip key-name=k key="a2V5"
  :if ([:resolve "home.example.com"] != $ip) do={ :log warning "not there yet" }
}

:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:foreach host in=("a","b","c") do={
  :do {
    /tool dns-update dns-server=192.0.2.1 name=$host zone=example.com address=$ip key-name=k key="a2V5"
  } on-error={
    :do {
      /tool dns-update dns-server=192.0.2.2 name=$host zone=example.com address=$ip key-name=k key="a2V5"
    } on-error={ :error "no server took $host" }
  }
}
/tool dns-update dns-server=192.0.2.1 name=d zone=example.com address=$ip key-name=k key="a2V5"

:foreach i in=[/interface find type=pppoe-out] do={
  :local dev [/interface get $i name]
  :local ip [/ip address get [find interface=$dev] address]
  :set ip [:pick $ip 0 [:find $ip "/"]]
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
}

:foreach m in=[/interface list member find where list=WAN] do={
  :local a [/ip address get [find interface=[/interface list member get $m interface]] address]
  /tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=[:pick $a 0 [:find $a "/"]] key-name=k key="a2V5"
}

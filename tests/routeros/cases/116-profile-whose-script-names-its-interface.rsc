/ppp profile
set default on-up=push
/system script
add name=push source={
  :local last
  :local ip [/ip address get [find interface=pppoe-out1] address]
  :set ip [:pick $ip 0 [:find $ip "/"]]
  :if ($last != $ip) do={
    /tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$ip key-name=k key="a2V5"
    :local last $ip
  }
}

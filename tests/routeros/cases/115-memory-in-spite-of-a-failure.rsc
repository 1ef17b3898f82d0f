:global lastIP
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:if ([:typeof $lastIP] = "nothing") do={ :set lastIP 0.0.0.0 }
:if ($ip != $lastIP) do={
  :do {
    /tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$ip key-name=k key="a2V5"
  } on-error={ :log error "failed" }
  :set lastIP $ip
}

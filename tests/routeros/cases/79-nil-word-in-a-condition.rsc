# nil is a variable here, and an address is not a condition
:global kept
:if ($kept = nil) do={ :set kept "0.0.0.0" }
:local ip [:pick [/ip address get [find interface=ether1] address] 0 12]
:if ($ip) do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
}

# OpenDNS answers with the address of the asker
:local ip [:resolve myip.opendns.com server=208.67.222.222]
:global lastPublic
:if ($ip != $lastPublic) do={
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
  :set lastPublic $ip
}

:local name "ddns.txt"
:if ([:len [/file find name=$name]] = 0) do={ /file add name=$name contents="" }
:local last [/file get [/file find name=$name] contents]
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:if ($last != $ip) do={
  /tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$ip key-name=k key="a2V5"
  /file set [/file find name=$name] contents=$ip
}
/file remove "other.txt"

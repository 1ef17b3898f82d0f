# the name of a variable has a hyphen
:local ddns-host "home"
:local ip 203.0.113.45
/tool dns-update dns-server=192.0.2.1 name=$"ddns-host" zone=example.com address=$ip key-name=k key="a2V5"

# ask a web page for the address
/tool fetch url="http://checkip.dyndns.org" mode=http dst-path=ip.txt
:delay 2s
:local page [/file get ip.txt contents]
:local begin ([:find $page ": "] + 2)
:local ip [:pick $page $begin [:find $page "<" $begin]]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"

# sent to a provider that takes no DNS updates
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
/tool dns-update name=home.dyn.example address=$ip api-key=abc
/tool fetch url="https://dyn.example/update?hostname=home&myip=$ip" mode=https

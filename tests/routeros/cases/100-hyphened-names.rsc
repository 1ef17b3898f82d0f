:local ddns-user "k"
:local ddns-host "home"
:local a-b 7
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
/tool dns-update dns-server=192.0.2.1 zone=example.com name=$ddns-host address=$ip \
    key-name=$ddns-user key="a2V5"
:log info ("sent " . $ddns-host . " " . (9-$a-b))

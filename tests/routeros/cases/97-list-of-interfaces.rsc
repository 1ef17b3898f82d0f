/interface list
add name=WAN
/interface list member
add interface=ether1 list=WAN
/system script
add name=push source=":local dev [/interface list member get [find list=WAN] interface]\
    \n:local ip [/ip address get [find interface=\$dev] address]\
    \n/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=[:pick \$ip 0 [:find \$ip \"/\"]] \
    key-name=k key=\"a2V5\""

/interface ethernet
set [ find default-name=ether1 ] comment=WAN name=ether1-wan
/interface pppoe-client
add comment=uplink interface=ether1-wan name=pppoe-isp
/system script
add name=push source=":local dev [/interface get [find comment=uplink] name]\
    \n:local a [/ip address get [find interface=\$dev] address]\
    \n/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=[:pick \$a 0 [:find \$a \"/\"]] \
    key-name=k key=\"a2V5\"\
    \n:set dev [/interface get [find default-name=ether2] name]\
    \n:set a [/ip address get [find interface=\$dev] address]\
    \n/tool dns-update dns-server=192.0.2.1 zone=example.com name=two address=[:pick \$a 0 [:find \$a \"/\"]] \
    key-name=k key=\"a2V5\""

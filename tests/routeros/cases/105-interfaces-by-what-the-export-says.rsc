# jan/05/2026 09:14:22 by RouterOS 6.49.13
/interface pppoe-client
add interface=ether1 name=pppoe-isp user=subscriber
/ip address
add address=203.0.113.45/29 comment=uplink interface=ether2
/ip dhcp-client
set [ find interface=ether3 ] disabled=no
set [ find interface=ether3 ] script=push
/tool netwatch
set [ find host=192.0.2.1 ] up-script=push down-script=lost
/system script
add name=push source=":local a [/ip address get [find comment=uplink] address]\
    \n/tool dns-update dns-server=192.0.2.1 zone=example.com name=up address=[:pick \$a 0 [:find \$a \"/\"]] \
    key-name=k key=\"a2V5\""
add name=ppp source=":foreach i in=[/interface find type=pppoe-out] do={\
    \n  :local a [/ip address get [find interface=[/interface get \$i name]] address]\
    \n  /tool dns-update dns-server=192.0.2.1 zone=example.com name=ppp address=[:pick \$a 0 [:find \$a \"/\"]] \
    key-name=k key=\"a2V5\"\
    \n}"
add name=lost source="/tool dns-update dns-server=192.0.2.1 zone=example.com name=up address=203.0.113.99 \
    key-name=k key=\"a2V5\""
add name=named source="old"
set named source="/tool dns-update dns-server=192.0.2.1 zone=example.com name=new address=203.0.113.98 \
    key-name=k key=\"a2V5\" ttl=3000000000"

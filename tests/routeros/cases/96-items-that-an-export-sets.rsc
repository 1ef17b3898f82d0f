# 2026-01-05 21:40:11 by RouterOS 7.16
/interface pppoe-client
add interface=ether2 name=pppoe-out1 profile=default user=subscriber
/ppp profile
set *0 on-up="/tool dns-update dns-server=192.0.2.1 zone=example.com name=ppp \
    address=\$\"local-address\" key-name=k key=\"a2V5\""
/ip dhcp-client
set [ find interface=ether1 ] script=":if (\$bound=1) do={\r\
    \n/tool dns-update dns-server=192.0.2.1 zone=example.com name=lease \
    address=\$\"lease-address\" key-name=k key=\"a2V5\"\r\
    \n}"

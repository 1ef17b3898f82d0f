/ip dhcp-client
add interface=ether1 script=":if (\$bound = 1) do={ /tool dns-update dns-server=192.0.2.1 zone=example.com name=home \
    address=\$\"lease-address\" key-name=k key=\"a2V5\" }"
/ipv6 dhcp-client
add interface=ether1 request=address script=":if (\$\"na-valid\" = 1) do={ /tool dns-update dns-server=192.0.2.1 \
    zone=example.com name=six address=\$\"na-address\" key-name=k key=\"a2V5\" }"
/system scheduler
add interval=300 name=often on-event=":local a [/ip address get [find interface=ether1] address]\r\
    \n/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=[:pick \$a 0 [:find \$a \"/\"]] \
    key-name=k key=\"a2V5\""

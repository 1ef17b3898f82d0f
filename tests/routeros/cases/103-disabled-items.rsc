/system scheduler
add disabled=yes interval=5m name=old on-event="/tool dns-update dns-server=192.0.2.1 zone=example.com \
    name=old address=203.0.113.9 key-name=k key=\"a2V5\""
add interval=5m name=new on-event="/tool dns-update dns-server=192.0.2.1 zone=example.com \
    name=new address=203.0.113.9 key-name=k key=\"a2V5\""
/ip dhcp-client
add disabled=yes interface=ether1 script="/tool dns-update dns-server=192.0.2.1 zone=example.com \
    name=lease address=203.0.113.9 key-name=k key=\"a2V5\""

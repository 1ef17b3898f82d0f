/ip dhcp-server
add name=lan interface=bridge lease-script=":if (\$leaseBound = 1) do={ /tool dns-update dns-server=192.0.2.1 \
    zone=lan.example.com name=\$\"lease-hostname\" address=\$leaseActIP key-name=k key=\"a2V5\" }"

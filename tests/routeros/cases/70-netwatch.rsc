/tool netwatch
add host=192.0.2.1 interval=1m up-script="/system script run push" down-script=":log warning \"no server\""
/system script
add name=push source={
    :local ip [/ip address get [find interface=ether1] address]
    /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=[:pick $ip 0 [:find $ip "/"]]
}

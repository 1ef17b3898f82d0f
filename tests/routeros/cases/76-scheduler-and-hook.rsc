/system script
add name=push source={
    :global last
    :local ip [/ip address get [find interface=ether1] address]
    :set ip [:pick $ip 0 [:find $ip "/"]]
    :if ($ip != $last) do={
        /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"
        :set last $ip
    }
}
/system scheduler
add name=often interval=00:10:00 on-event=push
add name=daily interval=1d on-event="/system script run push"
/ip dhcp-client
add interface=ether1 script="/system script run push"

:do { :put [/ip address get [find interface=ether1] address] } on-error={ :log warning "more than one" }
:local ip [/ip address get ([find interface=ether1]->0) address]
:set ip [:pick $ip 0 [:find $ip "/"]]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"

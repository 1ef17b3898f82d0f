:local a [/ip address get [find interface!=bridge] address]
:local b [/ip address get [find interface=bridge] address]
:set a [:pick $a 0 [:find $a "/"]]
:set b [:pick $b 0 [:find $b "/"]]
/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$a key-name=k key="a2V5"
/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$b key-name=other key="b3RoZXI="
/tool dns-update dns-server=192.0.2.1 zone=example.com name=nas address=$a key="a2V5"
/tool dns-update dns-server=192.0.2.1 zone=example.com name=cam address=$a key-name=k
:log info "at $[/system clock get time] on $[/system resource get version]"

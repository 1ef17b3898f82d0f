/tool dns-update dns-server=192.0.2.1 name=gone zone=example.com address=203.0.113.45 ttl=0 key-name=k key="a2V5"

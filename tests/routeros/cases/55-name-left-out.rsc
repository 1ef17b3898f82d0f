/tool/dns-update dns-server=192.0.2.1 zone=home.example.com address=203.0.113.45 ttl=600
/tool/dns-update dns-server=192.0.2.1 zone=home.example.com address=203.0.113.45 ttl=00:05:00

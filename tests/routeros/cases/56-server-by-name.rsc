/tool dns-update dns-server=[:resolve "ns1.example.com"] zone=example.com name=home address=203.0.113.45

/tool dns-update name=home.example.com address=203.0.113.45 key-name=k key="a2V5"

/system scheduler
add name=daily interval=1d start-time=03:30:00 on-event={ /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=203.0.113.45 }
add name=boot start-time=startup on-event={ /tool dns-update dns-server=192.0.2.1 name=nas zone=example.com address=203.0.113.46 }

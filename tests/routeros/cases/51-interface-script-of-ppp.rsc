/ppp profile
add name=wan on-up=":local name [/interface get \$interface name]\r\
    \n/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=\$\"local-address\"\r\
    \n:log info \"\$name is up\""

/system identity
set name=gw-north
/system script
add name=push source={
    /tool dns-update dns-server=192.0.2.1 name=[/system identity get name] zone=example.com address=203.0.113.45
}

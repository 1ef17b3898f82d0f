/system script add name=push source=":log info \"ip is $ip\""

/ip address
:local all [:len [find]]
:local some [:len [find where (interface=ether1 || interface=bridge) and !dynamic]]
:foreach i in=[find address~"^192\\."] do={ :log info [get $i address] }
..
address { :log info "$all $some" }
/interface
:log info [get [find running=no] name]

:local hosts {"nas"="203.0.113.2"; "cam"="203.0.113.1"}
:foreach name,ip in=$hosts do={
  /tool dns-update dns-server=192.0.2.1 zone=example.com name=$name address=$ip
}
:set ($hosts->"web") "203.0.113.3"
:log info "$[:len $hosts] hosts, nas is $($hosts->"nas")"

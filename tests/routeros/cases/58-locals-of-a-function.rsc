:global zone "example.com"
:local ip "203.0.113.45"
:local push do={
  :global zone
  :log info "$0 $1 '$ip'"
  /tool dns-update dns-server=192.0.2.1 zone=$zone name=$1 address=$addr
  :return "$1.$zone"
}
:log info [$push home addr=$ip]
:log info ("[" . [$unknown 1] . "]")

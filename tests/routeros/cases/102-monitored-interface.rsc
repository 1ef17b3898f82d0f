/interface pppoe-client monitor pppoe-out1 once do={
  /tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=$"local-address" key-name=k key="a2V5"
}
:local seen [/interface pppoe-client monitor pppoe-out2 once as-value]
/tool dns-update dns-server=192.0.2.1 zone=example.com name=nas address=($seen->"local-address") key-name=k key="a2V5"

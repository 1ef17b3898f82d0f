/system script add name=ddns-wan-up source={
:if ([/interface get [find name=pppoe-out1] running]) do={
:local wanIP [/ip address get [find interface=pppoe-out1] address];
:local wanIP [:pick $wanIP 0 ([:len $wanIP] - 3)];
/tool dns-update dns-server=192.0.2.1 name=dynamic zone=example.com \
address=$wanIP key-name=ddns-key key=MySecretKey123;
}
}
/interface pppoe-client add name=pppoe-out1 user=username password=password \
interface=ether1 add-default-route=yes dial-on-demand=no \
on-up=":delay 2s; /system script run ddns-wan-up;"

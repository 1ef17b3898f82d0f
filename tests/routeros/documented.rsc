/system ntp client
set enabled=yes primary-ntp=time.google.com secondary-ntp=time.cloudflare.com
/tool dns-update dns-server=192.0.2.1 name=router zone=example.com \
address=203.0.113.45 key-name=ddns-key key=MySecretKey123
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com \
address=[/ip address get [find interface=ether1] address]
/tool dns-update dns-server=2001:db8::1 name=ipv6host zone=example.com \
address=2001:db8:abcd:1234::5678 key-name=ipv6-key key=IPv6SecretKey
/tool dns-update dns-server=192.0.2.1 name=server zone=mydomain.com \
address=203.0.113.100 ttl=600 key-name=update-key key=SecureKey456
/log print where message~"dns-update"
/system script add name=ddns-update source={
:local lastIP "";
:local currentIP [/ip address get [find interface=ether1] address];
:local currentIP [:pick $currentIP 0 ([:len $currentIP] - 3)];
:if ($currentIP != $lastIP) do={
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com \
address=$currentIP key-name=ddns-key key=MySecretKey123;
:set lastIP $currentIP;
:log info "DDNS updated to $currentIP";
};
}
/system scheduler add name=ddns-check interval=5m on-event=ddns-update
/system script add name=update-all-hosts source={
:local wanIP [/ip address get [find interface=pppoe-out1] address];
:local wanIP [:pick $wanIP 0 ([:len $wanIP] - 3)];
:local dnsServer="192.0.2.1";
:local keyName="router-key";
:local keySecret="SharedSecretHere";
:foreach host in={"router";"server";"camera";"nas"} do={
/tool dns-update dns-server=$dnsServer name=$host zone=example.com \
address=$wanIP key-name=$keyName key=$keySecret;
:delay 1s;
};
}
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
/tool generate random length=32
/ip route add dst-address=192.0.2.0/24 gateway=10.0.0.1
/ip firewall filter add chain=forward dst-port=53 protocol=udp \
dst-address=192.0.2.1 action=accept comment="Allow DDNS updates"
ping 192.0.2.1
[:resolve dns-server=192.0.2.1 name=example.com]
:put "Key name: ddns-key, Secret length: [:len \"MySecretKey123\"]"
/system logging add topics=dns,debug action=memory
/system script add name=ddns-failover source={
:local wanIP [/ip address get [find interface=ether1] address];
:local wanIP [:pick $wanIP 0 ([:len $wanIP] - 3)];
:local dnsServers={192.0.2.1; 192.0.2.2; 192.0.2.3};
:local success false;
:foreach server in=$dnsServers do={
:if (!$success) do={
:do {
/tool dns-update dns-server=$server name=home zone=example.com \
address=$wanIP key-name=ddns-key key=MySecretKey123;
:set success true;
:log info "DDNS update successful via $server";
} on-error={
:log warning "DDNS update failed via $server, trying next...";
};
};
};
}
/system script add name=ddns-ipv6 source={
:local ipv6Addr [/ipv6 address get [find interface=ether1] address];
# Remove prefix length from address
:local ipv6Addr [:pick $ipv6Addr 0 [:find $ipv6Addr "/"]];
/tool dns-update dns-server=2001:db8::1 name=ipv6host zone=example.com \
address=$ipv6Addr key-name=ipv6-key key=IPv6SecretKey;
}
[admin@MikroTik] tool> dns-update dns-server=23.34.45.56 name=mydomain \
\... zone=myzone.com address=68.42.14.4 key-name=dns-update-key key=update

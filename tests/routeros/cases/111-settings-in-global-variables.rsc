/system script
add name=settings source=":global zone \"example.com\"\r\
    \n:global secret \"a2V5\"\r\
    \n:global cut do={ :return [:pick \$1 0 [:find \$1 \"/\"]] }"
add name=push source=":global zone; :global secret; :global cut; :global sent\r\
    \n:local ip [\$cut [/ip address get [find interface=ether1] address]]\r\
    \n:if (\$ip != \$sent) do={\r\
    \n  :set sent \$ip\r\
    \n  /tool dns-update dns-server=192.0.2.1 zone=\$zone name=home address=\$ip key-name=k key=\$secret\r\
    \n}"
/system scheduler
add interval=10m name=often on-event=push
add name=boot on-event="/system script run settings" start-time=startup

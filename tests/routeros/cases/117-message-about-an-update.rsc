/tool fetch url="https://ip.example.org/" dst-path=my-address.txt
:local ip [/file get my-address.txt contents]
/tool dns-update dns-server=[:resolve ns1.example.com] zone=example.com name=home address=$ip key-name=k key="a2V5"
/tool fetch url="https://chat.example.org/bot/send?message=$ip" keep-result=no

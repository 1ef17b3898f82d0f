# follow another name
:local ip [:resolve "host.dyn.example"]
/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=k key="a2V5"

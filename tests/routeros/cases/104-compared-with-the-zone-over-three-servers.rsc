:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 [:find $ip "/"]]
:local have ""
:do { :set have [:resolve "home.example.com" server=192.0.2.1] } on-error={ :log info "not there yet" }
:if ([:tostr $have] != $ip) do={
  :local done false
  :foreach server in={192.0.2.1;192.0.2.2;192.0.2.3} do={
    :if (!$done) do={
      :do {
        /tool dns-update dns-server=$server name=home zone=example.com address=$ip key-name=k key="a2V5"
        :set done true
      } on-error={ :log warning "$server failed" }
    }
  }
  :if (!$done) do={ :error "no server" }
}

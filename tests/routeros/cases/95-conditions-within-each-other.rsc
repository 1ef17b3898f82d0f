:local line [/system resource get board-name]
:if ($line = "main") do={
  :if ([:len [/system script find name=night]] > 0) do={
    /tool dns-update dns-server=192.0.2.1 name=night zone=example.com address=203.0.113.45 key-name=k key="a2V5"
  }
}

:local n 0
:onerror e in={ /tool dns-update dns-server=192.0.2.9 name=home zone=example.com address=203.0.113.45 } do={ :log warning "failed: $e" }
:retry command={ :set n ($n + 1); :if ($n < 3) do={ :error "not yet" }; :log info "done after $n" } delay=2s max=5

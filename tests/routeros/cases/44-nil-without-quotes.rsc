:global sentIP
:if ($sentIP = nil) do={ :log info "first run" }
:if ([:typeof $sentIP] = "nothing") do={ :log info "first run, seen rightly" }
:set sentIP 192.0.2.1

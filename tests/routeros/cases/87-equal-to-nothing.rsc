# D1 and D2
:local none
:local found [:find "abc" "z"]
:log info ("$[:typeof $none] $[:typeof $found]")
:if ($none = "" && $found = "" && $none = $found) do={ :log info "all equal" }
:if ([:toip "192.0.2.1"] = "192.0.2.1") do={ :log info "address and text" }

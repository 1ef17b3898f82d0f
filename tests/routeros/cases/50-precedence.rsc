:local a "v"
:log info ("m" . 1 + 2)
:if ($a . "x" = "vx") do={ :log info "joined first" }
:log info (7 - 2 - 1 . "," . 2 + 3 * 4 . "," . (1 << 3 | 1))
:if (!false && "dns-update: a" ~ "^dns-up.*a\$") do={ :log info "found" }

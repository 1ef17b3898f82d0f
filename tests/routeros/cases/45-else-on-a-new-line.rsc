:log info "before"
:if (true) do={ :log info "yes" }
else={ :log info "no" }

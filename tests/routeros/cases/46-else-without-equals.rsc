:if (1 = 2) do={ :log info "yes" } else { :log info "no" }
:do { :error "x" } on-error { :log info "caught" }

:do { :error "first" } on-error={ :log info "caught" }
:if (true) do={
  :error "second"
}
:log info "never"

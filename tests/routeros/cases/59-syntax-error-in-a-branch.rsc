:log info "before"
:if (false) do={
  :put (1 + )
}

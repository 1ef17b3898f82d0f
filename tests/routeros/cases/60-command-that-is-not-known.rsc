:log info "before"
:if (false) do={ :nosuchthing }
/tool dns-updates name=x

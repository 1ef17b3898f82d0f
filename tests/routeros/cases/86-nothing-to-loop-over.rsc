# D13: what a loop over nothing does
:foreach x in=[:toarray ""] do={ :log info "never" }
:foreach x in="one" do={ :log info "once: $x" }
:local none
:foreach x in=$none do={ :log info "never" }
:log info "end"

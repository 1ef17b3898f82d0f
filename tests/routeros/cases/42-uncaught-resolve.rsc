:local have [:resolve "home.example.com"]
:log info "never reached with $have"

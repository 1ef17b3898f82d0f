:local a "one \
    two";
:local b x\
    y
:log info ("$a $b") \
# a comment
:log info "end"

"""One parser a file: `SEEDS`, where the fuzzer starts, and `check`, which feeds it one input.

`check` may raise the package's own errors: that is how a parser says no. Anything else is a defect.
"""

"""One parser in each file: `SEEDS`, where the fuzzer starts, and `check`, which gives one input to the parser.

`check` may raise the package's own errors, with which a parser refuses an input. Any other exception is a defect.
"""

"""A first set-up: its questions, what is offered as answers, and the files that the answers make. Pure."""

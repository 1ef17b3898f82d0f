"""Why a request failed: one file for each kind of failure, each with questions that tell its causes apart."""

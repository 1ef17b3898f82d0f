"""Fuzzing: every parser is fed octets that grow from a few seeds, towards whatever reaches new code."""

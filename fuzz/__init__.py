"""Fuzzing: every parser gets octets that grow from a few seeds, towards inputs that reach new code."""

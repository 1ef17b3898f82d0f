"""The nsupdate language: its parts, and the whole beside the real program."""

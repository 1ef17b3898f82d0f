"""The nsupdate language: its parts, and the whole compared with the real program."""

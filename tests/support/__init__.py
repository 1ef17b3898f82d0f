"""Helpers for tests of several directories: the command as a process, silent and lossy peers."""

"""What tests of several directories use: the command as a process, silent and lossy peers."""

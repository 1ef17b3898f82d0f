"""What the Linux kernel says of interfaces, addresses and default routes, by rtnetlink."""

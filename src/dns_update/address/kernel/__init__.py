"""What the Linux kernel says about interfaces, addresses and default routes, by rtnetlink."""

"""Keys made, granted, replaced and withdrawn: their files, and the configurations of servers and clients. Pure."""

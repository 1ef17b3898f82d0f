"""Thin shells that move octets between an exchange and a server. They decide nothing."""

"""Peers' policies as they are: bytes in, a `Policy` or what it is made of out. Reading the bytes is `sources`'."""

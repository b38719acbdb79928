"""Measures gitsig against bare cryptography, git and its own start-up floor. `make bench`; not a test."""

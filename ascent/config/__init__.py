"""Typed schemas of every file a user writes, and the functions that load, check and write them."""

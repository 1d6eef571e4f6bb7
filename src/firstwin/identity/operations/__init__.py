"""Writes of identity, a module per noun."""

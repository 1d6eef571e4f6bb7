"""Writes of customers, a module per noun."""

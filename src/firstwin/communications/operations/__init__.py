"""Writes of communications."""

"""Writes of calendars."""

"""Reads of calendars."""

"""Rules of calendars: hours, exceptions and how they repeat, inheritance, holidays by name, and files that bring them."""

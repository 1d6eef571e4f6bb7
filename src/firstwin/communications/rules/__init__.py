"""Rules of communications: texts, layout, invitations, free time and quiet hours."""

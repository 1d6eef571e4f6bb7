"""Communications over HTTP."""

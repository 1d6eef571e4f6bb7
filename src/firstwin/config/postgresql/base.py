"""The backend that settings name; Django looks for it in a module of this name."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of which is known without asking whether the server has hung up."""

    def is_usable(self) -> bool:
        """Say whether the server still holds the line.

        Django asks it for `SELECT 1` at the beginning of every request. But a server that goes away says so and hangs up,
        and one that was asked nothing says nothing else: whoever waits on the other end would find something to read.
        """
        driver = self.connection
        if driver is None or driver.closed:
            return False
        line = select.poll()
        line.register(driver.fileno(), select.POLLIN)
        return not line.poll(0)

"""Where a request goes: what foreign web pages and senders ask for to usage, everything else to Django's pages and API."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from firstwin.usage.http.intake import Intake
from firstwin.usage.http.script import PageScript

Application = Callable[[Any, Any, Any], Awaitable[None]]


class FrontDoor:
    """Events come by the thousand and need nothing of what pages need, so Django's middleware is not in their way."""

    def __init__(self, *, intake: Intake, script: PageScript, pages: Application) -> None:
        self._intake = intake
        self._script = script
        self._pages = pages

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Hand a request on."""
        if self._script.takes(scope):  # first: the settings it gives lie below the address of the intake
            await self._script(scope, receive, send)
        elif self._intake.takes(scope):
            await self._intake(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

"""Where a request goes: product events to the intake, everything else to Django's pages and API."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from firstwin.usage.http.intake import Intake

Application = Callable[[Any, Any, Any], Awaitable[None]]


class FrontDoor:
    """Events come by the thousand and need nothing of what pages need, so Django's middleware is not in their way."""

    def __init__(self, *, intake: Intake, pages: Application) -> None:
        self._intake = intake
        self._pages = pages

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Hand a request on."""
        if self._intake.takes(scope):
            await self._intake(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

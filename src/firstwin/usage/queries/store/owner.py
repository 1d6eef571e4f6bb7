"""The way to the process that owns the event store."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec
from django.conf import settings

from firstwin.usage.contracts.store import StoreUnavailableError

ANSWER_WITHIN_SECONDS = 30.0


class OwnerAddress(msgspec.Struct):
    """Where the owner of the store listens on this machine, and the secret that opens it."""

    port: int
    secret: str


class StoreCall(msgspec.Struct):
    """What is asked of the owner. Only reading is: nobody else writes."""

    text: str
    parameters: dict[str, str]


def address_file() -> Path:
    """Return the file in which the owner of the store says where it listens; only its user can read it."""
    return settings.HOME / "run" / "event_store.json"


class OwnerEngine:
    """Asks the process that owns the store, over the loopback of this machine."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._client = httpx.Client(timeout=ANSWER_WITHIN_SECONDS, trust_env=False)

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON lines."""
        try:
            address = msgspec.json.decode(self._file.read_bytes(), type=OwnerAddress)
            response = self._client.post(
                f"http://127.0.0.1:{address.port}/",
                content=msgspec.json.encode(StoreCall(text=text, parameters=dict(parameters))),
                headers={"Authorization": f"Bearer {address.secret}"},
            )
        except (OSError, msgspec.DecodeError, httpx.HTTPError) as error:
            raise StoreUnavailableError(
                "The event store does not answer. What comes in waits in the inbox, and nothing is lost.",
                remedy="firstwin up starts it; its lines in the log say more.",
            ) from error
        if response.status_code != 200:
            raise StoreUnavailableError(f"The event store refused a question: {response.text[:300]}")
        return response.content

    def write(self, text: str, parameters: Mapping[str, str], lines: bytes = b"") -> int:
        """Refuse: the owner alone writes."""
        del text, parameters, lines
        raise StoreUnavailableError("Only the owner of the event store writes.")

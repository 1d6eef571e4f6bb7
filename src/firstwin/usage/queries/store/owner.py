"""The way to the process that owns the event store."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx
import msgspec
from django.conf import settings

from firstwin.usage.contracts.keeping import BackupInfo
from firstwin.usage.contracts.store import StoreUnavailableError

ANSWER_WITHIN_SECONDS = 30.0
FOLDER_WITHIN_SECONDS = 7200.0


class OwnerAddress(msgspec.Struct):
    """Where the owner of the store listens on this machine, and the secret that opens it."""

    port: int
    secret: str


class StoreCall(msgspec.Struct):
    """What is asked of the owner. Only reading is: nobody else writes."""

    text: str
    parameters: dict[str, str]


class FolderCall(msgspec.Struct):
    """Where the owner is to write a backup, or to read one."""

    folder: str


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
        return self._ask("", StoreCall(text=text, parameters=dict(parameters)), within=ANSWER_WITHIN_SECONDS)

    def backup(self, folder: Path) -> BackupInfo:
        """Have the store and the inbox written to a folder of this machine, while everything runs."""
        return msgspec.json.decode(self._ask_about(folder, "backup"), type=BackupInfo)

    def restore(self, folder: Path) -> BackupInfo:
        """Have a backup brought back into the store, which has to be empty."""
        return msgspec.json.decode(self._ask_about(folder, "restore"), type=BackupInfo)

    def _ask_about(self, folder: Path, what: str) -> bytes:
        return self._ask(what, FolderCall(folder=str(folder.resolve())), within=FOLDER_WITHIN_SECONDS)

    def _ask(self, path: str, call: msgspec.Struct, *, within: float) -> bytes:
        try:
            address = msgspec.json.decode(self._file.read_bytes(), type=OwnerAddress)
            response = self._client.post(
                f"http://127.0.0.1:{address.port}/{path}",
                content=msgspec.json.encode(call),
                timeout=within,
                headers={"Authorization": f"Bearer {address.secret}"},
            )
        except (OSError, msgspec.DecodeError, httpx.HTTPError) as error:
            raise StoreUnavailableError(
                "The event store does not answer. What comes in waits in the inbox, and nothing is lost.",
                remedy="firstwin up starts it; its lines in the log say more.",
            ) from error
        if response.status_code != 200:
            raise StoreUnavailableError(f"The event store refused: {response.text[:600]}")
        return response.content

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        """Refuse: the owner alone writes."""
        del text, parameters, lines
        raise StoreUnavailableError("Only the owner of the event store writes.")

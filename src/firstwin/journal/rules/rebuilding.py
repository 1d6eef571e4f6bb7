"""Turn the written form of an event back into its dataclass."""

from typing import Any

import msgspec

from firstwin.journal.contracts import Event, EventFormatError, event_type


def rebuild(name: str, version: int, data: str) -> Event:
    """An entry of an older version is upgraded by its class; one of a newer version, or of an unknown event, is refused."""
    try:
        cls = event_type(name)
    except KeyError:
        raise EventFormatError(f"No part of this program knows the event {name}.") from None
    if version > cls.version:
        raise EventFormatError(
            f"{name} was written in version {version}, this program knows version {cls.version}. Update the program."
        )
    values: dict[str, Any] = msgspec.json.decode(data)
    if version < cls.version:
        values = cls.upgrade(values, version)
    try:
        return msgspec.convert(values, cls)
    except msgspec.ValidationError as error:
        raise EventFormatError(
            f"{name} of version {version} cannot be read as version {cls.version}: {error}"
        ) from None

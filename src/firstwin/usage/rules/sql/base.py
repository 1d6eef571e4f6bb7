"""What all questions in ClickHouse's SQL are made of: texts with typed parameters, never with values in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from firstwin.usage.contracts.store import EventScope

COLUMNS = (
    "workspace_id, source_id, message_key, kind, name, user_id, anonymous_id, group_id, previous_id, "
    "at, received_at, properties, context"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A text and the values of its parameters, as texts."""

    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def where(scope: EventScope) -> tuple[str, dict[str, str]]:
    """Return the condition of a scope and its parameters."""
    condition = (
        "workspace_id = {workspace:UUID} AND at >= {since:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}"
    )
    parameters = {
        "workspace": str(scope.workspace_id),
        "since": instant(scope.since),
        "until": instant(scope.until),
    }
    if scope.group_id:
        condition += " AND group_id = {group:String}"
        parameters["group"] = text(scope.group_id)
    if scope.source_id is not None:
        condition += " AND source_id = {source:UUID}"
        parameters["source"] = str(scope.source_id)
    return condition, parameters


def instant(at: datetime) -> str:
    """Write an instant as the value of a parameter."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def text(value: str) -> str:
    """Write a text as ClickHouse reads the value of a parameter."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def array(values: Sequence[str]) -> str:
    """Write texts as the value of a parameter."""
    quoted = ", ".join("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for value in values)
    return f"[{quoted}]"

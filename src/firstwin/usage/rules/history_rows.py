"""Rows of a file of history, made into calls as a client would send them; exports of four products are known."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from firstwin.usage.contracts.history import Field, Origin, Reading

Row = Mapping[str, Any]
Item = dict[str, Any]

_GROUP_TYPES = ("company", "account", "organization", "organisation", "customer", "workspace", "team", "group")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?")
_NAMES: dict[Field, tuple[str, ...]] = {
    Field.EVENT: ("event", "eventname", "eventtext", "eventtype", "action", "activity", "name"),
    Field.KIND: ("type", "kind", "call"),
    Field.USER: ("userid", "user", "uid", "distinctid", "customeruserid", "email", "useremail"),
    Field.ANONYMOUS: ("anonymousid", "deviceid", "visitorid", "cookieid", "clientid"),
    Field.GROUP: ("groupid", "accountid", "companyid", "organizationid", "orgid", "tenantid", "workspaceid", "account"),
    Field.TIME: (
        "timestamp",
        "originaltimestamp",
        "time",
        "eventtime",
        "occurredat",
        "happenedat",
        "when",
        "createdat",
        "date",
    ),
    Field.MESSAGE: ("messageid", "eventid", "insertid", "uuid", "id"),
    Field.PROPERTIES: ("properties", "eventproperties", "props"),
}


class RowRefusedError(Exception):
    """A row that cannot become an event, and why."""


def recognise(row: Row) -> Origin:
    """An export is known by what only it writes; everything else is a table whose columns somebody names."""
    names = set(row)
    if {"event_type", "event_properties"} <= names or "$insert_id" in names:
        return Origin.AMPLITUDE
    properties = row.get("properties")
    if isinstance(properties, Mapping) and "distinct_id" in properties and "time" in properties and "event" in names:
        return Origin.MIXPANEL
    if {"event", "distinct_id", "properties"} <= names:
        return Origin.POSTHOG
    if "type" in names and names & {"userId", "anonymousId"}:
        return Origin.SEGMENT
    return Origin.TABLE


def guess_columns(names: Iterable[str]) -> dict[str, Field]:
    """A column is taken for what its name says, the first one by each meaning; the rest are properties."""
    found: dict[str, Field] = {name: Field.PROPERTY for name in names}
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(list(found))}
    for field, words in _NAMES.items():
        name = next((plain[word] for word in words if word in plain and found[plain[word]] is Field.PROPERTY), None)
        if name is not None:
            found[name] = field
    return found


def group_types(rows: Iterable[Row], origin: Origin) -> tuple[str, ...]:
    """Exports name several kinds of groups; the one that looks like the customer's company comes first."""
    found: dict[str, None] = {}
    for row in rows:
        found.update(dict.fromkeys(_groups(row, origin)))
    return tuple(sorted(found, key=lambda name: (_rank(name), name)))


def item_of(row: Row, reading: Reading) -> Item | None:
    """A row becomes the call that a client would have sent; None for what an export notes for itself only.

    Its id is made from that of the export, or else from all that the row says: the same row is always the same event.
    """
    item = _MAKERS[reading.origin](row, reading)
    if item is None:
        return None
    if item.get("timestamp") in (None, ""):
        raise RowRefusedError("It does not say when it happened.")
    given = item.pop("id", None)
    if given in (None, ""):
        canonical = json.dumps(item, sort_keys=True, default=str).encode()
        item["messageId"] = f"row:{hashlib.blake2b(canonical, digest_size=16).hexdigest()}"
    else:
        # Clients of Segment sent the same id before: what came live is not counted again.
        text = str(given) if reading.origin in {Origin.SEGMENT, Origin.TABLE} else f"{reading.origin.value}:{given}"
        item["messageId"] = text if len(text) <= 200 else hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return {name: value for name, value in item.items() if value not in (None, "")}


def time_text(value: object) -> object:
    """A time is ISO 8601, or seconds, thousandths or millionths of a second since 1970, whichever makes a date."""
    if isinstance(value, str) and re.fullmatch(r"\d{9,17}(\.\d+)?", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value.isoformat() if isinstance(value, datetime) else value
    for unit in (1, 1_000, 1_000_000):
        if 0 < value / unit < 32_503_680_000:  # before the year 3000
            return datetime.fromtimestamp(value / unit, tz=UTC).isoformat()
    return str(value)


def cell_value(text: object) -> object:
    """A cell that reads as a plain number or as true or false is one; a number with leading zeros stays a text."""
    if not isinstance(text, str):
        return text
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def _segment(row: Row, _reading: Reading) -> Item | None:
    item = {name: value for name, value in row.items() if name not in {"sentAt", "receivedAt", "originalTimestamp"}}
    item["timestamp"] = row.get("timestamp") or row.get("originalTimestamp")  # corrected already when it came
    item["id"] = item.pop("messageId", None)
    return item


def _amplitude(row: Row, reading: Reading) -> Item | None:
    name = _text(row.get("event_type"))
    if name in {"session_start", "session_end", "[Amplitude] Start Session", "[Amplitude] End Session"}:
        return None
    item: Item = {
        "id": row.get("$insert_id") or row.get("uuid"),
        "userId": row.get("user_id"),
        "anonymousId": row.get("device_id") or row.get("amplitude_id"),
        "groupId": _groups(row, Origin.AMPLITUDE).get(reading.group_type),
        "timestamp": time_text(row.get("event_time")),
        "context": _context(reading),
    }
    if name in {"$identify", "$groupidentify"}:
        kind = "group" if name == "$groupidentify" and item["groupId"] else "identify"
        traits = row.get("group_properties") if kind == "group" else row.get("user_properties")
        return {**item, "type": kind, "traits": _object(traits)}
    return {**item, **_named(name, {"[Amplitude] Page Viewed"}, _object(row.get("event_properties")))}


def _mixpanel(row: Row, reading: Reading) -> Item | None:
    given = _object(row.get("properties"))
    name = _text(row.get("event"))
    distinct = _text(given.get("distinct_id"))
    is_device = distinct.startswith("$device:")
    item: Item = {
        "id": given.get("$insert_id"),
        "userId": given.get("$user_id") or ("" if is_device else distinct),
        "anonymousId": given.get("$device_id") or (distinct.removeprefix("$device:") if is_device else ""),
        "groupId": _groups(row, Origin.MIXPANEL).get(reading.group_type),
        "timestamp": time_text(given.get("time")),
        "context": _context(reading),
    }
    if name in {"$create_alias", "$merge"}:
        return {**item, "type": "alias", "previousId": given.get("alias")} if given.get("alias") else None
    properties = {key: value for key, value in given.items() if not _is_own(key)}
    if name == "$identify":
        return {**item, "type": "identify", "traits": properties}
    return {**item, **_named(name, {"$mp_web_page_view"}, properties)} if name[:1] != "$" or "page" in name else None


def _posthog(row: Row, reading: Reading) -> Item | None:
    given = _object(row.get("properties"))
    name, distinct = _text(row.get("event")), _text(row.get("distinct_id"))
    device = _text(given.get("$device_id"))
    is_known = given.get("$is_identified", bool(given.get("$user_id")) or distinct != device)
    item: Item = {
        "id": row.get("uuid"),
        "userId": given.get("$user_id") or (distinct if is_known else ""),
        "anonymousId": given.get("$anon_distinct_id") or (device if is_known else distinct),
        "groupId": _groups(row, Origin.POSTHOG).get(reading.group_type),
        "timestamp": time_text(row.get("timestamp")),
        "context": _context(reading),
    }
    if name == "$identify":
        return {**item, "type": "identify", "userId": distinct, "traits": _object(given.get("$set"))}
    if name == "$groupidentify":
        if given.get("$group_type") != reading.group_type:
            return None
        traits = _object(given.get("$group_set"))
        return {**item, "type": "group", "groupId": given.get("$group_key"), "traits": traits}
    if name == "$create_alias":
        return {**item, "type": "alias", "userId": distinct, "previousId": given.get("alias")}
    if name[:1] == "$" and name not in {"$pageview", "$screen"}:
        return None
    properties = {key: value for key, value in given.items() if not key.startswith("$")}
    if "$pathname" in given:
        properties["path"] = given["$pathname"]
    return {**item, **_named(name, {"$pageview", "$screen"}, properties)}


def _table(row: Row, reading: Reading) -> Item | None:
    item: Item = {}
    properties: dict[str, Any] = {}
    for column, value in row.items():
        field = reading.columns.get(column, Field.PROPERTY)
        if field is Field.PROPERTIES:
            properties.update(_object(value))
        elif field is Field.PROPERTY and value not in (None, ""):
            properties[column] = cell_value(value)
        elif field is not Field.LEAVE_OUT and value not in (None, ""):
            item[field.value] = value
    kind = _text(item.get(Field.KIND)).lower() or "track"
    return {
        "id": item.get(Field.MESSAGE),
        "type": kind,
        "event" if kind == "track" else "name": _text(item.get(Field.EVENT)),
        "userId": item.get(Field.USER),
        "anonymousId": item.get(Field.ANONYMOUS),
        "groupId": item.get(Field.GROUP),
        "timestamp": time_text(item.get(Field.TIME)),
        "traits" if kind in {"identify", "group"} else "properties": properties,
    }


_MAKERS: dict[Origin, Callable[[Row, Reading], Item | None]] = {
    Origin.SEGMENT: _segment,
    Origin.AMPLITUDE: _amplitude,
    Origin.MIXPANEL: _mixpanel,
    Origin.POSTHOG: _posthog,
    Origin.TABLE: _table,
}


def _named(name: str, pages: set[str], properties: dict[str, Any]) -> Item:
    if name in pages:
        title = properties.get("title") or properties.get("path") or properties.get("[Amplitude] Page Title")
        return {"type": "page", "name": title, "properties": properties}
    return {"type": "track", "event": name, "properties": properties}


def _groups(row: Row, origin: Origin) -> dict[str, str]:
    """Return the groups that a row names, by their kind."""
    if origin is Origin.AMPLITUDE:
        given = _object(row.get("groups"))
    elif origin is Origin.POSTHOG:
        properties = _object(row.get("properties"))
        given = _object(properties.get("$groups"))
        if properties.get("$group_type"):
            given = {**given, str(properties["$group_type"]): properties.get("$group_key")}
    elif origin is Origin.MIXPANEL:
        properties = _object(row.get("properties"))
        given = {key: value for key, value in properties.items() if _rank(key) < len(_GROUP_TYPES)}
    else:
        given = {}
    firsts = {kind: value[0] if isinstance(value, list) and value else value for kind, value in given.items()}
    return {kind: _text(value) for kind, value in firsts.items() if isinstance(value, str | int) and _text(value)}


def _rank(name: str) -> int:
    plain = re.sub(r"(_?id|s)$", "", name.lower())
    return _GROUP_TYPES.index(plain) if plain in _GROUP_TYPES else len(_GROUP_TYPES)


def _is_own(key: str) -> bool:
    return key.startswith(("$", "mp_")) or key in {"distinct_id", "time"}


def _context(reading: Reading) -> dict[str, Any]:
    return {"library": {"name": f"{reading.origin.value} export"}}


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise RowRefusedError("Its properties are not JSON.") from None
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise RowRefusedError("Its properties are not an object.")
    return dict(value)


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else str(value).strip()

"""A goal as fields of a form, one row for each condition, and back: for rules of the first win and the playbook editor.

All rows have the same fields; the style sheet shows those that go with the kind that is chosen, the others are not read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from firstwin.scheduling.contracts import SpanUnit, parse_span
from firstwin.usage.contracts.goals import Aggregate, Comparison

KINDS = (
    ("", "Nothing"),
    ("events", "Something is done"),
    ("feature", "A feature is used"),
    ("users", "Different people are active"),
    ("share_of_seats", "A share of the licensed users is active"),
    ("days", "It happens on several days"),
    ("features", "Different features are used"),
    ("stays", "They are still there after some days"),
    ("sequence", "Steps are done in order"),
    ("metric", "A figure comes to so much"),
)
JOINS = (("all", "All of these"), ("any", "Any of these"))
NUMBERS = {
    "events": "times",
    "feature": "times",
    "users": "users",
    "share_of_seats": "share_of_seats",
    "days": "days",
    "features": "features",
    "stays": "stays",
    "sequence": "users",
    "metric": "target",
}
"""What the number of a row is called in the goal."""
READ = {
    "events": ("events", "within"),
    "feature": ("feature", "within"),
    "users": ("events", "feature", "within"),
    "share_of_seats": ("events", "feature", "within"),
    "days": ("events", "feature", "in_a_row", "within"),
    "features": (),
    "stays": (),
    "sequence": ("events", "within"),
    "metric": ("events", "metric", "aggregate", "comparison"),
}
"""The fields that count for a kind, beside the number."""
USUAL = {"times": 1, "aggregate": Aggregate.SUM.value, "comparison": Comparison.AT_LEAST.value}
AGGREGATES = (
    ("sum", "The sum"),
    ("max", "The largest"),
    ("min", "The smallest"),
    ("mean", "The mean"),
    ("last", "The latest"),
)
COMPARISONS = ((">=", "at least"), (">", "more than"), ("<=", "at most"), ("<", "less than"), ("==", "exactly"))
MOST_ROWS = 8

Row = dict[str, tuple[forms.Field, Any]]


def rows_of(plain: Mapping[str, Any] | None) -> tuple[str, list[Mapping[str, Any]]] | None:
    """Return how the conditions of a goal are joined, and each of them; None where a form cannot show them."""
    if not plain:
        return "all", []
    for join in ("all", "any"):
        if join in plain:
            parts = list(plain[join])
            is_plain = all("all" not in part and "any" not in part and _is_in_days(part) for part in parts)
            return (join, parts) if is_plain and len(parts) <= MOST_ROWS else None
    return ("all", [plain]) if _is_in_days(plain) else None


def _is_in_days(part: Mapping[str, Any]) -> bool:
    """Say whether the form, which asks for days, can show how long somebody has to stay."""
    return "stays" not in part or parse_span(str(part["stays"])).unit is SpanUnit.CALENDAR_DAYS


def fields_of(
    prefix: str,
    plain: Mapping[str, Any] | None,
    *,
    features: Sequence[tuple[str, str]] | None = None,
    at_least: int = 0,
) -> list[Row]:
    """Return the fields by name, in rows: one for each condition and an empty one, then how they are joined.

    `features` are the choices of features; without them a feature is written by its key.
    """
    found = rows_of(plain)
    if found is None:
        return []
    join, parts = found
    count = min(MOST_ROWS, max(len(parts) + 1, at_least))
    rows = [_row(f"{prefix}.{n}", parts[n] if n < len(parts) else {}, n, features) for n in range(count)]
    joined = forms.ChoiceField(label="When there are several", choices=JOINS, required=False)
    return [*rows, {f"{prefix}.join": (joined, join)}]


def _row(prefix: str, part: Mapping[str, Any], number: int, features: Sequence[tuple[str, str]] | None) -> Row:
    kind = kind_of(part)
    first = "Reached when" if number == 0 else "And when"
    steps = part.get("sequence") or part.get("events") or ()
    feature = forms.CharField(label="Feature", max_length=200, required=False, help_text="Its key.")
    if features is not None:
        feature = forms.ChoiceField(label="Feature", choices=[("", "Any"), *features], required=False)  # type: ignore[assignment]
    return {
        f"{prefix}.kind": (forms.ChoiceField(label=first, choices=KINDS, required=False), kind),
        f"{prefix}.events": (
            forms.CharField(
                label="Events",
                required=False,
                max_length=6000,
                help_text="One per line, as your product sends them. For steps: in their order. Empty: anything counts.",
                widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
            ),
            "\n".join(map(str, steps)),
        ),
        f"{prefix}.feature": (feature, part.get("feature", "")),
        f"{prefix}.metric": (
            forms.CharField(
                label="Property", max_length=200, required=False, help_text="Of the event; holds a number."
            ),
            part.get("metric", ""),
        ),
        f"{prefix}.aggregate": (
            forms.ChoiceField(label="Added up as", choices=AGGREGATES, required=False),
            part.get("aggregate", USUAL["aggregate"]),
        ),
        f"{prefix}.comparison": (
            forms.ChoiceField(label="Is", choices=COMPARISONS, required=False),
            part.get("comparison", USUAL["comparison"]),
        ),
        f"{prefix}.number": (
            forms.DecimalField(
                label="How many", required=False, help_text="Times, people, days, features, percent, or the figure."
            ),
            _number(part, kind),
        ),
        f"{prefix}.within": (
            forms.CharField(label="Within", max_length=12, required=False, help_text="24h, 30d or 2w. Empty: ever."),
            part.get("within", ""),
        ),
        f"{prefix}.in_a_row": (
            forms.BooleanField(label="On days in a row", required=False),
            bool(part.get("in_a_row")),
        ),
    }


def _number(part: Mapping[str, Any], kind: str) -> Any:
    if kind == "stays":
        return parse_span(str(part["stays"])).amount
    return part.get(NUMBERS.get(kind, ""), 1 if kind == "events" else None)


def kind_of(part: Mapping[str, Any]) -> str:
    """Return the kind of a condition; what names its kind stands before what only narrows it."""
    order = ("sequence", "metric", "share_of_seats", "users", "days", "features", "stays", "feature", "events")
    return next((kind for kind in order if part.get(kind)), "")


def read(prefix: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was filled in as a goal in JSON, None for nothing; whether it makes sense is another question."""
    parts = []
    for number in range(MOST_ROWS):
        kind = data.get(f"{prefix}.{number}.kind") or ""
        if kind:
            parts.append(_part(f"{prefix}.{number}", kind, data))
    if len(parts) > 1:
        return {data.get(f"{prefix}.join") or "all": parts}
    return parts[0] if parts else None


def _part(prefix: str, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = {}
    for name in READ[kind]:
        value = data.get(f"{prefix}.{name}")
        if name == "events":
            value = [line.strip() for line in str(value or "").splitlines() if line.strip()]
            name = "sequence" if kind == "sequence" else name
        if value and value != USUAL.get(name):
            part[name] = value
    amount = data.get(f"{prefix}.number")
    if amount is not None:
        key = NUMBERS[kind]
        whole = int(amount) if amount == int(amount) else float(amount)
        is_usual = (key == "times" and whole == 1) or (kind == "sequence" and whole == 1)
        if not is_usual:
            part[key] = f"{whole}d" if kind == "stays" else whole
    elif kind == "stays":
        part["stays"] = "0d"
    elif kind in ("users", "share_of_seats", "days", "features"):
        part[NUMBERS[kind]] = 0
    if kind in ("events", "sequence", "feature", "metric"):
        part.setdefault(
            {"events": "events", "sequence": "sequence"}.get(kind, kind), [] if kind in ("events", "sequence") else ""
        )
    return part

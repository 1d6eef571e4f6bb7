"""Features: what one must look like, which events it stands for, and which accounts may use it."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from firstwin.shared.errors import Problem
from firstwin.usage.contracts.catalogue import WILDCARD, FeatureInfo, LicenceInfo, LicenceReason, NewFeature
from firstwin.usage.rules.identities import comparable
from firstwin.usage.rules.reading import LONGEST_NAME

MOST_FEATURES = 200
MOST_EVENTS = 100
MOST_PRODUCTS = 50
LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2000
LONGEST_KEY = 60
LONGEST_NAME_KEY = 240
_APART = re.compile(r"[^a-z0-9]+")


def name_key(name: str) -> str:
    """Names of features that differ only in case, width, or spacing are the same name."""
    return comparable(name)[:LONGEST_NAME_KEY]


def tidy(new: NewFeature) -> NewFeature:
    """Return a feature with spaces trimmed and nothing named twice; products in their comparable spelling."""
    return NewFeature(
        name=" ".join(new.name.split()),
        description=new.description.strip(),
        events=tuple(dict.fromkeys(name for event in new.events if (name := event.strip()))),
        products=tuple(dict.fromkeys(key for product in new.products if (key := comparable(product)))),
    )


def problems_of(feature: NewFeature) -> list[Problem]:
    """A feature has a name and at least one event; * stands for any ending, at the end of a name and nowhere else."""
    problems = []
    if not 1 <= len(feature.name) <= LONGEST_TITLE or not _is_text(feature.name):
        problems.append(
            Problem("name", "The feature has no name, or a very long one.", "Name it as your customers do.")
        )
    if len(feature.description) > LONGEST_DESCRIPTION or "\x00" in feature.description:
        problems.append(Problem("description", "The description is too long.", "Use at most 2,000 characters."))
    if not 1 <= len(feature.events) <= MOST_EVENTS:
        remedy = "Name the events that show that somebody uses it, at most 100."
        problems.append(Problem("events", "A feature needs events to be seen by.", remedy))
    for event in feature.events:
        if len(event) > LONGEST_NAME or not _is_text(event):
            problems.append(
                Problem("events", f"“{event[:40]}” is no name of an event.", "Write the name as it is sent.")
            )
        elif WILDCARD in event[:-1] or event == WILDCARD:
            remedy = "Write the beginning of the names and * after it, such as Report *."
            problems.append(Problem("events", f"In “{event[:40]}” the * stands in the wrong place.", remedy))
    if len(feature.products) > MOST_PRODUCTS or any(len(one) > 120 or not _is_text(one) for one in feature.products):
        problems.append(Problem("products", "There are too many products, or one is too long.", "Name at most 50."))
    return problems


def key_of(name: str, taken: Collection[str]) -> str:
    """The key of a feature is its first name in small letters and dashes; a number follows where that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _APART.sub("-", plain).strip("-")[: LONGEST_KEY - 4].strip("-") or "feature"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def events_of(patterns: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """A feature stands for the events that it names; one that ends with * for every known event that begins so."""
    found: dict[str, None] = {}
    for pattern in patterns:
        if pattern.endswith(WILDCARD):
            found.update(dict.fromkeys(sorted(name for name in names if name.startswith(pattern[:-1]))))
        else:
            found[pattern] = None
    return tuple(found)


def features_of(event: str, features: Iterable[FeatureInfo]) -> list[FeatureInfo]:
    """Return the features that an event belongs to."""
    return [one for one in features if any(_is_meant(event, pattern) for pattern in one.events)]


def licence(feature: FeatureInfo, products: Sequence[str], exception: tuple[bool, str] | None) -> LicenceInfo:
    """An account may use a feature that is part of one of its products, or of every product.

    What somebody granted or withheld for this account goes before its products.
    """
    bought = {comparable(product) for product in products}
    if exception is not None:
        is_granted, note = exception
        reason = LicenceReason.GRANTED if is_granted else LicenceReason.WITHHELD
        return LicenceInfo(feature=feature, is_licensed=is_granted, reason=reason, note=note)
    if not feature.products:
        return LicenceInfo(feature=feature, is_licensed=True, reason=LicenceReason.EVERY_PRODUCT, note="")
    is_part = any(product in bought for product in feature.products)
    reason = LicenceReason.PRODUCT if is_part else LicenceReason.OTHER_PRODUCT
    return LicenceInfo(feature=feature, is_licensed=is_part, reason=reason, note="")


def _is_meant(event: str, pattern: str) -> bool:
    return event.startswith(pattern[:-1]) if pattern.endswith(WILDCARD) else event == pattern


def _is_text(text: str) -> bool:
    return not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)

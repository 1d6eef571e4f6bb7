"""What a column may hold, from an enum."""


def choices_of(enum: type) -> list[tuple[str, str]]:
    """Return the values of an enum as a column takes them."""
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]

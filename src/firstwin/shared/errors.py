"""Errors that reach a person: what happened, where, and what to do about it. Standard library only."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in the input: its place (a field, or file:line:column), what is wrong, and the remedy."""

    place: str
    message: str
    remedy: str = ""


class FirstwinError(Exception):
    """Base of every error that is shown to a person or an API client; becomes problem+json over HTTP."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "That did not work"

    def __init__(self, detail: str, *, remedy: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.problems = problems


class InvalidInputError(FirstwinError):
    """The input is not acceptable; `problems` name each place and remedy."""

    status = 422
    code = "invalid_input"
    title = "Please correct what you entered"


class NotFoundError(FirstwinError):
    """The thing does not exist, or belongs to another workspace (which looks the same on purpose)."""

    status = 404
    code = "not_found"
    title = "Not found"


class PermissionDeniedError(FirstwinError):
    """The actor may not do this."""

    status = 403
    code = "permission_denied"
    title = "You may not do that"


class ConflictError(FirstwinError):
    """The thing changed meanwhile, or its state does not allow this; nothing was changed."""

    status = 409
    code = "conflict"
    title = "Someone was faster, or the state does not allow it"

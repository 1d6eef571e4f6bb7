"""Writes on the people who sign in, whichever workspaces they belong to."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from firstwin.identity import rules
from firstwin.identity.models import User
from firstwin.shared.errors import InvalidInputError, Problem


def person_problems(*, email: str, name: str, time_zone: str = "UTC") -> list[Problem]:
    """Return what is wrong with a person's name, address or time zone."""
    problems = []
    if not rules.is_plausible_email(rules.normal_email(email)):
        problems.append(Problem("email", "That is not an email address.", "Write it like name@example.com."))
    if len(name.strip()) > 200:
        problems.append(Problem("person_name", "The name is too long.", "Use at most 200 characters."))
    if not rules.is_time_zone(time_zone):
        problems.append(Problem("time_zone", "That is not a time zone.", "Choose one such as Europe/Berlin."))
    return problems


def password_problems(password: str, *, email: str, name: str) -> list[Problem]:
    """Return what is wrong with a password."""
    try:
        password_validation.validate_password(password, User(email=rules.normal_email(email), name=name))
    except ValidationError as error:
        return [Problem("password", message, "Choose a longer or less common one.") for message in error.messages]
    return []


def choose_theme(*, user_id: UUID, theme: str) -> None:
    """Keep how a person likes pages to look: light, dark, or as their device says. Raises InvalidInputError for others."""
    if theme not in rules.THEMES:
        problem = Problem("theme", "There is no such theme.", f"Choose one of: {', '.join(rules.THEMES)}.")
        raise InvalidInputError("The theme was not kept.", problems=(problem,))
    User.objects.filter(id=user_id).update(theme=theme)


def find_or_create_user(
    *, email: str, name: str, at: datetime, time_zone: str = "UTC", password: str | None = None
) -> User:
    """Return the person with this address, created where there is none; an existing person is left as they are.

    Call it only where the address is proved (a link in a mail to it) or vouched for (an owner, the command line):
    the address counts as verified.
    """
    address = rules.normal_email(email)
    with transaction.atomic():
        user = User.objects.filter(email=address).first()
        if user is None:
            user = User.objects.create_user(
                address, password, name=name.strip(), time_zone=time_zone, created_at=at, is_active=True
            )
        EmailAddress.objects.get_or_create(user=user, email=address, defaults={"verified": True, "primary": True})
        return user


def end_sessions(user: User, *, except_session_key: str = "") -> int:
    """End the person's sessions everywhere and return how many there were."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=except_session_key))
    for session in sessions:
        session.end()
    return len(sessions)

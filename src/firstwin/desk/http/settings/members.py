"""Who belongs to the workspace, in which role, and who is asked to join."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http.access import desk_page, may_govern
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.settings import tabs
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.operations import invitations, members
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError, PermissionDeniedError

ROLES = (
    (Role.ADMIN, "Admin", "governs the workspace"),
    (Role.MANAGER, "Manager", "everything in projects, shapes playbooks"),
    (Role.SPECIALIST, "Specialist", "works on projects, starts onboardings"),
    (Role.VIEWER, "Viewer", "reads"),
    (Role.AUDITOR, "Auditor", "reads, and the whole journal"),
    (Role.OWNER, "Owner", "everything, and makes owners"),
)


def _choices(actor: Actor) -> list[tuple[str, str]]:
    """Return the roles that the actor can give; only an owner makes an owner."""
    return [
        (role.value, f"{label}: {text}")
        for role, label, text in ROLES
        if role is not Role.OWNER or actor.role is Role.OWNER
    ]


class RoleForm(forms.Form):
    """One role."""

    role = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _choices(actor)  # type: ignore[attr-defined]


class InviteForm(RoleForm):
    """Somebody to ask, and what they shall be."""

    email = forms.EmailField(label="Email address")
    name = forms.CharField(required=False, max_length=200)
    field_order = ("email", "name", "role")


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List members and, for those who govern, open invitations."""
    return _page(request, actor, at=clock.now())


def _page(
    request: HttpRequest, actor: Actor, *, at: datetime, refused: UUID | None = None, error: FirstwinError | None = None
) -> HttpResponse:
    governs = may_govern(actor)
    context = {
        "members": [
            (member, governs and (member.role is not Role.OWNER or actor.role is Role.OWNER))
            for member in identity_queries.list_members(actor=actor, is_active=None)
        ],
        "invitations": [
            (invitation, invitation.role is not Role.OWNER or actor.role is Role.OWNER)
            for invitation in (identity_queries.list_invitations(actor=actor, at=at) if governs else ())
        ],
        "governs": governs,
        "refused": refused,
        "error": error,
    }
    return tabs.page(request, actor, "settings_members", "members.html", context, status=error.status if error else 200)


def _said_beside(carry_out: Callable[[], str]) -> Callable[[], str]:
    """Let a dialog keep open and say what stands in the way, instead of a notice that passes."""

    def run() -> str:
        try:
            return carry_out()
        except (ConflictError, PermissionDeniedError) as error:
            raise InvalidInputError(error.detail, remedy=error.remedy) from error

    return run


@require_http_methods(["GET", "POST"])
@desk_page
def invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask somebody by mail to join."""
    _require(actor)
    form = InviteForm(request.POST or None, actor=actor, initial={"role": Role.SPECIALIST.value})

    def carry_out() -> str:
        data = form.cleaned_data
        invitations.invite_member(
            actor=actor, email=data["email"], name=data["name"], role=Role(data["role"]), at=clock.now()
        )
        return f"The invitation to {data['email']} is on its way."

    question = Question(
        title="Invite someone", verb="Send invitation", text="They get a mail with a link that works for seven days."
    )
    return ask(request, question, form, _said_beside(carry_out), beneath=reverse("settings_members"))


@require_http_methods(["GET", "POST"])
@desk_page
def change_role(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    _require(actor)
    member = identity_queries.get_member(actor=actor, member_id=member_id)
    form = RoleForm(request.POST or None, actor=actor, initial={"role": member.role.value})

    def carry_out() -> str:
        changed = members.change_role(
            actor=actor, member_id=member_id, role=Role(form.cleaned_data["role"]), at=clock.now()
        )
        return f"{changed.name} is {changed.role.value} now."

    question = Question(title=f"Role of {member.name}", verb="Change role")
    return ask(request, question, form, _said_beside(carry_out), beneath=reverse("settings_members"))


def _require(actor: Actor) -> None:
    if not may_govern(actor):
        raise PermissionDeniedError("Only owners and admins change members.", remedy="Ask an owner or admin.")


def _carried_out(
    request: HttpRequest, actor: Actor, thing_id: UUID, at: datetime, carry_out: Callable[[], str]
) -> HttpResponse:
    """Lead back to the list; what the state does not allow is said in the row itself."""
    try:
        messages.success(request, carry_out())
    except ConflictError as error:
        return _page(request, actor, at=at, refused=thing_id, error=error)
    return redirect("settings_members")


@require_POST
@desk_page
def deactivate(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Take a member's access away."""
    at = clock.now()

    def carry_out() -> str:
        name = members.deactivate_member(actor=actor, member_id=member_id, at=at).name
        return f"{name} can no longer sign in here. What they did stays."

    return _carried_out(request, actor, member_id, at, carry_out)


@require_POST
@desk_page
def reactivate(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Give a member access again."""
    at = clock.now()

    def carry_out() -> str:
        return f"{members.reactivate_member(actor=actor, member_id=member_id, at=at).name} is back."

    return _carried_out(request, actor, member_id, at, carry_out)


@require_POST
@desk_page
def resend(request: HttpRequest, actor: Actor, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again."""
    at = clock.now()

    def carry_out() -> str:
        email = invitations.resend_invitation(actor=actor, invitation_id=invitation_id, at=at).email
        return f"A new link is on its way to {email}. The earlier one no longer works."

    return _carried_out(request, actor, invitation_id, at, carry_out)


@require_POST
@desk_page
def revoke(request: HttpRequest, actor: Actor, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    at = clock.now()

    def carry_out() -> str:
        email = invitations.revoke_invitation(actor=actor, invitation_id=invitation_id, at=at).email
        return f"The invitation of {email} no longer works."

    return _carried_out(request, actor, invitation_id, at, carry_out)

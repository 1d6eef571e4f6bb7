"""API keys: what programs may do here."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from firstwin.desk.http.access import desk_page
from firstwin.desk.http.accounts.forms import show_problems
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.settings import tabs
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, Scope
from firstwin.identity.operations import api_keys
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, NotFoundError

SCOPES = (
    (Scope.READ.value, "Read everything but the journal"),
    (Scope.ACCOUNTS_WRITE.value, "Change accounts and their people"),
    (Scope.PLAYBOOKS_WRITE.value, "Change playbooks"),
    (Scope.PROJECTS_WRITE.value, "Start onboardings and work on them"),
    (Scope.JOURNAL_READ.value, "Read the journal"),
    (Scope.ADMIN.value, "Everything, members and settings too"),
)
LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("never", "Never, until it is revoked"))


class KeyForm(forms.Form):
    """What a new key is for."""

    name = forms.CharField(max_length=120, help_text="Name the program that will use it.")
    scopes = forms.MultipleChoiceField(
        label="It may", choices=SCOPES, widget=forms.CheckboxSelectMultiple, help_text="As little as it needs."
    )
    days = forms.ChoiceField(label="Expires after", choices=LIVES, initial="90")


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List the keys, revoked ones too."""
    at = clock.now()
    keys = identity_queries.list_api_keys(actor=actor)
    names = {member.id: member.name for member in identity_queries.list_members(actor=actor, is_active=None)}
    rows = [
        {
            "key": key,
            "by": names.get(key.created_by_id, "") if key.created_by_id else "",
            "is_alive": key.revoked_at is None and (key.expires_at is None or key.expires_at > at),
        }
        for key in keys
    ]
    return tabs.page(request, actor, "settings_keys", "keys.html", {"rows": rows, "now": at})


@require_http_methods(["GET", "POST"])
@never_cache
@desk_page
def create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make a key and show its secret, this once."""
    identity_queries.list_api_keys(actor=actor)
    form = KeyForm(request.POST or None)
    if form.is_valid():
        data, at = form.cleaned_data, clock.now()
        expires_at = at + timedelta(days=int(data["days"])) if data["days"].isdigit() else None
        try:
            new = api_keys.create_api_key(
                actor=actor,
                name=data["name"],
                scopes=[Scope(scope) for scope in data["scopes"]],
                expires_at=expires_at,
                at=at,
            )
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            return tabs.page(request, actor, "settings_keys", "key_made.html", {"new": new})
    status = 422 if form.is_bound else 200
    return tabs.page(request, actor, "settings_keys", "key_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@desk_page
def revoke(request: HttpRequest, actor: Actor, api_key_id: UUID) -> HttpResponse:
    """Ask once, then make a key useless."""
    key = next((key for key in identity_queries.list_api_keys(actor=actor) if key.id == api_key_id), None)
    if key is None:
        raise NotFoundError("There is no such API key.")
    question = Question(
        title=f"Revoke the key “{key.name}”",
        verb="Revoke key",
        text="Whatever uses it is refused from now on. This cannot be undone; a new key can be made.",
        is_danger=True,
    )

    def carry_out() -> str:
        api_keys.revoke_api_key(actor=actor, api_key_id=api_key_id, at=clock.now())
        return f"The key “{key.name}” no longer works."

    form = forms.Form(request.POST if request.method == "POST" else None)
    return ask(request, question, form, carry_out, beneath=reverse("settings_keys"))

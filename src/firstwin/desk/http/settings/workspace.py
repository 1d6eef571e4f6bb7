"""The workspace itself: its name, calendar, colour, and whom mail comes from."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from firstwin.desk.http.access import desk_page, may_govern
from firstwin.desk.http.accounts.forms import ZONES, show_problems
from firstwin.desk.http.settings import tabs
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.identity.operations import workspaces as workspace_operations
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError


class WorkspaceForm(forms.Form):
    """Facts of the vendor company."""

    name = forms.CharField(max_length=200, help_text="Your company, as customers know it.")
    time_zone = forms.ChoiceField(choices=(("UTC", "UTC"), *ZONES), help_text="Working hours are counted in it.")
    country = forms.CharField(
        required=False, max_length=2, help_text="Two letters, such as DE. Its public holidays are respected."
    )
    brand_color = forms.CharField(
        label="Brand colour",
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="Buttons, links, the customers' portal and mail take it on.",
    )
    sender_name = forms.CharField(required=False, max_length=200, help_text="Whom mail to customers comes from.")
    sender_email = forms.EmailField(
        label="Sender address",
        required=False,
        help_text="Its domain must allow your mail server to send. Empty: the address of the installation.",
    )


@require_http_methods(["GET", "POST"])
@desk_page
def edit_workspace(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change the workspace."""
    if not may_govern(actor):
        raise PermissionDeniedError("Only owners and admins change the workspace.", remedy="Ask an owner or admin.")
    workspace = identity_queries.get_workspace(actor=actor)
    initial = {name: getattr(workspace, name) for name in WorkspaceForm.base_fields}
    form = WorkspaceForm(request.POST or None, initial=initial)
    if form.is_valid():
        changes = {**form.cleaned_data, "country": form.cleaned_data["country"].upper()}
        try:
            workspace_operations.edit_workspace(actor=actor, changes=changes, at=clock.now())
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "The workspace was saved.")
            return redirect("settings_workspace")
    status = 422 if form.is_bound else 200
    return tabs.page(request, actor, "settings_workspace", "workspace.html", {"form": form}, status=status)

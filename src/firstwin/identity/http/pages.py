"""Ways in that are the product's own: one-time links, set-up, invitations; and changing the workspace."""

from urllib.parse import quote
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firstwin.identity import queries
from firstwin.identity.contracts import InvitationInfo, NewWorkspace, NotSignedInError
from firstwin.identity.http.forms import JoinForm, SetUpForm
from firstwin.identity.models import User
from firstwin.identity.operations import invitations, people, sign_in
from firstwin.shared import clock, pages
from firstwin.shared.errors import InvalidInputError, NotFoundError


@require_GET
@never_cache
def use_sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in through a link from the server's command line; it works once."""
    user_id = sign_in.use_sign_in_link(token=token, at=clock.now())
    _sign_in(request, user_id, method="link")
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "POST"])
@never_cache
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first workspace of an empty installation."""
    if not queries.is_link_open(token=token, at=clock.now()) or queries.has_workspace():
        raise NotFoundError(
            "This set-up link is not valid any more.", remedy="Start Firstwin again: it prints a new one."
        )
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = NewWorkspace(
            name=form.cleaned_data["workspace_name"],
            owner_name=form.cleaned_data["name"],
            owner_email=form.cleaned_data["email"],
            password=form.cleaned_data["password"],
            time_zone=form.cleaned_data["time_zone"],
        )
        try:
            created = sign_in.set_up(token=token, new=new, at=clock.now())
        except InvalidInputError as error:
            _show_problems(form, error, SetUpForm.PLACES)
        else:
            _sign_in(request, created.owner.user_id, method="link")
            return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    return _form_page(request, "identity/set_up.html", form)


@require_http_methods(["GET", "POST"])
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: as a new person, or signed in with the invited address."""
    invitation = queries.get_open_invitation(token=token, at=clock.now())
    if not request.user.is_authenticated and queries.find_user_id(email=invitation.email):
        return HttpResponseRedirect(f"{reverse('account_login')}?next={quote(request.path)}")
    form = JoinForm(request.POST or None, initial={"name": invitation.name})
    is_known = request.user.is_authenticated
    if request.method == "POST" and (is_known or form.is_valid()):
        answer = _accept(request, token, form, invitation)
        if answer is not None:
            return answer
    return _form_page(request, "identity/join.html", form, invitation=invitation, is_known=is_known)


def _accept(request: HttpRequest, token: str, form: JoinForm, invitation: InvitationInfo) -> HttpResponse | None:
    is_known = request.user.is_authenticated
    try:
        member = invitations.accept_invitation(
            token=token,
            signed_in_user_id=request.user.pk if is_known else None,
            name="" if is_known else form.cleaned_data["name"],
            password=None if is_known else form.cleaned_data["password"] or None,
            at=clock.now(),
        )
    except InvalidInputError as error:
        _show_problems(form, error, {"person_name": "name"})
        return None
    if not is_known:
        _sign_in(request, member.user_id, method="invitation")
    request.session[queries.WORKSPACE_IN_SESSION] = str(invitation.workspace_id)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Go on in another workspace that the person belongs to."""
    memberships = queries.list_memberships(user_id=request.user.pk) if request.user.is_authenticated else ()
    wanted = request.POST.get("workspace_id", "")
    if wanted not in {str(workspace.id) for _, workspace in memberships}:
        raise NotFoundError("You do not belong to that workspace.")
    request.session[queries.WORKSPACE_IN_SESSION] = wanted
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None, require_https=request.is_secure()):
        following = "/"
    return HttpResponseRedirect(following)


@require_POST
def keep_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme for the person, and in this browser for when nobody is signed in."""
    if request.user.is_authenticated:
        people.choose_theme(user_id=request.user.pk, theme=request.POST.get("theme", ""))
    return pages.choose_theme(request)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of the person's own sessions: the device is signed out."""
    if not request.user.is_authenticated:
        raise NotSignedInError("You are not signed in.")
    sign_in.end_session(user_id=request.user.pk, session_id=session_id)
    messages.success(request, "That device is signed out.")
    return HttpResponseRedirect(reverse("usersessions_list"))


def _sign_in(request: HttpRequest, user_id: UUID, *, method: str) -> None:
    """Begin a fresh session for the person: whatever was in the old one is gone."""
    request.session.flush()
    login(request, User.objects.get(id=user_id), backend=settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(request)
    sign_in.record_sign_in(
        user_id=user_id, method=method, ip=get_adapter(request).get_client_ip(request), at=clock.now()
    )


def _show_problems(form: forms.Form, error: InvalidInputError, places: dict[str, str]) -> None:
    for problem in error.problems:
        place = places.get(problem.place, problem.place)
        form.add_error(place if place in form.fields else None, f"{problem.message} {problem.remedy}".strip())


def _form_page(request: HttpRequest, template: str, form: forms.Form, **facts: object) -> HttpResponse:
    """Show a form; its address holds a secret, so no other site may learn where the reader came from.

    Our own may: without any referrer a browser sends the form with the origin "null", which the check against forged
    requests refuses.
    """
    response = render(request, template, {"form": form, **facts}, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "same-origin"
    return response

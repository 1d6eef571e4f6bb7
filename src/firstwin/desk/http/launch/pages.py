"""Starting onboardings: choose accounts, choose a playbook, look at what would be created, start."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFilters
from firstwin.desk import queries
from firstwin.desk.contracts import LaunchChoice
from firstwin.desk.http import bookings
from firstwin.desk.http.access import desk_page, is_fragment, words
from firstwin.desk.http.accounts.forms import show_problems
from firstwin.desk.http.launch.forms import LaunchForm
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookVersionInfo
from firstwin.projects.contracts import RUNNING_STATES, ProjectSummary
from firstwin.projects.operations import launch as launch_operations
from firstwin.projects.queries import portfolio, suggestions
from firstwin.shared import clock, ids
from firstwin.shared.errors import ConflictError, InvalidInputError


def _ids(values: list[str]) -> tuple[UUID, ...]:
    found: dict[UUID, None] = {}
    for value in values:
        try:
            found[UUID(value)] = None
        except ValueError:
            continue
    return tuple(found)


def _choice(actor: Actor, asked: QueryDict) -> LaunchChoice:
    return queries.get_launch_choice(
        actor=actor,
        account_ids=_ids(asked.getlist("account")),
        playbook_id=next(iter(_ids([asked.get("playbook", "")])), None),
    )


def _form(
    choice: LaunchChoice, version: PlaybookVersionInfo, posted: QueryDict | None, *, booking_id: str = ""
) -> LaunchForm:
    """Return the form, with whom a booking of this account, or the one asked for, has set aside."""
    booked = next(
        (one for one in choice.bookings if str(one.id) == booking_id or (not booking_id and one.account_id)), None
    )
    team = {member.id for member in choice.members if member.is_active}
    roles = booked.roles if booked else ()
    people = {f"role.{role.key}": str(role.member_id) for role in roles if role.member_id in team}
    return LaunchForm(
        posted,
        initial={"key": str(ids.new_id()), "booking": str(booked.id) if booked else "", **people},
        bookings=bookings.names_of(choice.bookings),
        definition=version.definition,
        members=choice.members,
        contacts=choice.contacts if len(choice.accounts) == 1 else None,
    )


@require_http_methods(["GET", "POST"])
@desk_page
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Lead through the three steps; a post starts the projects, all or none."""
    choice = _choice(actor, request.GET)
    if not choice.accounts:
        return _choose_account(request, actor)
    if choice.version is None:
        running = _running(actor, choice)
        context = {"choice": choice, "query": request.GET.urlencode(), "running": running}
        return render(request, "desk/launch/playbook.html", context)
    posted = request.POST if request.method == "POST" else None
    form = _form(choice, choice.version, posted, booking_id=words(request, "booking"))
    if form.is_valid():
        news = form.new_projects([account.id for account in choice.accounts], choice.version.id)
        try:
            started = launch_operations.launch_projects(actor=actor, news=news, at=clock.now())
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            messages.success(request, _said(len(started), choice))
            single = len(started) == 1
            return (
                redirect("project", project_id=started[0])
                if single
                else redirect(f"{reverse('projects')}?sort=-started")
            )
    context = {"choice": choice, "form": form, **_preview(actor, choice, choice.version, form)}
    return render(request, "desk/launch/launch.html", context, status=422 if form.is_bound else 200)


def _running(actor: Actor, choice: LaunchChoice) -> list[ProjectSummary]:
    """Return what runs for the chosen accounts already, so that nobody starts it a second time without knowing."""
    accounts = [account.id for account in choice.accounts]
    latest = portfolio.latest_by_account(actor=actor, account_ids=accounts, at=clock.now())
    return [project for project in latest.values() if project.state in RUNNING_STATES]


def _said(count: int, choice: LaunchChoice) -> str:
    if count == 1:
        return f"The onboarding of {choice.accounts[0].name} has started."
    return f"{count} onboardings have started."


@require_POST
@desk_page
def preview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer the preview for what is typed so far."""
    choice = _choice(actor, request.GET)
    if choice.version is None:
        return HttpResponse(status=204)
    form = _form(choice, choice.version, request.POST)
    context = {"choice": choice, **_preview(actor, choice, choice.version, form)}
    return render(request, "desk/launch/_preview.html", context)


@require_safe
@desk_page
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer who could fill each role of ours, for one account."""
    choice = _choice(actor, request.GET)
    if choice.playbook is None or len(choice.accounts) != 1:
        return HttpResponse(status=204)
    roles = suggestions.suggest_roles(
        actor=actor,
        playbook_id=choice.playbook.id,
        account_id=choice.accounts[0].id,
        start_on=timezone.localdate(),
        at=clock.now(),
    )
    return render(request, "desk/launch/_people.html", {"roles": roles})


def _preview(actor: Actor, choice: LaunchChoice, version: PlaybookVersionInfo, form: LaunchForm) -> dict[str, object]:
    """Return what would be created for each account, or what stands in the way."""
    if not form.is_bound:
        form = _form(choice, version, _as_posted(form))
    context: dict[str, object] = {"left_out": form.keys("excluded"), "taken_in": form.keys("included")}
    if not form.is_valid():
        return {**context, "objection": "Answer the questions that are marked, and the plan appears here."}
    news = form.new_projects([account.id for account in choice.accounts], version.id)
    try:
        previews = queries.list_launch_previews(
            actor=actor, accounts=choice.accounts, definition=version.definition, news=news, at=clock.now()
        )
    except (InvalidInputError, ConflictError) as error:
        return {**context, "objection": " ".join([error.detail, *(problem.message for problem in error.problems)])}
    past = max((one.preview.past_count for one in previews), default=0)
    return {**context, "previews": previews, "past_count": past, "catch_up": form.cleaned_data["catch_up"]}


def _as_posted(form: LaunchForm) -> QueryDict:
    posted = QueryDict(mutable=True)
    posted.update({name: str(form[name].value() or "") for name in form.fields})
    return posted


def _choose_account(request: HttpRequest, actor: Actor) -> HttpResponse:
    page = customer_queries.list_accounts(
        actor=actor, filters=AccountFilters(search=words(request, "q")), cursor=request.GET.get("cursor"), limit=20
    )
    parameters = request.GET.copy()
    for name in ("account", "q", "cursor"):
        parameters.pop(name, None)
    context = {"page": page, "q": words(request, "q"), "rest": parameters.urlencode()}
    template = "desk/launch/_accounts.html" if is_fragment(request) else "desk/launch/account.html"
    return render(request, template, context)

"""Companies that the events name: those that wait for an account, those that have one, and those that were set aside."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFilters, NewAccount, Segment
from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page, is_fragment, may_shape, words
from firstwin.desk.http.accounts.forms import SEGMENTS
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.usage import frame
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.people import GroupFilters, GroupInfo, Standing
from firstwin.usage.operations import groups as group_operations
from firstwin.usage.queries import activity, groups

STANDINGS = (
    ("waiting", "Waits for an account"),
    ("mapped", "Has an account"),
    ("set_aside", "Set aside"),
    ("all", "All"),
)
SUGGESTED = {"external_id": "same id", "domain": "same website", "name": "same name"}
MATCHED = {
    "external_id": "by its id",
    "account_id": "by the account's id",
    "domain": "by its website",
    "hand": "chosen by hand",
}


class NewAccountForm(forms.Form):
    """What is needed of a customer company to begin with."""

    name = forms.CharField(max_length=200, help_text="As the customer writes it.")
    segment = forms.ChoiceField(choices=SEGMENTS, initial="mid_market")
    website = forms.CharField(max_length=300, required=False)


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List groups; those that wait for an account unless others are asked for."""
    filters = GroupFilters(search=words(request, "q"), standing=standing_of(request))
    page = groups.list_groups(actor=actor, filters=filters, cursor=words(request, "cursor") or None, limit=25)
    at = clock.now()
    seen = activity.find_group_activity(actor=actor, group_ids=[one.group_id for one in page.items], at=at)
    accounts = customer_queries.get_accounts(
        actor=actor, account_ids=[one.account_id for one in page.items if one.account_id]
    )
    suggested = groups.find_account_suggestions(actor=actor, groups=page.items)
    rows = [
        {
            "group": one,
            "account": accounts.get(one.account_id) if one.account_id else None,
            "why": MATCHED.get(one.matched_by.value, ""),
            "suggestions": [(item, SUGGESTED[item.reason]) for item in suggested.get(one.id, ())],
            "seen": (seen or {}).get(one.group_id),
        }
        for one in page.items
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "page": page,
        "is_complete": seen is not None,
        "total": groups.count_groups(actor=actor, filters=filters),
        "anything": bool(rows) or groups.count_groups(actor=actor) > 0,
        "standing": words(request, "standing") or "waiting",
        "standings": STANDINGS,
        "q": filters.search,
        "may_shape": may_shape(actor),
    }
    if is_fragment(request) and request.headers.get("HX-Target") == "group-rows":
        return render(request, "desk/usage/_companies.html", context)
    return frame.page(request, "usage_people", "companies.html", context)


def standing_of(request: HttpRequest) -> Standing | None:
    """Read which ones are asked for; those that wait unless the address says otherwise."""
    chosen = words(request, "standing") or "waiting"
    return next((one for one in Standing if one.value == chosen), None if chosen == "all" else Standing.WAITING)


@require_http_methods(["GET", "POST"])
@desk_page
def choose_account(request: HttpRequest, actor: Actor, group_id: UUID) -> HttpResponse:
    """Offer accounts by what is typed; a post maps the group to one of them."""
    group = groups.get_group(actor=actor, group_id=group_id)
    if request.method == "POST":
        account_id = id_of(request.POST.get("account", ""))
        mapped = group_operations.map_group(actor=actor, group_id=group_id, account_id=account_id, at=clock.now())
        account = customer_queries.get_account(actor=actor, account_id=account_id)
        return answers.done(request, f"“{mapped.title}” is {account.name} now.", undo_url=undo_url(group))
    q = words(request, "q")
    found = customer_queries.list_accounts(actor=actor, filters=AccountFilters(search=q), limit=10)
    context = {"group": group, "accounts": found.items, "q": q}
    is_list = request.headers.get("HX-Target") == "account-choice"
    template = "desk/usage/_account_choice.html" if is_list else "desk/usage/choose_account.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@desk_page
def create_account(request: HttpRequest, actor: Actor, group_id: UUID) -> HttpResponse:
    """Ask for a name and add an account for a group."""
    group = groups.get_group(actor=actor, group_id=group_id)
    initial = {"name": group.title, "website": group.domain, "segment": "mid_market"}
    form = NewAccountForm(request.POST if request.method == "POST" else None, initial=initial)

    def carry_out() -> HttpResponse:
        given = form.cleaned_data
        new = NewAccount(name=given["name"], website=given["website"], segment=Segment(given["segment"]))
        made = group_operations.create_account_for_group(actor=actor, group_id=group_id, new=new, at=clock.now())
        return answers.gone_to(reverse("account", kwargs={"account_id": made.account_id}))

    question = Question(
        title=f"Add an account for “{group.title}”",
        verb="Add account",
        text=f"Its id “{group.group_id}” becomes the id of the account in your product. What its people did counts at once.",
    )
    return ask(request, question, form, carry_out, beneath=reverse("usage_people"))


@require_POST
@desk_page
def set_aside(request: HttpRequest, actor: Actor, group_id: UUID) -> HttpResponse:
    """Say that a group is no customer."""
    before = groups.get_group(actor=actor, group_id=group_id)
    group_operations.set_group_aside(actor=actor, group_id=group_id, at=clock.now())
    return answers.done(request, f"“{before.title}” is set aside.", undo_url=undo_url(before))


@require_POST
@desk_page
def release(request: HttpRequest, actor: Actor, group_id: UUID) -> HttpResponse:
    """Let a group find its account by itself again."""
    before = groups.get_group(actor=actor, group_id=group_id)
    after = group_operations.release_group(actor=actor, group_id=group_id, at=clock.now())
    what = "found its account" if after.account_id else "waits for an account"
    return answers.done(request, f"“{after.title}” {what}.", undo_url=undo_url(before))


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, group_id: UUID) -> HttpResponse:
    """Put a group back to where the address says that it was."""
    at = clock.now()
    if account := words(request, "account"):
        group = group_operations.map_group(actor=actor, group_id=group_id, account_id=id_of(account), at=at)
    elif words(request, "standing") == Standing.SET_ASIDE:
        group = group_operations.set_group_aside(actor=actor, group_id=group_id, at=at)
    else:
        group = group_operations.release_group(actor=actor, group_id=group_id, at=at)
    return answers.done(request, f"“{group.title}” is as it was.")


def undo_url(group: GroupInfo) -> str:
    """Return the address that puts a group back to where it is now."""
    was = {"account": str(group.account_id)} if group.account_id else {"standing": group.standing.value}
    return f"{reverse('undo_group', kwargs={'group_id': group.id})}?{urlencode(was)}"


def id_of(text: str) -> UUID:
    """Read what was chosen; what is no id is that of nobody, and then not found."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)

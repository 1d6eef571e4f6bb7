"""The list of accounts and the page of one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers import queries as customer_queries
from firstwin.customers.operations import accounts as account_operations
from firstwin.desk import queries
from firstwin.desk.http import days, signal_rows
from firstwin.desk.http.access import desk_page, is_fragment, kept, may_edit
from firstwin.desk.http.accounts.filters import chips_of, filters_of, sort_of
from firstwin.desk.http.accounts.forms import INDUSTRIES, SEGMENTS, AccountForm, show_problems
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.projects.queries import portfolio
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, InvalidInputError
from firstwin.usage.queries import signals as signal_queries


@require_safe
@desk_page
def list_accounts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show accounts: search, filters, order, pages."""
    filters = filters_of(request)
    page = customer_queries.list_accounts(
        actor=actor, filters=filters, sort=sort_of(request), cursor=request.GET.get("cursor")
    )
    members = identity_queries.list_members(actor=actor)
    names = {member.id: member.name for member in members}
    onboardings = portfolio.latest_by_account(
        actor=actor, account_ids=[account.id for account in page.items], at=clock.now()
    )
    context = {
        "rows": [
            (account, names.get(account.owner_id, "") if account.owner_id else "", onboardings.get(account.id))
            for account in page.items
        ],
        "page": page,
        "total": customer_queries.count_accounts(actor=actor, filters=filters),
        "chips": chips_of(request, members),
        "members": members,
        "segments": SEGMENTS,
        "industries": INDUSTRIES,
        "products": customer_queries.list_products(actor=actor),
        "chosen": kept(request),
        "may": customer_queries.abilities_of(actor),
    }
    template = "desk/accounts/_rows.html" if is_fragment(request) else "desk/accounts/list.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@desk_page
def add_account(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Add an account; possible duplicates are shown first, and adding all the same is a choice."""
    members = identity_queries.list_members(actor=actor)
    form = AccountForm(request.POST or None, initial={"time_zone": actor.time_zone}, members=members)
    duplicates: tuple[Any, ...] = ()
    if form.is_valid():
        new = form.account()
        duplicates = customer_queries.find_possible_duplicates(
            actor=actor, name=new.name, website=new.website, external_ids=new.external_ids
        )
        if not duplicates or "anyway" in request.POST:
            try:
                account = account_operations.create_account(actor=actor, new=new, at=clock.now())
            except (InvalidInputError, ConflictError) as error:
                show_problems(form, error)
            else:
                messages.success(request, f"{account.name} was added.")
                return redirect("account", account_id=account.id)
    status = 422 if form.is_bound else 200
    context = {"form": form, "duplicates": duplicates}
    return render(request, "desk/accounts/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@desk_page
def edit_account(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponse:
    """Change an account."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    members = identity_queries.list_members(actor=actor)
    form = AccountForm(request.POST or None, initial=AccountForm.values_of(account), members=members)
    if form.is_valid():
        new = form.account()
        changes = {name: getattr(new, name) for name in account_operations.EDITABLE_FIELDS}
        try:
            account_operations.edit_account(actor=actor, account_id=account_id, changes=changes, at=clock.now())
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("account", account_id=account_id)
    status = 422 if form.is_bound else 200
    return render(request, "desk/accounts/form.html", {"form": form, "account": account}, status=status)


@require_safe
@desk_page
def show_account(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponse:
    """Show who they are, what they bought, people, projects and everything that happened."""
    shown = queries.get_account_page(
        actor=actor, account_id=account_id, cursor=request.GET.get("cursor"), at=clock.now()
    )
    context = {
        "shown": shown,
        "totals": shown.days,
        "legend": [(one, days.NAMES[one.side]) for one in shown.days.sides],
        "account_key": str(account_id),
        "signals": [
            signal_rows.entry(one)
            for one in signal_queries.list_signals(actor=actor, account_id=account_id, limit=20).items
        ],
        "may_edit": may_edit(actor),
    }
    return render(request, "desk/accounts/account.html", context)


@require_POST
@desk_page
def archive_account(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponse:
    """Take an account out of the lists; it can be restored."""
    account = account_operations.archive_account(actor=actor, account_id=account_id, at=clock.now())
    messages.success(request, f"{account.name} was archived. Restore it under More on this page.")
    return redirect("account", account_id=account_id)


@require_POST
@desk_page
def restore_account(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponse:
    """Bring an archived account back."""
    account = account_operations.restore_account(actor=actor, account_id=account_id, at=clock.now())
    messages.success(request, f"{account.name} is back.")
    return redirect("account", account_id=account_id)

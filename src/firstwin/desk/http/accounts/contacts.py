"""The people of an account and their way into the portal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import ContactInfo
from firstwin.customers.operations import contacts as contact_operations
from firstwin.customers.operations import portal_access as portal_operations
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.accounts.forms import ContactForm, show_problems
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, InvalidInputError


@require_http_methods(["GET", "POST"])
@desk_page
def add_contact(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponse:
    """Add a person to an account."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    form = ContactForm(request.POST or None)
    if form.is_valid():
        try:
            contact = contact_operations.add_contact(
                actor=actor, account_id=account_id, new=form.contact(), at=clock.now()
            )
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            messages.success(request, f"{contact.name} was added.")
            return redirect("account", account_id=account_id)
    context = {"form": form, "account": account}
    return render(request, "desk/accounts/contact.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@desk_page
def edit_contact(request: HttpRequest, actor: Actor, contact_id: UUID) -> HttpResponse:
    """Change a person of an account."""
    contact = customer_queries.get_contact(actor=actor, contact_id=contact_id)
    account = customer_queries.get_account(actor=actor, account_id=contact.account_id)
    form = ContactForm(request.POST or None, initial=ContactForm.values_of(contact))
    if form.is_valid():
        new = form.contact()
        changes = {name: getattr(new, name) for name in form.fields}
        try:
            contact_operations.edit_contact(actor=actor, contact_id=contact_id, changes=changes, at=clock.now())
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("account", account_id=contact.account_id)
    context = {"form": form, "account": account, "contact": contact}
    return render(request, "desk/accounts/contact.html", context, status=422 if form.is_bound else 200)


def _back(contact: ContactInfo) -> HttpResponse:
    return redirect("account", account_id=contact.account_id)


@require_POST
@desk_page
def archive_contact(request: HttpRequest, actor: Actor, contact_id: UUID) -> HttpResponse:
    """Take a person out; their portal link stops working."""
    contact = contact_operations.archive_contact(actor=actor, contact_id=contact_id, at=clock.now())
    messages.success(request, f"{contact.name} was archived and can no longer open the portal.")
    return _back(contact)


@require_POST
@desk_page
def restore_contact(request: HttpRequest, actor: Actor, contact_id: UUID) -> HttpResponse:
    """Bring an archived person back."""
    contact = contact_operations.restore_contact(actor=actor, contact_id=contact_id, at=clock.now())
    messages.success(request, f"{contact.name} is back.")
    return _back(contact)


@require_POST
@desk_page
def give_portal_link(request: HttpRequest, actor: Actor, contact_id: UUID) -> HttpResponse:
    """Let a person into the portal and show their link for copying; the same link until it is revoked."""
    contact = customer_queries.get_contact(actor=actor, contact_id=contact_id)
    url = portal_operations.issue(actor=actor, contact_id=contact_id, at=clock.now())
    context = {"contact": contact, "url": url}
    return render(request, "desk/accounts/_portal_link.html", context)


@require_POST
@desk_page
def revoke_portal_link(request: HttpRequest, actor: Actor, contact_id: UUID) -> HttpResponse:
    """End a person's link; whoever still holds it sees how to ask for a new one."""
    contact = customer_queries.get_contact(actor=actor, contact_id=contact_id)
    portal_operations.revoke(actor=actor, contact_id=contact_id, at=clock.now())
    messages.success(request, f"The portal link of {contact.name} no longer works.")
    return _back(contact)

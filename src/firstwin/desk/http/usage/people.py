"""People whom the events name: those who wait for a contact, those who have one; and which ids are one person."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import NewContact
from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page, is_fragment, may_shape, words
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.usage import frame
from firstwin.desk.http.usage.companies import id_of, standing_of
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.people import PersonFilters, PersonInfo, Standing
from firstwin.usage.operations import links as link_operations
from firstwin.usage.operations import people as people_operations
from firstwin.usage.queries import activity, groups, people

STANDINGS = (
    ("waiting", "Waits for a contact"),
    ("mapped", "Is a contact"),
    ("set_aside", "Set aside"),
    ("all", "All"),
)


class NewContactForm(forms.Form):
    """What is needed of a contact to begin with."""

    account_id = forms.ChoiceField(label="Account")
    name = forms.CharField(max_length=200)
    email = forms.EmailField(required=False)

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = accounts


class LinkForm(forms.Form):
    """Two ids that are one person."""

    from_id = forms.CharField(label="This id", max_length=256)
    kind = forms.ChoiceField(label="It is", choices=(("anonymous", "an anonymous id"), ("user", "a user id")))
    user_id = forms.CharField(label="Is the user with the id", max_length=256)


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List people; those who wait for a contact unless others are asked for."""
    filters = PersonFilters(search=words(request, "q"), standing=standing_of(request), group_id=words(request, "group"))
    page = people.list_people(actor=actor, filters=filters, cursor=words(request, "cursor") or None, limit=25)
    names = {one.user_id: one.merged_into or one.user_id for one in page.items}
    seen = activity.find_people_activity(actor=actor, people=set(names.values()), at=clock.now())
    contacts = customer_queries.get_contacts(
        actor=actor, contact_ids=[one.contact_id for one in page.items if one.contact_id]
    )
    suggested = people.find_contact_suggestions(actor=actor, people=page.items)
    group_ids = {id for one in page.items for id in one.groups} | ({filters.group_id} if filters.group_id else set())
    titles = groups.get_titles(actor=actor, group_ids=group_ids)
    rows = [
        {
            "person": one,
            "companies": sorted(titles.get(id, id) for id in one.groups),
            "contact": contacts.get(one.contact_id) if one.contact_id else None,
            "suggestions": suggested.get(one.id, ()),
            "seen": (seen or {}).get(names[one.user_id]),
        }
        for one in page.items
    ]
    context = {
        "rows": rows,
        "page": page,
        "is_complete": seen is not None,
        "total": people.count_people(actor=actor, filters=filters),
        "anything": bool(rows) or people.count_people(actor=actor) > 0,
        "standing": words(request, "standing") or "waiting",
        "standings": STANDINGS,
        "q": filters.search,
        "group_id": filters.group_id,
        "company": titles.get(filters.group_id, filters.group_id),
        "may_shape": may_shape(actor),
    }
    if is_fragment(request) and request.headers.get("HX-Target") == "person-rows":
        return render(request, "desk/usage/_people.html", context)
    return frame.page(request, "usage_people", "people.html", context)


@require_POST
@desk_page
def match(request: HttpRequest, actor: Actor, person_id: UUID) -> HttpResponse:
    """Say which contact somebody is."""
    before = people.get_person(actor=actor, person_id=person_id)
    contact_id = id_of(request.POST.get("contact", ""))
    people_operations.map_person(actor=actor, person_id=person_id, contact_id=contact_id, at=clock.now())
    contact = customer_queries.get_contact(actor=actor, contact_id=contact_id)
    return answers.done(request, f"{before.title} is {contact.name} now.", undo_url=_undo_url(before))


@require_http_methods(["GET", "POST"])
@desk_page
def choose_contact(request: HttpRequest, actor: Actor, person_id: UUID) -> HttpResponse:
    """Offer contacts by what is typed."""
    person = people.get_person(actor=actor, person_id=person_id)
    q = words(request, "q")
    found = customer_queries.search_contacts(actor=actor, search=q, limit=10).items
    accounts = customer_queries.get_accounts(actor=actor, account_ids=[one.account_id for one in found])
    choice = [(one, accounts[one.account_id].name) for one in found if one.account_id in accounts]
    is_list = request.headers.get("HX-Target") == "contact-choice"
    template = "desk/usage/_contact_choice.html" if is_list else "desk/usage/choose_contact.html"
    return render(request, template, {"person": person, "contacts": choice, "q": q})


@require_http_methods(["GET", "POST"])
@desk_page
def create_contact(request: HttpRequest, actor: Actor, person_id: UUID) -> HttpResponse:
    """Ask for a name and add a contact for somebody, in an account of their groups."""
    person = people.get_person(actor=actor, person_id=person_id)
    account_of = groups.get_accounts_of_groups(actor=actor)
    ids = dict.fromkeys(account_of[one] for one in person.groups if one in account_of)
    accounts = customer_queries.get_accounts(actor=actor, account_ids=list(ids))
    form = NewContactForm(
        request.POST if request.method == "POST" else None,
        initial={"name": person.name, "email": person.email},
        accounts=[(str(id), accounts[id].name) for id in ids if id in accounts],
    )

    def carry_out() -> str:
        given = form.cleaned_data
        new = NewContact(name=given["name"], email=given["email"])
        people_operations.add_contact_for_person(
            actor=actor, person_id=person_id, account_id=UUID(given["account_id"]), new=new, at=clock.now()
        )
        return f"{new.name} is a contact now."

    question = Question(title=f"Add {person.title} as a contact", verb="Add contact")
    return ask(request, question, form, carry_out, beneath=reverse("usage_persons"))


@require_POST
@desk_page
def set_aside(request: HttpRequest, actor: Actor, person_id: UUID) -> HttpResponse:
    """Say that somebody is none of the contacts."""
    before = people.get_person(actor=actor, person_id=person_id)
    people_operations.set_person_aside(actor=actor, person_id=person_id, at=clock.now())
    return answers.done(request, f"{before.title} is set aside.", undo_url=_undo_url(before))


@require_POST
@desk_page
def release(request: HttpRequest, actor: Actor, person_id: UUID) -> HttpResponse:
    """Let somebody find their contact by themselves again."""
    before = people.get_person(actor=actor, person_id=person_id)
    people_operations.release_person(actor=actor, person_id=person_id, at=clock.now())
    return answers.done(request, f"{before.title} is matched by address again.", undo_url=_undo_url(before))


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, person_id: UUID) -> HttpResponse:
    """Put somebody back to where the address says that they were."""
    at = clock.now()
    if contact := words(request, "contact"):
        one = people_operations.map_person(actor=actor, person_id=person_id, contact_id=id_of(contact), at=at)
    elif words(request, "standing") == Standing.SET_ASIDE:
        one = people_operations.set_person_aside(actor=actor, person_id=person_id, at=at)
    else:
        one = people_operations.release_person(actor=actor, person_id=person_id, at=at)
    return answers.done(request, f"{one.title} is as before.")


@require_safe
@frame.usage_page
def show_links(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List which ids are one person, those that were taken back too."""
    q = words(request, "q")
    page = people.list_links(actor=actor, search=q, cursor=words(request, "cursor") or None, limit=25)
    names = people.find_names(actor=actor, people={one.user_id for one in page.items})
    rows = [(one, names[one.user_id]) for one in page.items]
    context = {"rows": rows, "page": page, "q": q, "may_shape": may_shape(actor)}
    return frame.page(request, "usage_people", "links.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def link(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for two ids and make them one person."""
    form = LinkForm(request.POST if request.method == "POST" else None)

    def carry_out() -> HttpResponse:
        given = form.cleaned_data
        made = link_operations.link_ids(
            actor=actor,
            from_id=given["from_id"],
            is_anonymous=given["kind"] == "anonymous",
            user_id=given["user_id"],
            at=clock.now(),
        )
        said = f"“{made.from_id}” is “{made.user_id}” now."
        return answers.done(request, said, undo_url=reverse("undo_link", kwargs={"person_link_id": made.id}))

    text = "What both did, past events too, becomes what one person did. It can be taken back."
    question = Question(title="Make two ids one person", verb="Make them one", text=text)
    return ask(request, question, form, carry_out, beneath=reverse("usage_links"))


@require_POST
@desk_page
def undo_link(request: HttpRequest, actor: Actor, person_link_id: UUID) -> HttpResponse:
    """Make two ids different people again."""
    done = link_operations.undo_link(actor=actor, link_id=person_link_id, at=clock.now())
    back = reverse("redo_link", kwargs={"person_link_id": person_link_id})
    return answers.done(request, f"“{done.from_id}” and “{done.user_id}” are two people again.", undo_url=back)


@require_POST
@desk_page
def redo_link(request: HttpRequest, actor: Actor, person_link_id: UUID) -> HttpResponse:
    """Make two ids one person again."""
    done = link_operations.redo_link(actor=actor, link_id=person_link_id, at=clock.now())
    back = reverse("undo_link", kwargs={"person_link_id": person_link_id})
    return answers.done(request, f"“{done.from_id}” is “{done.user_id}” again.", undo_url=back)


def _undo_url(person: PersonInfo) -> str:
    was = {"contact": str(person.contact_id)} if person.contact_id else {"standing": person.standing.value}
    return f"{reverse('undo_person', kwargs={'person_id': person.id})}?{urlencode(was)}"

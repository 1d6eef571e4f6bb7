"""Features: named sets of events, how they are taken up, and which accounts may use them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers import queries as customer_queries
from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page, may_shape, words
from firstwin.desk.http.accounts.forms import show_problems
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.usage import frame
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, InvalidInputError
from firstwin.usage.contracts.catalogue import FeatureInfo, LicenceReason, NewFeature
from firstwin.usage.operations import features as feature_operations
from firstwin.usage.queries import activity, features

WHY = {
    LicenceReason.EVERY_PRODUCT: "Part of every product",
    LicenceReason.PRODUCT: "Part of a product they bought",
    LicenceReason.OTHER_PRODUCT: "Part of products they did not buy",
    LicenceReason.GRANTED: "Granted",
    LicenceReason.WITHHELD: "Withheld",
}


class FeatureForm(forms.Form):
    """What a feature is."""

    name = forms.CharField(max_length=120, help_text="As your customers call it.")
    description = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    events = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Names of events that show that somebody uses it, one per line. Report * stands for all that begin so.",
    )
    products = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Products that it is part of, one per line. Left empty, it is part of every product.",
    )

    def as_new(self) -> NewFeature:
        """Return what was typed as operations take it."""
        given = self.cleaned_data
        return NewFeature(
            name=given["name"],
            description=given["description"],
            events=tuple(given["events"].splitlines()),
            products=tuple(given["products"].splitlines()),
        )


class LicenceForm(forms.Form):
    """Whether an account may use a feature."""

    may = forms.ChoiceField(
        label="They may use it",
        choices=(("products", "As their products say"), ("yes", "Yes, whatever they bought"), ("no", "No")),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Why", required=False, max_length=500)


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List features with how they are taken up."""
    is_archived = words(request, "archived") == "yes"
    found = features.list_features(actor=actor, is_archived=is_archived)
    usage = activity.find_feature_usage(actor=actor, at=clock.now()) if found and not is_archived else {}
    rows = [(one, (usage or {}).get(one.key)) for one in found]
    context = {
        "rows": rows,
        "is_complete": usage is not None,
        "is_archived": is_archived,
        "may_shape": may_shape(actor),
    }
    return frame.page(request, "usage_features", "features.html", context)


@require_safe
@frame.usage_page
def show_one(request: HttpRequest, actor: Actor, feature_id: UUID) -> HttpResponse:
    """Show one feature: its events, how it is taken up, and where its licence differs from what was bought."""
    feature = features.get_feature(actor=actor, feature_id=feature_id)
    events = features.get_feature_events(actor=actor, keys=[feature.key])
    usage = activity.find_feature_usage(actor=actor, at=clock.now())
    exceptions = features.list_exceptions(actor=actor, feature_id=feature_id)
    accounts = customer_queries.get_accounts(actor=actor, account_ids=[one.account_id for one in exceptions])
    context = {
        "feature": feature,
        "events": events.get(feature.key, ()),
        "usage": (usage or {}).get(feature.key),
        "is_complete": usage is not None,
        "exceptions": [(one, accounts[one.account_id]) for one in exceptions if one.account_id in accounts],
        "may_shape": may_shape(actor),
    }
    return frame.page(request, "usage_features", "feature.html", context)


@require_http_methods(["GET", "POST"])
@frame.usage_page
def create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Describe a feature."""
    form = FeatureForm(request.POST if request.method == "POST" else None, initial={"events": words(request, "event")})
    if request.method == "POST" and form.is_valid():
        try:
            made = feature_operations.create_feature(actor=actor, new=form.as_new(), at=clock.now())
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            return redirect("usage_feature", feature_id=made.id)
    return _form_page(request, actor, form, None)


@require_http_methods(["GET", "POST"])
@frame.usage_page
def edit(request: HttpRequest, actor: Actor, feature_id: UUID) -> HttpResponse:
    """Change what a feature is."""
    feature = features.get_feature(actor=actor, feature_id=feature_id)
    initial = {
        "name": feature.name,
        "description": feature.description,
        "events": _lines(feature.events),
        "products": _lines(feature.products),
    }
    form = FeatureForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        new = form.as_new()
        changes = {name: getattr(new, name) for name in ("name", "description", "events", "products")}
        try:
            feature_operations.edit_feature(actor=actor, feature_id=feature_id, changes=changes, at=clock.now())
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            return redirect("usage_feature", feature_id=feature_id)
    return _form_page(request, actor, form, feature)


@require_POST
@desk_page
def archive(request: HttpRequest, actor: Actor, feature_id: UUID) -> HttpResponse:
    """Take a feature out of lists and figures."""
    done = feature_operations.archive_feature(actor=actor, feature_id=feature_id, at=clock.now())
    return answers.done(
        request, f"“{done.name}” is archived.", undo_url=reverse("restore_feature", kwargs={"feature_id": feature_id})
    )


@require_POST
@desk_page
def restore(request: HttpRequest, actor: Actor, feature_id: UUID) -> HttpResponse:
    """Bring a feature back."""
    done = feature_operations.restore_feature(actor=actor, feature_id=feature_id, at=clock.now())
    return answers.done(request, f"“{done.name}” is back.")


@require_safe
@frame.usage_page
def show_licences(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponse:
    """Show which features an account may use, and why."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    rows = [(one, WHY[one.reason]) for one in features.list_licences(actor=actor, account_id=account_id)]
    context = {"account": account, "rows": rows, "may_shape": may_shape(actor)}
    return frame.page(request, "usage_features", "licences.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def license_account(request: HttpRequest, actor: Actor, account_id: UUID, feature_id: UUID) -> HttpResponse:
    """Ask whether an account may use a feature."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    feature = features.get_feature(actor=actor, feature_id=feature_id)
    exceptions = features.list_exceptions(actor=actor, feature_id=feature_id)
    now = next((one for one in exceptions if one.account_id == account_id), None)
    may = "products" if now is None else "yes" if now.is_granted else "no"
    form = LicenceForm(
        request.POST if request.method == "POST" else None, initial={"may": may, "note": now.note if now else ""}
    )

    def carry_out() -> str:
        given = form.cleaned_data
        feature_operations.decide_licence(
            actor=actor,
            feature_id=feature_id,
            account_id=account_id,
            is_granted={"yes": True, "no": False}.get(given["may"]),
            note=given["note"],
            at=clock.now(),
        )
        return f"The licence of {account.name} for “{feature.name}” is kept."

    question = Question(title=f"“{feature.name}” for {account.name}", verb="Save")
    beneath = reverse("usage_licences", kwargs={"account_id": account_id})
    return ask(request, question, form, carry_out, beneath=beneath)


def _form_page(request: HttpRequest, actor: Actor, form: FeatureForm, feature: FeatureInfo | None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "feature": feature,
        "names": features.list_track_names(actor=actor)[:500],
        "products": customer_queries.list_products(actor=actor),
        "may_shape": may_shape(actor),
    }
    status = 422 if request.method == "POST" else 200
    return frame.page(request, "usage_features", "feature_form.html", context, status=status)


def _lines(values: Iterable[str]) -> str:
    return "\n".join(values)

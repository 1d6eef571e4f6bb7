"""What people type about accounts and contacts, as the operations take it."""

import zoneinfo
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms

from firstwin.customers.contracts import (
    AccountInfo,
    ContactInfo,
    Industry,
    NewAccount,
    NewContact,
    Segment,
    StakeholderRole,
)
from firstwin.identity.contracts import MemberInfo
from firstwin.shared.errors import FirstwinError

SEGMENTS = (("self_serve", "Self-serve"), ("mid_market", "Mid-market"), ("enterprise", "Enterprise"))
INDUSTRIES = (
    ("healthcare", "Healthcare"),
    ("financial_services", "Financial services"),
    ("ecommerce", "E-commerce"),
    ("professional_services", "Professional services"),
    ("saas", "SaaS"),
    ("other", "Other"),
)
STAKEHOLDERS = (
    ("project_owner", "Project owner"),
    ("executive_sponsor", "Executive sponsor"),
    ("admin_champion", "Admin champion"),
    ("technical_lead", "Technical lead"),
    ("end_user", "End user"),
)
ZONES = tuple((name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name)


def show_problems(form: forms.Form, error: FirstwinError) -> None:
    """Put the operation's objections beside the fields they are about, and the rest on top."""
    for problem in error.problems:
        place = problem.place.split(".")[0].split("[")[0]
        form.add_error(place if place in form.fields else None, f"{problem.message} {problem.remedy}".strip())
    if not error.problems:
        form.add_error(None, f"{error.detail} {error.remedy}".strip())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for line in text.splitlines() for part in line.split(",") if part.strip())


class AccountForm(forms.Form):
    """Facts of a customer company."""

    name = forms.CharField(max_length=200, help_text="As the customer writes it.")
    segment = forms.ChoiceField(choices=SEGMENTS, initial="mid_market")
    industry = forms.ChoiceField(choices=INDUSTRIES, initial="other")
    owner_id = forms.ChoiceField(label="Owner", required=False, help_text="Who answers for this customer on our side.")
    products = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What they bought, one per line. Conditions of playbooks can ask for it.",
    )
    contract_signed_at = forms.DateTimeField(
        label="Contract signed",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        help_text="In your time zone. Promises such as the welcome within 24 hours count from here.",
    )
    contract_value = forms.DecimalField(required=False, min_value=0, max_digits=14, decimal_places=2)
    currency = forms.CharField(max_length=3, initial="USD", help_text="Three letters, such as USD or EUR.")
    licensed_seats = forms.IntegerField(required=False, min_value=0)
    country = forms.CharField(
        required=False, max_length=2, help_text="Two letters, such as DE. Its public holidays are respected."
    )
    time_zone = forms.ChoiceField(choices=(("UTC", "UTC"), *ZONES), initial="UTC")
    website = forms.CharField(required=False, max_length=500)
    external_ids = forms.CharField(
        label="Ids in other systems",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One per line: salesforce: 0018d00000AbCdE",
    )

    def __init__(self, *args: Any, members: Iterable[MemberInfo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = [(str(member.id), member.name or member.email) for member in members if member.is_active]
        self.fields["owner_id"].choices = [("", "Nobody yet"), *owners]  # type: ignore[attr-defined]

    @staticmethod
    def values_of(account: AccountInfo) -> dict[str, Any]:
        """Return an account as the form shows it."""
        return {
            "name": account.name,
            "segment": account.segment.value,
            "industry": account.industry.value,
            "owner_id": str(account.owner_id or ""),
            "products": "\n".join(account.products),
            "contract_signed_at": account.contract_signed_at,
            "contract_value": account.contract_value,
            "currency": account.currency,
            "licensed_seats": account.licensed_seats,
            "country": account.country,
            "time_zone": account.time_zone,
            "website": account.website,
            "external_ids": "\n".join(f"{system}: {value}" for system, value in account.external_ids.items()),
        }

    def clean_external_ids(self) -> dict[str, str]:
        """Read "system: id" lines."""
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["external_ids"].splitlines())):
            system, mark, value = line.partition(":")
            if not mark or not system.strip() or not value.strip():
                raise forms.ValidationError(f"“{line}” is not an id. Write the system, a colon and the id.")
            found[system.strip()] = value.strip()
        return found

    def clean_owner_id(self) -> UUID | None:
        """Return the chosen member."""
        chosen = self.cleaned_data["owner_id"]
        return UUID(chosen) if chosen else None

    def account(self) -> NewAccount:
        """Return what was typed, once it is valid."""
        data = self.cleaned_data
        signed_at: datetime | None = data["contract_signed_at"]
        return NewAccount(
            name=data["name"],
            segment=Segment(data["segment"]),
            industry=Industry(data["industry"]),
            products=_lines(data["products"]),
            contract_signed_at=signed_at,
            contract_value=data["contract_value"],
            currency=data["currency"].upper(),
            licensed_seats=data["licensed_seats"],
            country=data["country"].upper(),
            time_zone=data["time_zone"],
            website=data["website"],
            owner_id=data["owner_id"],
            external_ids=data["external_ids"],
        )


class ContactForm(forms.Form):
    """Facts of a person at the customer."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField(required=False, help_text="Where messages and the link to the portal go.")
    title = forms.CharField(label="Job title", required=False, max_length=120)
    roles = forms.MultipleChoiceField(
        choices=STAKEHOLDERS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Playbooks find the right person by these.",
    )
    phone = forms.CharField(required=False, max_length=40)
    time_zone = forms.ChoiceField(choices=(("", "As the account"), *ZONES), required=False)

    @staticmethod
    def values_of(contact: ContactInfo) -> dict[str, Any]:
        """Return a contact as the form shows it."""
        return {
            "name": contact.name,
            "email": contact.email,
            "title": contact.title,
            "roles": [role.value for role in contact.roles],
            "phone": contact.phone,
            "time_zone": contact.time_zone,
        }

    def contact(self) -> NewContact:
        """Return what was typed, once it is valid."""
        data = self.cleaned_data
        return NewContact(
            name=data["name"],
            email=data["email"],
            title=data["title"],
            phone=data["phone"],
            time_zone=data["time_zone"],
            roles=tuple(StakeholderRole(role) for role in data["roles"]),
        )

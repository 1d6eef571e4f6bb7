"""What the launch of a project asks: a name, a day, the playbook's questions, and who plays which role."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms

from firstwin.customers.contracts import ContactInfo
from firstwin.identity.contracts import MemberInfo
from firstwin.playbooks.contracts import PlaybookDefinition, RoleSpec, Side
from firstwin.projects.contracts import NewProject
from firstwin.shared import questions

LATER = "By the playbook"


class LaunchForm(forms.Form):
    """Everything that one launch, or a launch for many accounts, asks; roles of the customer only for one account."""

    name = forms.CharField(
        required=False, max_length=200, help_text="Left empty, it is named after account and playbook."
    )
    start_on = forms.DateField(
        label="Starts on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Left empty, it starts today.",
    )
    finish_on = forms.DateField(
        label="Everything done by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Left empty, the playbook's target counts. With a day, the plan says what has to start when.",
    )
    catch_up = forms.BooleanField(required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(
        self,
        *args: Any,
        definition: PlaybookDefinition,
        members: Iterable[MemberInfo],
        contacts: Iterable[ContactInfo] | None,
        bookings: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        if contacts is None:
            del self.fields["name"]
        if bookings:
            self.fields["booking"] = forms.ChoiceField(
                label="Was it booked",
                choices=[("", "No, or keep what is booked"), *bookings],
                required=False,
                help_text="The booking becomes this project; its hours count no longer as likely ones.",
            )
        for spec in definition.fields:
            self.fields[f"field.{spec.key}"] = questions.field(asdict(spec))
        team = [(str(member.id), member.name or member.email) for member in members if member.is_active]
        people = [(str(contact.id), contact.name) for contact in contacts or () if contact.is_active]
        for role in definition.roles:
            if role.side is Side.VENDOR or contacts is not None:
                self.fields[f"role.{role.key}"] = self._role(role, team if role.side is Side.VENDOR else people)

    @staticmethod
    def _role(role: RoleSpec, people: list[tuple[str, str]]) -> forms.Field:
        choices = [("", LATER), *people]
        return forms.ChoiceField(label=role.name, choices=choices, required=False, help_text=role.description)

    def questions(self) -> list[forms.BoundField]:
        """Return the playbook's questions."""
        return [self[f"field.{spec.key}"] for spec in self.definition.fields]

    def vendor_roles(self) -> list[forms.BoundField]:
        """Return the roles of our side."""
        return self._roles(Side.VENDOR)

    def customer_roles(self) -> list[forms.BoundField]:
        """Return the roles of the customer's side; none when many accounts start at once."""
        return self._roles(Side.CUSTOMER)

    def _roles(self, side: Side) -> list[forms.BoundField]:
        names = [f"role.{role.key}" for role in self.definition.roles if role.side is side]
        return [self[name] for name in names if name in self.fields]

    def new_projects(self, account_ids: Iterable[UUID], version_id: UUID) -> list[NewProject]:
        """Return one launch for each account, once the form is valid."""
        data = self.cleaned_data
        given = questions.answers({spec.key: data.get(f"field.{spec.key}") for spec in self.definition.fields})
        roles = {role.key: data.get(f"role.{role.key}") for role in self.definition.roles}
        return [
            NewProject(
                account_id=account_id,
                playbook_version_id=version_id,
                name=data.get("name", ""),
                start_on=data["start_on"],
                finish_on=data["finish_on"],
                fields=given,
                role_map={key: UUID(value) for key, value in roles.items() if value},
                catch_up=bool(data.get("catch_up")),
                included=self.keys("included"),
                excluded=self.keys("excluded"),
                idempotency_key=f"{data['key']}:{account_id}",
                booking_id=UUID(data["booking"]) if data.get("booking") else None,
            )
            for account_id in account_ids
        ]

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the tasks that were left out ("excluded") or taken in ("included") by hand."""
        posted: Mapping[str, Any] = self.data
        return tuple(posted.getlist(name)) if hasattr(posted, "getlist") else ()

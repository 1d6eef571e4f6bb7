"""Facts about goals that accounts reached in the product, and what counts as the first win."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGoalMet(Event):
    """Usage showed that an account reached a goal; `owner_kind` and `owner_id` name what waited for it."""

    name: ClassVar[str] = "usage_goal.met"
    subject_type: ClassVar[str] = "account"
    watch_id: UUID
    account_id: UUID
    owner_kind: str
    owner_id: UUID
    title: str
    evidence: str
    met_at: datetime
    is_first_value: bool

    @property
    def subject_id(self) -> UUID:
        """Return the account's id."""
        return self.account_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstValueRuleChanged(Event):
    """What counts as the first win changed, for an account, a playbook, a segment or the workspace.

    `sentence` is empty where the rule was taken away, and then the next wider one counts.
    """

    name: ClassVar[str] = "first_value_rule.changed"
    subject_type: ClassVar[str] = "first_value_rule"
    rule_id: UUID
    title: str
    sentence: str
    number: int
    account_id: UUID | None = None
    playbook_id: UUID | None = None
    segment: str = ""

    @property
    def subject_id(self) -> UUID:
        """Return the rule's id."""
        return self.rule_id

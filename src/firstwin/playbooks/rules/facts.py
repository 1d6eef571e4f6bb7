"""What conditions may ask about, and how an account and the answers at launch become those facts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from firstwin.customers.contracts import AccountInfo, Industry, Segment
from firstwin.playbooks.contracts import FieldSpec, FieldType, PlaybookDefinition
from firstwin.playbooks.contracts.resolved import ConditionField, Facts, ValueType

ACCOUNT_FIELDS: tuple[ConditionField, ...] = (
    ConditionField(name="account.name", label="Name", type=ValueType.TEXT),
    ConditionField(
        name="account.segment", label="Segment", type=ValueType.CHOICE, values=tuple(item.value for item in Segment)
    ),
    ConditionField(
        name="account.industry", label="Industry", type=ValueType.CHOICE, values=tuple(item.value for item in Industry)
    ),
    ConditionField(name="account.products", label="Products bought", type=ValueType.LIST),
    ConditionField(name="account.contract_value", label="Contract value", type=ValueType.NUMBER, can_be_unknown=True),
    ConditionField(name="account.currency", label="Currency of the contract", type=ValueType.TEXT),
    ConditionField(
        name="account.contract_signed_on", label="Day of signature", type=ValueType.DATE, can_be_unknown=True
    ),
    ConditionField(name="account.licensed_seats", label="Licensed seats", type=ValueType.NUMBER, can_be_unknown=True),
    ConditionField(name="account.country", label="Country, two letters", type=ValueType.TEXT),
    ConditionField(name="account.time_zone", label="Time zone", type=ValueType.TEXT),
    ConditionField(name="account.website", label="Website", type=ValueType.TEXT),
)

_TYPES = {
    FieldType.NUMBER: ValueType.NUMBER,
    FieldType.BOOLEAN: ValueType.BOOLEAN,
    FieldType.CHOICE: ValueType.CHOICE,
    FieldType.DATE: ValueType.DATE,
}


def condition_fields(definition: PlaybookDefinition) -> tuple[ConditionField, ...]:
    """A condition may ask about the account's own fields and about the questions that the playbook asks at launch."""
    return (*ACCOUNT_FIELDS, *(_project_field(spec) for spec in definition.fields if spec.key))


def _project_field(spec: FieldSpec) -> ConditionField:
    kind = _TYPES.get(spec.type, ValueType.TEXT)
    return ConditionField(
        name=f"project.{spec.key}",
        label=spec.label,
        type=kind,
        values=spec.choices if kind is ValueType.CHOICE else (),
        can_be_unknown=kind is not ValueType.BOOLEAN and not spec.required and spec.default is None,
    )


def facts_of(account: AccountInfo, answers: Mapping[str, Any], definition: PlaybookDefinition) -> Facts:
    """An unanswered question counts as its default; an unanswered yes-or-no question without one counts as no."""
    return {
        "account": {
            "name": account.name,
            "segment": account.segment.value,
            "industry": account.industry.value,
            "products": list(account.products),
            "contract_value": plain_value(account.contract_value),
            "currency": account.currency,
            "contract_signed_on": plain_value(
                account.contract_signed_at.date() if account.contract_signed_at else None
            ),
            "licensed_seats": account.licensed_seats,
            "country": account.country,
            "time_zone": account.time_zone,
            "website": account.website,
        },
        "project": {spec.key: _answer(spec, answers) for spec in definition.fields},
    }


def _answer(spec: FieldSpec, answers: Mapping[str, Any]) -> Any:
    value = answers.get(spec.key)
    if value is None or value == "":
        value = spec.default
    if value is None and spec.type is FieldType.BOOLEAN:
        return False
    return plain_value(value)


def plain_value(value: Any) -> Any:
    """Return a value as conditions know it: numbers, texts, truth values and lists of them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item) for item in value]
    return value

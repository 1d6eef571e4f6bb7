"""Pure rules of the rows of an import: what a cell means, and which rows cannot be taken."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from firstwin.customers.contracts import EXTERNAL, Industry, NewAccount, NewContact, Segment, StakeholderRole
from firstwin.customers.rules import facts
from firstwin.customers.rules.csv_files import LARGEST_CELL
from firstwin.shared.errors import Problem

T = TypeVar("T")
Cells = Mapping[str, str]
_WORDS = {"healthcare": ("health", "health care", "medical"), "financial_services": ("finance", "banking", "insurance")}
_MORE_WORDS = {"ecommerce": ("e commerce", "retail"), "saas": ("software",), "professional_services": ("services",)}


class CellError(ValueError):
    """A cell cannot be understood; the arguments are what is wrong and the remedy."""


@dataclass(slots=True)
class Known:
    """What the workspace knows already and what earlier rows of the file said, to find owners, accounts and doubles."""

    owners: Mapping[str, UUID] = field(default_factory=dict)
    names: dict[str, list[UUID]] = field(default_factory=dict)
    domains: dict[str, list[UUID]] = field(default_factory=dict)
    external: dict[tuple[str, str], UUID] = field(default_factory=dict)
    emails: set[tuple[UUID, str]] = field(default_factory=set)
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)


def cells_of(mapping: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """A row is read by its columns' meaning; cells of columns without one do not count."""
    return {name: cell for name, cell in zip(mapping, row, strict=False) if name and cell}


def shape_problems(headers: Sequence[str], row: Sequence[str]) -> list[Problem]:
    """A row has no more cells than there are columns, and no cell is huge."""
    problems = []
    if len(row) > len(headers):
        remedy = "Put quotation marks around cells that hold the delimiter."
        problems.append(Problem("", f"The row has {len(row)} cells, the first line {len(headers)}.", remedy))
    for header, cell in zip(headers, row, strict=False):
        if len(cell) > LARGEST_CELL:
            problems.append(Problem(header, "The cell is huge.", "Shorten it to 10,000 characters or less."))
    return problems


def account_of(cells: Cells, known: Known) -> tuple[NewAccount | None, list[Problem]]:
    """A row becomes an account, or a list of all that is wrong with it."""
    problems: list[Problem] = []
    values: dict[str, Any] = {"name": cells.get("name", "")}
    readers: dict[str, Callable[[str], Any]] = {
        "segment": _segment,
        "industry": _industry,
        "products": _products,
        "contract_signed_at": _moment,
        "contract_value": _amount,
        "currency": str.upper,
        "licensed_seats": _whole_number,
        "country": str.upper,
        "time_zone": str,
        "website": str,
    }
    for name, reader in readers.items():
        _read(cells, name, reader, values, problems)
    if owner := cells.get("owner_email"):
        values["owner_id"] = known.owners.get(facts.normal_email(owner))
        if values["owner_id"] is None:
            problems.append(Problem("owner_email", f"No active member has the address {owner[:80]}.", "Correct it."))
    values["external_ids"] = {n.removeprefix(EXTERNAL): cell for n, cell in cells.items() if n.startswith(EXTERNAL)}
    account, is_read = NewAccount(**values), not problems
    return (account if is_read else None), problems + facts.account_problems(account)


def double_problems(account: NewAccount, line: int, known: Known) -> list[Problem]:
    """A file names each account once: the same name or the same external id on two lines is a mistake."""
    keys: list[tuple[str, ...]] = [("name", facts.comparable(account.name))]
    keys += [(f"{EXTERNAL}{system}", value) for system, value in account.external_ids.items()]
    problems = []
    for key in keys:
        earlier = known.seen.setdefault(key, line)
        if earlier != line:
            problems.append(Problem(key[0], f"Line {earlier} has the same.", "Remove one of the two rows."))
    return problems


def existing_account(account: NewAccount, known: Known) -> tuple[str, UUID] | None:
    """An account exists already when one has the same external id, the same domain or the same name, in this order."""
    for system, value in account.external_ids.items():
        if (system, value) in known.external:
            return f"{EXTERNAL}{system}", known.external[system, value]
    domain = facts.domain_of(account.website)
    if domain and known.domains.get(domain):
        return "website", known.domains[domain][0]
    same_name = known.names.get(facts.comparable(account.name))
    return ("name", same_name[0]) if same_name else None


def contact_of(cells: Cells) -> tuple[NewContact | None, list[Problem]]:
    """A row becomes a contact, or a list of all that is wrong with it."""
    problems: list[Problem] = []
    values: dict[str, Any] = {name: cells.get(name, "") for name in ("name", "email", "title", "phone", "time_zone")}
    values["email"] = facts.normal_email(values["email"])
    _read(cells, "roles", _roles, values, problems)
    contact, is_read = NewContact(**values), not problems
    return (contact if is_read else None), problems + facts.contact_problems(contact)


def account_for_contact(cells: Cells, known: Known) -> tuple[UUID | None, list[Problem]]:
    """A contact belongs to the one account with this external id, else this domain, else this name."""
    for name, value in cells.items():
        if name.startswith(EXTERNAL):
            found = known.external.get((name.removeprefix(EXTERNAL), value))
            if found is not None:
                return found, []
            return None, [Problem(name, f"No account has the id {value[:80]}.", "Import the accounts first.")]
    domain = facts.domain_of(cells.get("account_domain", ""))
    for place, ids in (
        ("account_domain", known.domains.get(domain, []) if domain else []),
        ("account_name", known.names.get(facts.comparable(cells.get("account_name", "")), [])),
    ):
        if len(ids) == 1:
            return ids[0], []
        if len(ids) > 1:
            return None, [Problem(place, f"{len(ids)} accounts have this.", "Add a column with their external ids.")]
    place = "account_name" if "account_name" in cells else "account_domain"
    return None, [Problem(place, "There is no such account.", "Import the accounts first, or correct the name.")]


def _read(cells: Cells, name: str, reader: Callable[[str], T], values: dict[str, Any], problems: list[Problem]) -> None:
    if name not in cells:
        return
    try:
        values[name] = reader(cells[name])
    except CellError as error:
        problems.append(Problem(name, str(error.args[0]), str(error.args[1])))


def _word(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _segment(text: str) -> Segment:
    found = _word(text).replace(" ", "_")
    if found not in {segment.value for segment in Segment}:
        raise CellError("That is not a segment.", f"Write one of: {', '.join(Segment)}.")
    return Segment(found)


def _industry(text: str) -> Industry:
    word = _word(text)
    for value, words in {**_WORDS, **_MORE_WORDS}.items():
        if word in words:
            return Industry(value)
    if word.replace(" ", "_") not in {industry.value for industry in Industry}:
        raise CellError("That is not a known industry.", f"Write one of: {', '.join(Industry)}.")
    return Industry(word.replace(" ", "_"))


def _products(text: str) -> tuple[str, ...]:
    return facts.unique_products(tuple(part.strip() for part in re.split(r"[;|,\n]", text) if part.strip()))


def _roles(text: str) -> tuple[StakeholderRole, ...]:
    words = [_word(part).replace(" ", "_") for part in re.split(r"[;|,\n]", text) if part.strip()]
    known = {role.value for role in StakeholderRole}
    if any(word not in known for word in words):
        raise CellError("That is not a stakeholder role.", f"Write one or more of: {'; '.join(StakeholderRole)}.")
    return tuple(StakeholderRole(word) for word in words)


def _moment(text: str) -> datetime:
    """A date counts from midnight UTC; 3/4/2026 is refused, since it means two days."""
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        text = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CellError("That is not a date.", "Write it like 2026-03-02 or 2026-03-02T09:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _amount(text: str) -> Decimal:
    """12,000.50 and 12.000,50 and 12 000 are amounts; the last of two kinds of mark is the decimal one."""
    plain = re.sub(r"[\s'’€$£]|(?i:eur|usd|gbp|chf)", "", text)
    if "," in plain and "." in plain:
        decimal = max(",", ".", key=plain.rfind)
        plain = plain.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+", plain):
        plain = plain.replace(",", "")
    elif plain.count(",") == 1:
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(\.\d+)?", plain):
        raise CellError("That is not an amount.", "Write it like 12000.00.")
    try:
        return Decimal(plain).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise CellError("That is not an amount.", "Write it like 12000.00.") from None


def _whole_number(text: str) -> int:
    plain = re.sub(r"[\s,.'’](?=\d{3}\b)", "", text)
    if not re.fullmatch(r"[0-9]{1,10}", plain):
        raise CellError("That is not a whole number.", "Write it like 250.")
    return int(plain)

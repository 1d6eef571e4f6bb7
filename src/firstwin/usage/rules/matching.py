"""Which account a group is, and which contact a person is, where that can be told without asking."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from firstwin.customers.contracts import KnownAccounts
from firstwin.usage.contracts.people import AccountSuggestion, MatchedBy
from firstwin.usage.rules import identities

PREFERRED_SYSTEM = "product"


def account_of_group(
    *, group_id: str, domain: str, known: KnownAccounts, account_ids: Mapping[str, UUID]
) -> tuple[UUID, MatchedBy] | None:
    """A group is the account that has its id as external id (in the system “product”, where several have it), or as its own
    id, or the same domain. Where two accounts fit equally well nobody guesses: the group waits.
    """
    external = [one for one in known.external_ids if one.key == group_id]
    preferred = [one for one in external if one.system == PREFERRED_SYSTEM] or external
    if (account_id := _only([one.account_id for one in preferred])) is not None:
        return account_id, MatchedBy.EXTERNAL_ID
    if preferred:
        return None
    if group_id in account_ids:
        return account_ids[group_id], MatchedBy.ACCOUNT_ID
    at_domain = _only([one.account_id for one in known.domains if domain and one.key == domain])
    return None if at_domain is None else (at_domain, MatchedBy.DOMAIN)


def suggestions(
    *, group_id: str, domain: str, names: Sequence[str], known: KnownAccounts, most: int = 3
) -> tuple[AccountSuggestion, ...]:
    """Accounts that a waiting group may be: those with its id, then those with its domain, then those with its name."""
    found: dict[UUID, AccountSuggestion] = {}
    for reason, ways, keys in (
        ("external_id", known.external_ids, (group_id,)),
        ("domain", known.domains, (domain,)),
        ("name", known.names, tuple(map(identities.comparable, names))),
    ):
        for one in ways:
            if one.key and one.key in keys:
                suggestion = AccountSuggestion(account_id=one.account_id, name=one.name, reason=reason)
                found.setdefault(one.account_id, suggestion)
    return tuple(found.values())[:most]


def contact_of_person(
    *, email: str, account_ids: Sequence[UUID], contacts: Mapping[tuple[UUID, str], UUID]
) -> UUID | None:
    """A person is the contact with the same address in the account of one of their groups, the first they were seen in."""
    return next((contacts[id, email] for id in account_ids if (id, email) in contacts), None) if email else None


def _only(account_ids: Sequence[UUID]) -> UUID | None:
    different = set(account_ids)
    return different.pop() if len(different) == 1 else None

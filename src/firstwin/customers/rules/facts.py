"""Pure rules of customers: comparable names, domains, and what an account or contact must look like."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from firstwin.customers.contracts import NewAccount, NewContact
from firstwin.shared.errors import Problem

PORTAL_OPENING_IS_NEWS_AFTER = timedelta(hours=1)
LARGEST_VALUE = Decimal("999999999999.99")
LARGEST_SEATS = 2_000_000_000
MOST_PRODUCTS = 50
MOST_EXTERNAL_IDS = 20
_KEY_LENGTH = 400
_EMAIL = re.compile(r"[^@\s<>,;:\"\\()\[\]]+@[^@\s<>,;:\"\\()\[\]]+\.[^@\s.<>,;]+")


def comparable(text: str) -> str:
    """Names that differ only in case, width, or spacing are the same name."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:_KEY_LENGTH]


def domain_of(website: str) -> str:
    """The domain of a website is its host in small letters without www, whether or not a scheme was typed."""
    text = website.strip()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    host = host.rstrip(".").lower().removeprefix("www.")
    return host if 0 < len(host) <= 253 and "." in host else ""


def normal_email(email: str) -> str:
    """Two spellings of an address that differ in case or surrounding space are the same address."""
    return unicodedata.normalize("NFC", email).strip().lower()


def is_plausible_email(email: str) -> bool:
    """An address has one @, a name before it and a domain with a dot after it, and at most 254 characters."""
    return len(email) <= 254 and _EMAIL.fullmatch(email) is not None


def is_time_zone(name: str) -> bool:
    """A time zone is one of the IANA names, such as Europe/Berlin."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_printable(text: str) -> bool:
    """A text of one line holds no control characters."""
    return text.isprintable() or not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def is_news(*, last_opened_at: datetime | None, at: datetime) -> bool:
    """Opening the portal is written down at most once an hour per contact."""
    return last_opened_at is None or at - last_opened_at >= PORTAL_OPENING_IS_NEWS_AFTER


def account_problems(account: NewAccount) -> list[Problem]:
    """An account needs a name; every other fact may be missing, but what is given must make sense."""
    return [
        *_text_problems("name", account.name, 200, is_required=True),
        *_website_problems(account.website),
        *_contract_problems(account),
        *_place_problems(account.country, account.time_zone),
        *_product_problems(account.products),
        *_external_id_problems(account.external_ids),
    ]


def contact_problems(contact: NewContact) -> list[Problem]:
    """A contact needs a name; an email address, where there is one, must look like one."""
    problems = [
        *_text_problems("name", contact.name, 200, is_required=True),
        *_text_problems("title", contact.title, 120),
        *_text_problems("phone", contact.phone, 60),
    ]
    if contact.email and not is_plausible_email(normal_email(contact.email)):
        problems.append(Problem("email", "That is not an email address.", "Write it like name@example.com."))
    if contact.time_zone and not is_time_zone(contact.time_zone):
        problems.append(Problem("time_zone", "That is not a time zone.", "Choose one such as Europe/Berlin."))
    return problems


def _text_problems(place: str, text: str, longest: int, *, is_required: bool = False) -> Iterator[Problem]:
    if is_required and not text.strip():
        yield Problem(place, f"The {place} is missing.", f"Enter a {place}.")
    if len(text.strip()) > longest:
        yield Problem(place, f"The {place} is too long.", f"Use at most {longest} characters.")
    if not is_printable(text):
        yield Problem(place, f"The {place} holds control characters or a line break.", "Write it on one line.")


def _website_problems(website: str) -> Iterator[Problem]:
    yield from _text_problems("website", website, 300)
    if website.strip() and not domain_of(website):
        yield Problem("website", "That is not a website.", "Write it like https://example.com.")
    elif "//" in website and not website.strip().lower().startswith(("http://", "https://")):
        yield Problem("website", "A website starts with http:// or https://.", "Write it like https://example.com.")


def _contract_problems(account: NewAccount) -> Iterator[Problem]:
    value, seats = account.contract_value, account.licensed_seats
    if value is not None and not (value.is_finite() and 0 <= value <= LARGEST_VALUE):
        yield Problem("contract_value", "The contract value is out of range.", "Write an amount such as 12000.00.")
    if not (len(account.currency) == 3 and account.currency.isascii() and account.currency.isalpha()):
        yield Problem("currency", "That is not a currency code.", "Write three letters, such as EUR.")
    if seats is not None and not 0 <= seats <= LARGEST_SEATS:
        yield Problem("licensed_seats", "The number of seats is out of range.", "Write a whole number such as 250.")
    if account.contract_signed_at is not None and account.contract_signed_at.tzinfo is None:
        yield Problem("contract_signed_at", "The moment has no time zone.", "Write it like 2026-03-02T09:00:00Z.")


def _place_problems(country: str, time_zone: str) -> Iterator[Problem]:
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        yield Problem("country", "That is not a country code.", "Write two letters, such as DE.")
    if not is_time_zone(time_zone):
        yield Problem("time_zone", "That is not a time zone.", "Choose one such as Europe/Berlin.")


def _product_problems(products: tuple[str, ...]) -> Iterator[Problem]:
    if len(products) > MOST_PRODUCTS:
        yield Problem("products", "There are too many products.", f"Name at most {MOST_PRODUCTS}.")
    for product in products:
        if not product.strip() or len(product.strip()) > 100 or not is_printable(product):
            yield Problem("products", "A product has no name or a very long one.", "Use 1 to 100 characters.")


def _external_id_problems(external_ids: Mapping[str, str]) -> Iterator[Problem]:
    if len(external_ids) > MOST_EXTERNAL_IDS:
        yield Problem("external_ids", "There are too many external ids.", f"Give at most {MOST_EXTERNAL_IDS}.")
    for system, value in external_ids.items():
        if not re.fullmatch(r"[a-z0-9_.-]{1,60}", system):
            yield Problem(
                f"external_ids.{system[:60]}",
                "The name of the system is not possible.",
                "Use small letters, digits, dots, dashes and underscores, such as salesforce.",
            )
        if not value.strip() or len(value.strip()) > 200 or not is_printable(value):
            yield Problem(f"external_ids.{system[:60]}", "The id is empty or too long.", "Use 1 to 200 characters.")


def unique_products(products: tuple[str, ...]) -> tuple[str, ...]:
    """A product named twice, in whatever case, counts once; the first spelling stays."""
    seen: dict[str, str] = {}
    for product in products:
        seen.setdefault(comparable(product), product.strip())
    return tuple(seen.values())

"""The forty accounts of the demo and what becomes of each."""

from dataclasses import dataclass
from enum import StrEnum

from firstwin.customers.contracts import Industry, Segment


class Fate(StrEnum):
    """How an onboarding goes."""

    COMPLETED = "completed"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    SILENT = "silent"
    STUCK_CUSTOMER = "stuck_customer"
    STUCK_VENDOR = "stuck_vendor"
    STUCK_THIRD_PARTY = "stuck_third_party"
    ON_HOLD = "on_hold"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    NOT_LAUNCHED = "not_launched"


@dataclass(frozen=True, slots=True)
class Story:
    """An account: who it is, which playbook runs for it, when it signed, and how it goes.

    `turn` is the day after signature on which the fate shows itself (getting stuck, going silent, being held, ...).
    """

    name: str
    segment: Segment
    industry: Industry
    country: str
    time_zone: str
    playbook: str
    specialist: str
    signed_days_ago: int
    fate: Fate
    value: int
    seats: int
    currency: str = "USD"
    products: tuple[str, ...] = ("Quillmark Core",)
    turn: int = 0
    fields: tuple[tuple[str, object], ...] = ()

    @property
    def slug(self) -> str:
        """Return the name as a part of an address."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name.lower()).replace("---", "-")


SELF, MID, ENTERPRISE = Segment.SELF_SERVE, Segment.MID_MARKET, Segment.ENTERPRISE
HEALTH, FINANCE, SHOP = Industry.HEALTHCARE, Industry.FINANCIAL_SERVICES, Industry.ECOMMERCE
SERVICES, SAAS, OTHER = Industry.PROFESSIONAL_SERVICES, Industry.SAAS, Industry.OTHER
SEVEN, SUCCESS, MUTUAL, AGENCY, ALONE = (
    "b2b-seven-stage",
    "enterprise-success",
    "mutual-success",
    "agency-campaign",
    "self-serve",
)
SUITE = ("Quillmark Core", "Quillmark Insights")
ALL = ("Quillmark Core", "Quillmark Insights", "Quillmark Connect")
MODERATE = (("complexity", "moderate"), ("needs_integrations", True))
COMPLEX = (
    ("complexity", "complex"),
    ("needs_integrations", True),
    ("needs_data_migration", True),
    ("separate_ongoing_csm", True),
)
MOVING = (("needs_data_migration", True),)

STORIES = (
    # Finished, so that figures and histories have something to show.
    Story("Alder Grove Clinics", MID, HEALTH, "US", "America/Chicago", SEVEN, "samuel", 168, Fate.COMPLETED,
          48_000, 120, products=SUITE, fields=MODERATE),
    Story("Fjordline Freight", MID, OTHER, "NO", "Europe/Oslo", SEVEN, "leila", 161, Fate.COMPLETED,
          36_000, 80, currency="EUR"),
    Story("Maple & Main Credit Union", ENTERPRISE, FINANCE, "CA", "America/Toronto", SUCCESS, "priya", 178,
          Fate.COMPLETED, 210_000, 600, products=ALL, fields=(("integration_count", 2),)),
    Story("Saffron Street Kitchens", SELF, SHOP, "IN", "Asia/Kolkata", ALONE, "aiko", 121, Fate.COMPLETED, 1_900, 8),
    Story("Tidepool Design", SELF, SERVICES, "AU", "Australia/Sydney", ALONE, "aiko", 97, Fate.COMPLETED, 2_400, 12),
    Story("Northgate Schools Trust", MID, OTHER, "GB", "Europe/London", MUTUAL, "tomas", 172, Fate.COMPLETED,
          54_000, 240, currency="GBP", products=SUITE),
    Story("Cobalt Cycles", MID, SHOP, "DE", "Europe/Berlin", AGENCY, "leila", 158, Fate.COMPLETED,
          27_000, 35, currency="EUR"),
    Story("Papaya Payroll", MID, SAAS, "BR", "America/Sao_Paulo", SEVEN, "samuel", 149, Fate.COMPLETED, 42_000, 90),
    Story("Little Lantern Books", SELF, SHOP, "IE", "Europe/Dublin", ALONE, "aiko", 83, Fate.COMPLETED,
          1_200, 4, currency="EUR"),
    # Going well, each in another place of its plan.
    Story("Harborview Hospital Group", ENTERPRISE, HEALTH, "US", "America/New_York", SUCCESS, "priya", 96,
          Fate.ON_TRACK, 340_000, 1_400, products=ALL,
          fields=(("integration_count", 3), ("has_expansion_potential", True))),
    Story("Sundial Solar", MID, OTHER, "ES", "Europe/Madrid", SEVEN, "maren", 52, Fate.ON_TRACK,
          58_000, 150, currency="EUR", products=SUITE),
    Story("Kitewing Robotics", ENTERPRISE, OTHER, "JP", "Asia/Tokyo", SUCCESS, "priya", 58, Fate.ON_TRACK,
          190_000, 420, products=SUITE, fields=(("integration_count", 1),)),
    Story("Juniper Lane Legal", MID, SERVICES, "GB", "Europe/London", SEVEN, "tomas", 35, Fate.ON_TRACK,
          39_000, 60, currency="GBP", fields=MOVING),
    Story("Terracotta Homes", MID, OTHER, "MX", "America/Mexico_City", SEVEN, "samuel", 27, Fate.ON_TRACK, 31_000, 70),
    Story("Marigold Media", MID, SERVICES, "US", "America/Los_Angeles", AGENCY, "leila", 41, Fate.ON_TRACK, 24_000, 25),
    Story("Willow & Wren", SELF, SHOP, "GB", "Europe/London", ALONE, "aiko", 12, Fate.ON_TRACK,
          1_500, 5, currency="GBP"),
    Story("Pixel Orchard", SELF, SAAS, "NL", "Europe/Amsterdam", ALONE, "aiko", 8, Fate.ON_TRACK,
          2_900, 14, currency="EUR"),
    Story("Granite Peak Gear", SELF, SHOP, "US", "America/Denver", ALONE, "aiko", 24, Fate.ON_TRACK, 2_200, 9),
    Story("Azure Lagoon Hotels", MID, OTHER, "GR", "Europe/Athens", SEVEN, "maren", 19, Fate.ON_TRACK,
          44_000, 110, currency="EUR", products=SUITE),
    Story("Sparrow Telehealth", MID, HEALTH, "CA", "America/Vancouver", SEVEN, "samuel", 13, Fate.ON_TRACK,
          52_000, 85, products=SUITE, fields=MODERATE),
    Story("Mosaic Museums", MID, OTHER, "IT", "Europe/Rome", MUTUAL, "tomas", 34, Fate.ON_TRACK,
          33_000, 45, currency="EUR"),
    Story("Ember & Oak Furniture", MID, SHOP, "SE", "Europe/Stockholm", AGENCY, "leila", 22, Fate.ON_TRACK,
          21_000, 20, currency="EUR"),
    Story("Silver Birch Care", ENTERPRISE, HEALTH, "DE", "Europe/Berlin", SEVEN, "maren", 5, Fate.ON_TRACK,
          160_000, 380, currency="EUR", products=ALL, fields=COMPLEX),
    Story("Golden Hour Photo", SELF, SERVICES, "NZ", "Pacific/Auckland", ALONE, "aiko", 3, Fate.ON_TRACK, 900, 3),
    Story("Lotus Lane Yoga", SELF, OTHER, "IN", "Asia/Kolkata", ALONE, "aiko", 1, Fate.ON_TRACK, 700, 2),
    # In trouble, on every side.
    Story("Copperfield Tools", MID, OTHER, "US", "America/Chicago", SEVEN, "maren", 49, Fate.LATE,
          46_000, 95, turn=18, fields=MODERATE),
    Story("Baobab Bank", ENTERPRISE, FINANCE, "ZA", "Africa/Johannesburg", SUCCESS, "priya", 88, Fate.LATE,
          280_000, 900, products=ALL, turn=30, fields=(("integration_count", 2),)),
    Story("Atlas Harbor Logistics", ENTERPRISE, OTHER, "NL", "Europe/Amsterdam", MUTUAL, "tomas", 63, Fate.AT_RISK,
          175_000, 310, currency="EUR", products=SUITE, turn=35),
    Story("Zephyr Wind", ENTERPRISE, OTHER, "DK", "Europe/Copenhagen", SEVEN, "maren", 44, Fate.AT_RISK,
          140_000, 260, currency="EUR", products=SUITE, turn=30, fields=COMPLEX),
    Story("Blue Heron Insurance", ENTERPRISE, FINANCE, "US", "America/New_York", SUCCESS, "priya", 47,
          Fate.STUCK_CUSTOMER, 260_000, 700, products=ALL, turn=33, fields=(("integration_count", 2),)),
    Story("Verdant Foods", MID, SHOP, "IT", "Europe/Rome", AGENCY, "leila", 30, Fate.STUCK_CUSTOMER,
          23_000, 18, currency="EUR", turn=15),
    Story("Lumen Dental Partners", MID, HEALTH, "US", "America/Phoenix", SEVEN, "samuel", 38, Fate.STUCK_THIRD_PARTY,
          41_000, 65, turn=20, fields=MODERATE),
    Story("Kumquat Finance", MID, FINANCE, "GB", "Europe/London", SEVEN, "maren", 17, Fate.STUCK_VENDOR,
          49_000, 75, currency="GBP", products=SUITE, turn=11),
    Story("Riverbend Realty", MID, SERVICES, "US", "America/New_York", SEVEN, "samuel", 40, Fate.SILENT,
          28_000, 40, turn=14),
    Story("Nimbus Notary", SELF, SAAS, "EE", "Europe/Tallinn", ALONE, "aiko", 15, Fate.SILENT,
          1_800, 6, currency="EUR", turn=2),
    # Paused, ended, or not begun.
    Story("Cedar Hill University", ENTERPRISE, OTHER, "US", "America/New_York", MUTUAL, "tomas", 66, Fate.ON_HOLD,
          150_000, 500, products=SUITE, turn=40),
    Story("Orchid Air", ENTERPRISE, OTHER, "SG", "Asia/Singapore", SUCCESS, "priya", 93, Fate.RESUMED,
          230_000, 800, products=SUITE, turn=35, fields=(("integration_count", 1),)),
    Story("Polar Bakery", SELF, SHOP, "FI", "Europe/Helsinki", ALONE, "aiko", 45, Fate.CANCELLED,
          1_100, 5, currency="EUR", turn=16),
    Story("Quarry Stone Partners", MID, SERVICES, "FR", "Europe/Paris", MUTUAL, "tomas", 62, Fate.CANCELLED,
          35_000, 50, currency="EUR", turn=37),
    Story("Indigo Rail", ENTERPRISE, OTHER, "GB", "Europe/London", SEVEN, "maren", 1, Fate.NOT_LAUNCHED,
          220_000, 650, currency="GBP", products=ALL),
)  # fmt: skip

PEOPLE_BY_SEGMENT = {SELF: 1, MID: 3, ENTERPRISE: 5}

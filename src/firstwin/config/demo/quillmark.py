"""What people do in the product of the demo's vendor, and how much of it each account does."""

import random
from dataclasses import dataclass

from firstwin.config.demo.accounts import ALONE, SEVEN, SUCCESS, Fate, Story
from firstwin.customers.contracts import Segment
from firstwin.scheduling.contracts import parse_span
from firstwin.usage.contracts.goals import Goal

CORE, INSIGHTS, CONNECT = "Quillmark Core", "Quillmark Insights", "Quillmark Connect"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the product: the events that it sends, how likely each is, and with which product it is bought."""

    name: str
    description: str
    product: str
    events: tuple[tuple[str, float], ...]


PARTS = (
    Part("Work orders", "Requests from the field, from entry to completion.", CORE,
         (("Work order created", 5.0), ("Work order completed", 4.0), ("Photo attached", 1.5))),
    Part("Scheduling", "Who does what on which day.", CORE,
         (("Schedule published", 1.2), ("Shift swapped", 0.7))),
    Part("Checklists", "Steps to tick off on the phone.", CORE,
         (("Checklist completed", 2.0), ("Checklist template saved", 0.2))),
    Part("Reports", "Figures for a week or a site, to read and to send on.", INSIGHTS,
         (("Report viewed", 2.5), ("Report shared", 0.6))),
    Part("Dashboards", "Live figures with alerts.", INSIGHTS,
         (("Dashboard opened", 1.6), ("Alert configured", 0.15))),
    Part("Integrations", "Exchange with the customer's other systems.", CONNECT,
         (("Records synced", 1.4), ("Integration connected", 0.1))),
)  # fmt: skip
EVERYWHERE = (("Data imported", 0.12), ("Teammate invited", 0.25), ("Help article opened", 0.4))
"""What belongs to no part that is sold."""

FIRST_WINS = (
    (SEVEN, None, Goal(users=3, events=("Work order completed",), within=parse_span("14d"))),
    (SEVEN, Segment.ENTERPRISE, Goal(share_of_seats=10, within=parse_span("30d"))),
    (SUCCESS, None, Goal(days=10, feature="work-orders")),
    (ALONE, None, Goal(events=("Work order completed",), times=3, within=parse_span("7d"))),
    (None, Segment.MID_MARKET, Goal(sequence=("Work order created", "Work order completed"), users=5)),
)
"""What counts as the first win with Quillmark: of a playbook, in a segment, or of a playbook in a segment."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How an account uses the product.

    `share` of the seats is used in the end, beginning `begins` days after the signature and within `ramp` more; `fades`
    says how many days ago it became quieter, to `left` of what it was.
    """

    share: float
    begins: int = 10
    ramp: int = 40
    fades: int = 0
    left: float = 0.0


PULSES = {
    # Healthy, and some that grow beyond what they bought.
    "Alder Grove Clinics": Pulse(0.78, 24, 45),
    "Fjordline Freight": Pulse(0.96, 20, 50),
    "Maple & Main Credit Union": Pulse(0.62, 40, 60),
    "Saffron Street Kitchens": Pulse(1.0, 0, 20),
    "Papaya Payroll": Pulse(0.74, 25, 50),
    "Cobalt Cycles": Pulse(0.6, 30, 40),
    "Little Lantern Books": Pulse(0.75, 1, 12),
    "Harborview Hospital Group": Pulse(0.26, 30, 55),
    "Sundial Solar": Pulse(0.42, 14, 30),
    "Kitewing Robotics": Pulse(0.24, 20, 30),
    "Granite Peak Gear": Pulse(0.95, 1, 10),
    "Pixel Orchard": Pulse(0.5, 0, 6),
    # It went well and became quiet.
    "Tidepool Design": Pulse(0.7, 1, 15, fades=38),
    "Northgate Schools Trust": Pulse(0.55, 35, 50, fades=26, left=0.25),
    # Few came, and no more followed.
    "Baobab Bank": Pulse(0.07, 25, 25),
    "Copperfield Tools": Pulse(0.14, 12, 15),
    "Blue Heron Insurance": Pulse(0.03, 20, 10, fades=12, left=0.1),
}
BY_FATE = {
    Fate.COMPLETED: Pulse(0.7, 15, 40),
    Fate.ON_TRACK: Pulse(0.4, 9, 30),
    Fate.AT_RISK: Pulse(0.12, 18, 20),
    Fate.LATE: Pulse(0.12, 18, 20),
    Fate.SILENT: Pulse(0.15, 3, 6),
    Fate.STUCK_CUSTOMER: Pulse(0.2, 8, 10),
    Fate.STUCK_VENDOR: Pulse(0.1, 8, 6),
    Fate.STUCK_THIRD_PARTY: Pulse(0.18, 10, 15),
    Fate.ON_HOLD: Pulse(0.06, 15, 20),
    Fate.RESUMED: Pulse(0.09, 20, 40),
    Fate.CANCELLED: Pulse(0.15, 5, 10),
}
SILENT_AFTER_TURN = {Fate.SILENT, Fate.ON_HOLD, Fate.CANCELLED}
QUIET_CHAMPIONS = {"Sundial Solar": 19}
"""Accounts whose champion has not come for so many days."""


KNOWN_BY_DOMAIN = {"Cobalt Cycles", "Mosaic Museums", "Terracotta Homes"}
"""Accounts that the CRM never told the vendor's own id of: their groups are recognized by their website."""


def group_of(story: Story) -> str:
    """Return the vendor's own id of a customer, as its product sends it."""
    return f"ws_{random.Random(f'{story.slug} group').randrange(10_000, 99_999)}"  # noqa: S311 - the same every time


def ids_of(story: Story) -> dict[str, str]:
    """Return what the CRM knows of an account's ids in the product."""
    return {} if story.name in KNOWN_BY_DOMAIN else {"product": group_of(story)}


def pulse_of(story: Story) -> Pulse | None:
    """Return how an account uses the product; None for one that does not yet."""
    if story.fate is Fate.NOT_LAUNCHED:
        return None
    found = PULSES.get(story.name, BY_FATE[story.fate])
    if story.segment is Segment.SELF_SERVE and story.name not in PULSES:
        return Pulse(max(found.share, 0.5), 0, 8, found.fades, found.left)
    return found

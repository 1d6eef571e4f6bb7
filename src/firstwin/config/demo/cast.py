"""The people of the demo: a fictional vendor, and names for the people of its customers."""

import random
import unicodedata
from dataclasses import dataclass

from firstwin.customers.contracts import StakeholderRole
from firstwin.identity.contracts import Role

VENDOR = "Quillmark"
DOMAIN = "quillmark.example.com"
VENDOR_TIME_ZONE = "Europe/Lisbon"
VENDOR_COUNTRY = "PT"
BRAND_COLOR = "#0f6e6e"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of the vendor's team; `key` is how the story refers to them."""

    key: str
    name: str
    title: str
    role: Role
    time_zone: str

    @property
    def email(self) -> str:
        """Return their address."""
        return f"{self.key}@{DOMAIN}"


OWNER = Colleague("maren", "Maren Okafor", "Head of customer onboarding", Role.OWNER, "Europe/Lisbon")
TEAM = (
    Colleague("jonas", "Jonas Lindqvist", "Onboarding operations", Role.ADMIN, "Europe/Stockholm"),
    Colleague("priya", "Priya Raman", "Onboarding manager, enterprise", Role.MANAGER, "Europe/London"),
    Colleague("tomas", "Tomás Herrera", "Onboarding specialist", Role.SPECIALIST, "Europe/Madrid"),
    Colleague("aiko", "Aiko Tanaka", "Onboarding specialist", Role.SPECIALIST, "Asia/Tokyo"),
    Colleague("leila", "Leila Haddad", "Onboarding specialist", Role.SPECIALIST, "Europe/Paris"),
    Colleague("samuel", "Samuel Adeyemi", "Onboarding specialist", Role.SPECIALIST, "America/New_York"),
    Colleague("ingrid", "Ingrid Solheim", "Implementation engineer", Role.SPECIALIST, "Europe/Oslo"),
    Colleague("devi", "Devi Anand", "Implementation engineer", Role.SPECIALIST, "America/Denver"),
    Colleague("mateus", "Mateus Carvalho", "Trainer", Role.SPECIALIST, "America/Sao_Paulo"),
    Colleague("chloe", "Chloe Nguyen", "Account executive", Role.SPECIALIST, "America/Chicago"),
    Colleague("nadia", "Nadia Farouk", "Customer marketing", Role.VIEWER, "Europe/London"),
    Colleague("henrik", "Henrik Vogel", "Internal audit", Role.AUDITOR, "Europe/Berlin"),
)

VENDOR_ROLES = {
    "engineer": "ingrid",
    "trainer": "mateus",
    "sales": "chloe",
    "account_manager": "chloe",
    "vendor_executive": "maren",
    "compliance": "jonas",
    "support": "jonas",
    "creative": "leila",
    "strategist": "priya",
    "professional_services": "ingrid",
}
"""Who fills a vendor role of a playbook; every other one is filled by the specialist of the account."""
OVERSEAS = {"ingrid": "devi"}
"""Who does it instead for accounts outside of Europe."""

NAMES = {
    "north": (
        "Astrid Holm", "Eero Lehtinen", "Freja Winther", "Lars Bakken", "Saga Nyström", "Mikkel Storm",
        "Ida Rosendal", "Oskar Hellberg", "Liv Aaberg", "Tuomas Koski", "Signe Dahl", "Kalle Tamm",
    ),
    "west": (
        "Eleanor Whitcombe", "Rhys Morgan", "Niamh Gallagher", "Imran Siddiqui", "Beatrice Ashdown", "Declan Byrne",
        "Adaeze Nwosu", "Callum Fraser", "Harriet Penrose", "Joseph Achterberg", "Femke de Wit", "Sanne Verhoeven",
    ),
    "south": (
        "Giulia Ferrante", "Marco Bellini", "Lucía Montero", "Álvaro Cano", "Eleni Papadaki", "Nikos Karras",
        "Camille Rousselet", "Hugo Delmas", "Sofia Marchetti", "Dimitra Laskari", "Inês Valadares", "Rafael Quintela",
    ),
    "middle": (
        "Katharina Brandt", "Jonas Obermeier", "Mira Schönfeld", "Emre Yıldız", "Lukas Steinbach", "Annika Ritter",
        "Paul Weidmann", "Selin Kaya", "Friederike Lohmann", "Tobias Engel", "Nadja Petrova", "Stefan Gruber",
    ),
    "america": (
        "Grace Holloway", "Marcus Bell", "Danielle Ortiz", "Kevin Park", "Renee Thibodeaux", "Andre Coleman",
        "Hannah Weiss", "Miguel Santana", "Tasha Greene", "Brian Kowalski", "Alyssa Redfeather", "Naveen Iyer",
    ),
    "latin": (
        "Valentina Rojas", "Diego Fuentes", "Larissa Monteiro", "Caio Figueira", "Ximena Aguilar", "Mateo Salcedo",
        "Beatriz Prado", "Joaquín Ibarra", "Renata Lobo", "Emilio Cárdenas", "Paula Zamora", "Thiago Neves",
    ),
    "asia": (
        "Haruka Mori", "Kenji Watanabe", "Mei Lin Tan", "Rohan Deshpande", "Ananya Iyer", "Wei Jie Lim",
        "Sora Nakamura", "Kavita Menon", "Daniel Koh", "Yui Hayashi", "Arjun Malhotra", "Siti Rahman",
    ),
    "pacific": (
        "Olivia Hart", "Jack Tane", "Aroha Ngata", "Lachlan Reid", "Zara Whitlock", "Mia Fong",
        "Thandiwe Mokoena", "Pieter van Rooyen", "Lerato Dube", "Sipho Khumalo", "Ngozi Eze", "Kwame Boateng",
    ),
}  # fmt: skip

REGION_OF = {
    "NO": "north", "FI": "north", "SE": "north", "DK": "north", "EE": "north",
    "GB": "west", "IE": "west", "NL": "west",
    "ES": "south", "IT": "south", "GR": "south", "FR": "south", "PT": "south",
    "DE": "middle",
    "US": "america", "CA": "america",
    "MX": "latin", "BR": "latin",
    "JP": "asia", "SG": "asia", "IN": "asia",
    "AU": "pacific", "NZ": "pacific", "ZA": "pacific",
}  # fmt: skip

EUROPE = frozenset({"north", "west", "south", "middle"})

TITLES = {
    StakeholderRole.PROJECT_OWNER: ("Operations manager", "Programme lead", "Head of operations", "Project manager"),
    StakeholderRole.EXECUTIVE_SPONSOR: ("Chief operating officer", "Managing director", "VP operations"),
    StakeholderRole.ADMIN_CHAMPION: ("Systems administrator", "Business analyst", "Process owner"),
    StakeholderRole.TECHNICAL_LEAD: ("IT lead", "Solutions architect", "Head of IT"),
    StakeholderRole.END_USER: ("Team lead", "Coordinator", "Planner"),
}

PARTS_BY_SIZE = {
    1: ((StakeholderRole.PROJECT_OWNER, StakeholderRole.EXECUTIVE_SPONSOR, StakeholderRole.ADMIN_CHAMPION),),
    3: (
        (StakeholderRole.PROJECT_OWNER,),
        (StakeholderRole.EXECUTIVE_SPONSOR,),
        (StakeholderRole.ADMIN_CHAMPION, StakeholderRole.TECHNICAL_LEAD),
    ),
    5: (
        (StakeholderRole.PROJECT_OWNER,),
        (StakeholderRole.EXECUTIVE_SPONSOR,),
        (StakeholderRole.ADMIN_CHAMPION,),
        (StakeholderRole.TECHNICAL_LEAD,),
        (StakeholderRole.END_USER,),
    ),
}


def filled_by(role: str, *, country: str) -> str | None:
    """Return who fills a vendor role for an account of a country, None where that is left to its specialist."""
    usual = VENDOR_ROLES.get(role)
    return usual if usual is None or REGION_OF[country] in EUROPE else OVERSEAS.get(usual, usual)


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a customer."""

    name: str
    title: str
    parts: tuple[StakeholderRole, ...]


class Casting:
    """Hands out names by region, none twice."""

    def __init__(self) -> None:
        self._left = {region: list(names) for region, names in NAMES.items()}

    def people(self, *, country: str, size: int, dice: random.Random) -> list[Person]:
        """Return the people of one account, each with a title that fits their part."""
        return [
            Person(self._name(REGION_OF[country], dice), dice.choice(TITLES[parts[0]]), parts)
            for parts in PARTS_BY_SIZE[size]
        ]

    def _name(self, region: str, dice: random.Random) -> str:
        names = self._left[region]
        if names:
            return names.pop(dice.randrange(len(names)))
        return self._blend(region, dice)

    def _blend(self, region: str, dice: random.Random) -> str:
        """Return a new name from the given and family names of a region, once its own list is used up."""
        given = [name.split(" ", 1)[0] for name in NAMES[region]]
        family = [name.split(" ", 1)[1] for name in NAMES[region]]
        used = self._left.setdefault("used", [])
        while True:
            name = f"{dice.choice(given)} {dice.choice(family)}"
            if name not in NAMES[region] and name not in used:
                used.append(name)
                return name


def address_of(name: str) -> str:
    """Return a name as the first half of an email address."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ø", "o")).encode("ascii", "ignore").decode()
    return ".".join(part for part in "".join(c if c.isalpha() else " " for c in plain.lower()).split())

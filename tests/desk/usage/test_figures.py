"""The figures about usage in the browser: what they say, how they are narrowed, sent, kept and refused."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from firstwin.customers.contracts import Segment
from firstwin.customers.models import Account
from firstwin.desk.models import SavedViewRow
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Member
from firstwin.shared import clock
from firstwin.usage.contracts.catalogue import NewFeature
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.operations import features, first_value, signals
from firstwin.usage.operations.store import EventWriter
from tests.desk.browsing import outsider, signed_in, text_of
from tests.factories.customers import make_account
from tests.factories.event_store import done, every_day
from tests.factories.identity import actor_for, make_member
from tests.factories.usage import make_source, take_in, track

pytestmark = pytest.mark.django_db
PAGES = ("usage", "usage_adoption", "usage_funnel", "usage_retention", "usage_time_to_value")


@dataclass(frozen=True, slots=True)
class Vendor:
    """A workspace with two accounts that use the product, and one that does not."""

    owner: Member
    actor: Actor
    busy: Account
    quiet: Account
    idle: Account

    def client(self, role: Role = Role.VIEWER) -> Client:
        return signed_in(make_member(role, workspace=self.owner.workspace).user)


@pytest.fixture
def vendor(events: EventWriter) -> Vendor:
    now = clock.now()
    owner = make_member(Role.OWNER)
    actor = actor_for(owner)
    take_in(make_source(actor), track(), at=now)
    for name, names, products in (
        ("Reports", ("Report viewed", "Report shared"), ()),
        ("Sync", ("Records synced",), ("Connect",)),
    ):
        new = NewFeature(name=name, events=names, products=products)
        features.create_feature(actor=actor, new=new, at=now)
    busy, quiet, idle = (
        make_account(owner.workspace, name=name, licensed_seats=4, segment=segment, products=("Core",))
        for name, segment in (
            ("Busy Bees", Segment.ENTERPRISE),
            ("Quiet Quails", Segment.MID_MARKET),
            ("Idle Ibex", Segment.MID_MARKET),
        )
    )
    workspace_id = owner.workspace_id
    for group, account in (("bees", busy), ("quails", quiet)):
        events.place(workspace_id, group_id=group, account_id=account.id)
    morning = now.replace(hour=0, minute=5, second=0, microsecond=0)
    names = ["Signed in", "Report viewed"]
    events.append(
        [
            *every_day(
                workspace_id,
                names,
                users=["ada", "ben", "cyd"],
                group="bees",
                since=morning - timedelta(days=20),
                days=20,
            ),
            *every_day(
                workspace_id, names, users=["dee", "eli"], group="quails", since=morning - timedelta(days=50), days=5
            ),
            done(workspace_id, "Report shared", user="ada", group="bees", at=morning - timedelta(days=2)),
            done(workspace_id, "Signed in", user="dee", group="quails", at=morning - timedelta(days=20)),
        ]
    )
    return Vendor(owner, actor, busy, quiet, idle)


def page(client: Client, name: str, query: str = "", **ids: Any) -> str:
    response = client.get(f"{reverse(name, kwargs=ids)}?{query}")
    assert response.status_code == 200, response.content.decode()[:2000]
    return text_of(response)


def test_the_overview_says_who_is_active_and_how_engaged(vendor: Vendor) -> None:
    text = page(vendor.client(), "usage", "period=12w")
    assert "How many people are active each week?" in text
    assert "Report viewed" in text
    assert "How often they return" in text
    assert "wins each, 0 in all" in text
    goal = Goal(any=(Goal(events=("Signed in",), times=9), Goal(feature="sync"), Goal(events=("Report shared",))))
    first_value.set_rule(actor=vendor.actor, place=RulePlace(), goal=goal, at=clock.now())
    # Three on 20 days, two on 5, and once more: each sign-in is a win, and so is the report that was shared.
    assert "wins each, 72 in all" in page(vendor.client(), "usage", "period=12w")
    assert "wins each, 61 in all" in page(vendor.client(), "account_usage", account_id=vendor.busy.id)
    # A rule for one account is about no other, and the rule for everybody is not about that one any more.
    of_quiet = {"place": RulePlace(account_id=vendor.quiet.id), "goal": Goal(events=("Report viewed",))}
    first_value.set_rule(actor=vendor.actor, at=clock.now(), **of_quiet)
    assert "wins each, 71 in all" in page(vendor.client(), "usage", "period=12w")
    assert "wins each, 61 in all" in page(vendor.client(), "account_usage", account_id=vendor.busy.id)
    assert "wins each, 10 in all" in page(vendor.client(), "account_usage", "period=12w", account_id=vendor.quiet.id)
    lines = page(vendor.client(), "usage", "csv=top_events").splitlines()
    assert lines[0].startswith("Event,People,")
    assert lines[1].startswith("Signed in,5,1.0,")


def test_filters_narrow_every_figure(vendor: Vendor) -> None:
    client = vendor.client()
    assert page(client, "usage", "segment=enterprise&csv=top_events").splitlines()[1].startswith("Report viewed,3,")
    assert page(client, "usage", "segment=self_serve&csv=top_events").splitlines()[1:] == []
    text = page(client, "usage", "segment=enterprise&industry=other")
    assert "Clear all" in text
    for name in PAGES:
        for wrong in ("period=1y", "segment=huge", "industry=moon", "playbook=x", "playbook=1:2:3"):
            assert client.get(f"{reverse(name)}?{wrong}").status_code == 422
        assert client.get(f"{reverse(name)}?csv=nothing").status_code == 404


def test_adoption_lists_seats_features_and_trends(vendor: Vendor) -> None:
    client = vendor.client()
    text = page(client, "usage_adoption")
    assert "4 people in 2 of 3 accounts were active in the last four weeks" in text
    rows = {line.split(",")[0]: line.split(",") for line in page(client, "usage_adoption", "csv=accounts").splitlines()}
    assert rows["Busy Bees"][3:9] == ["4", "3", "0.75", "1", "1", "0"]
    assert rows["Quiet Quails"][3:10] == ["4", "1", "0.25", "0", "1", "2", "'-0.5"] or rows["Quiet Quails"][9] == "-0.5"
    assert rows["Idle Ibex"][4] == "0"
    assert "Idle Ibex" not in page(client, "usage_adoption", "standing=reached")
    assert "Busy Bees" not in page(client, "usage_adoption", "standing=falling")
    assert "Busy Bees" not in page(client, "usage_adoption", "q=quail")
    names = [line.split(",")[0] for line in page(client, "usage_adoption", "sort=name&csv=accounts").splitlines()[1:]]
    assert names == ["Busy Bees", "Idle Ibex", "Quiet Quails"]
    for wrong in ("sort=luck", "standing=odd", "cursor=x"):
        assert client.get(f"{reverse('usage_adoption')}?{wrong}").status_code == 422


def test_adoption_counts_from_the_limits_of_the_workspace_on(vendor: Vendor) -> None:
    client = vendor.client()
    # The ones lost half of their people, the others use three of four seats.
    ways = {"falling": "Quiet Quails", "full": "Busy Bees"}

    def found() -> dict[str, bool]:
        return {way: name in page(client, "usage_adoption", f"standing={way}") for way, name in ways.items()}

    assert found() == {"falling": True, "full": False}
    text = page(client, "usage_adoption")
    assert "from 50 % fewer than" in text
    assert "from 90 % in use" in text
    assert '<span class="fw-ink-late">' in text
    changes = {"falling_percent": 51, "seats_percent": 75}
    signals.change_limits(actor=vendor.actor, changes=changes, at=clock.now())
    assert found() == {"falling": False, "full": True}
    text = page(client, "usage_adoption")
    assert "from 51 % fewer than" in text
    assert "from 75 % in use" in text
    assert '<span class="fw-ink-late">' not in text


def test_the_list_of_accounts_costs_the_same_however_long_and_has_pages(vendor: Vendor) -> None:
    client = vendor.client()
    page(client, "usage_adoption")
    counted = _queries(client, "usage_adoption")
    for number in range(55):
        make_account(vendor.owner.workspace, name=f"More {number:02}")
    assert _queries(client, "usage_adoption") == counted <= 20
    first = page(client, "usage_adoption", "sort=name")
    assert "50 of 58" in first.replace("shown", "").replace("  ", " ") or "50 shown" in first
    assert "cursor=" in first


def _queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        page(client, name)
    return len(asked)


def test_an_account_shows_its_people_features_and_what_came_last(vendor: Vendor) -> None:
    client = vendor.client()
    text = page(client, "account_usage", account_id=vendor.busy.id)
    assert "Which features do they use?" in text
    assert "1 of 1 feature that they bought" in text
    assert "Not bought" in text
    quiet = page(client, "account_usage", account_id=vendor.quiet.id)
    assert "2 of 2 people shown did nothing for 14 days" in quiet
    assert "Went quiet" in quiet
    signals.change_limits(actor=vendor.actor, changes={"silent_days": 90}, at=clock.now())
    assert "0 of 2 people shown did nothing for 90 days" in page(client, "account_usage", account_id=vendor.quiet.id)
    assert "Nobody of this account was seen" in page(client, "account_usage", account_id=vendor.idle.id)
    people = page(client, "account_usage", "csv=account_people", account_id=vendor.busy.id)
    assert len(people.splitlines()) == 4
    assert reverse("account_usage", kwargs={"account_id": vendor.busy.id}) in page(
        client, "account", account_id=vendor.busy.id
    )


def test_an_account_leads_to_its_licences_and_back(vendor: Vendor) -> None:
    client = vendor.client()
    licences = reverse("usage_licences", kwargs={"account_id": vendor.busy.id})
    for name in ("account", "account_usage"):
        here = reverse(name, kwargs={"account_id": vendor.busy.id})
        assert f'href="{licences}"' in client.get(here).content.decode()
        assert f'href="{here}"' in client.get(licences).content.decode()


def test_another_workspace_sees_nothing_of_it(vendor: Vendor) -> None:
    stranger = outsider()
    assert stranger.get(reverse("account_usage", kwargs={"account_id": vendor.busy.id})).status_code == 404
    assert "Connect your product" in page(stranger, "usage")
    other = make_member(Role.OWNER)
    take_in(make_source(actor_for(other)), track(), at=clock.now())
    client = signed_in(other.user)
    assert page(client, "usage", "csv=top_events").splitlines()[1:] == []
    assert page(client, "usage_adoption", "csv=accounts").splitlines()[1:] == []


def test_a_funnel_is_built_from_what_was_seen(vendor: Vendor) -> None:
    client = vendor.client()
    assert "Choose at least two steps" in page(client, "usage_funnel", "step=Signed+in")
    text = page(client, "usage_funnel", "step=Signed+in&step=Report+viewed&step=Report+shared&within=30")
    assert "1 of 5 people got through all 3 steps within 30 days" in text
    assert "Most are lost before “Report shared”" in text
    lines = page(client, "usage_funnel", "step=Signed+in&step=Report+viewed&by=accounts&csv=funnel").splitlines()
    assert lines[1].startswith("Signed in,2,1.0,")
    assert lines[2].startswith("Report viewed,2,1.0,1.0,60")
    too_many = "&".join(f"step={number}" for number in range(9))
    for wrong in (too_many, "within=3", "by=dogs"):
        assert client.get(f"{reverse('usage_funnel')}?{wrong}").status_code == 422


def test_a_funnel_proposes_the_way_to_the_first_win(vendor: Vendor) -> None:
    client = vendor.client()
    assert "the way to the first win" not in page(client, "usage_funnel")
    goal = Goal(any=(Goal(events=("Report shared", "Never seen")), Goal(events=("Report viewed",))))
    first_value.set_rule(actor=vendor.actor, place=RulePlace(), goal=goal, at=clock.now())
    assert "Begin with the way to the first win" in page(client, "usage_funnel", "period=12w")
    shown = client.get(reverse("usage_funnel"), {"period": "12w", "by": "accounts"})
    assert shown.context["proposed"] == ["Signed in", "Report viewed", "Report shared"]
    form = shown.content.partition(b"Choose at least two steps")[2].partition(b"</form>")[0]
    assert b'name="by" value="accounts"' in form
    assert "way to the first win" not in page(client, "usage_funnel", "step=Signed+in&step=Report+viewed")


def test_retention_marks_what_is_too_young(vendor: Vendor) -> None:
    text = page(vendor.client(), "usage_retention")
    assert "5 people in 2 weekly cohorts" in text
    assert "Too young" in text
    assert "On how many days do they come?" in text
    lines = page(vendor.client(), "usage_retention", "csv=stickiness").splitlines()
    assert lines[1].startswith("1,1,")
    assert lines[-1].split(",")[1] == "3"


def test_a_view_is_kept_offered_and_forgotten(vendor: Vendor) -> None:
    client = vendor.client()
    asked = {"page": "usage_adoption", "name": "Enterprise", "query": "segment=enterprise"}
    answer = client.post(reverse("save_usage_view"), asked)
    assert answer.headers["Location"] == f"{reverse('usage_adoption')}?segment=enterprise"
    assert "?segment=enterprise" in page(client, "usage_adoption")
    assert "Enterprise</a>" not in page(client, "usage_retention")
    assert client.post(reverse("save_usage_view"), {**asked, "page": "projects"}).status_code == 404
    row = SavedViewRow.objects.for_workspace(vendor.owner.workspace_id).get()
    address = reverse("remove_usage_view", kwargs={"view_id": row.id})
    assert outsider().post(address, {"page": "usage_adoption"}).status_code == 404
    assert client.post(address, {"page": "usage_adoption"}).status_code == 302
    assert not SavedViewRow.objects.for_workspace(vendor.owner.workspace_id).exists()

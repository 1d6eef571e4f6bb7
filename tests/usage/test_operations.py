"""Sources and their keys; events that are taken in, rejected, tried again and forgotten."""

from datetime import datetime, timedelta

import pytest

from firstwin.identity.contracts import Role, Scope
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.usage.contracts import RejectReason
from firstwin.usage.models import RejectedEvent, Source, WriteKey
from firstwin.usage.operations import intake, rejected, sources
from firstwin.usage.queries import sources as source_queries
from tests.factories.identity import make_actor, make_key_actor, recorded
from tests.factories.usage import in_inbox, make_source, rejected_of, take_in, track

pytestmark = pytest.mark.django_db


def test_a_source_is_made_with_a_key_and_renamed(now: datetime) -> None:
    actor = make_actor()
    source = sources.create_source(actor=actor, name="  Web   app ", at=now)
    assert (source.name, source.rejected, len(source.keys)) == ("Web app", 0, 1)
    assert len(source.keys[0].key) == 32
    sources.rename_source(actor=actor, source_id=source.id, name="Web app", at=now)
    sources.rename_source(actor=actor, source_id=source.id, name="Website", at=now)
    assert source_queries.get_source(actor=actor, source_id=source.id).name == "Website"
    assert recorded(actor) == ["event_source.created", "event_source.renamed"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "WEB APP"])
def test_a_name_that_does_not_do_is_refused(name: str, now: datetime) -> None:
    actor = make_actor()
    make_source(actor)
    with pytest.raises(InvalidInputError):
        sources.create_source(actor=actor, name=name, at=now)
    other = make_source(actor, "Server")
    with pytest.raises(InvalidInputError):
        sources.rename_source(actor=actor, source_id=other.id, name=name, at=now)
    assert Source.objects.for_actor(actor).count() == 2
    assert recorded(actor) == ["event_source.created"] * 2


def test_a_workspace_has_so_many_sources(now: datetime) -> None:
    actor = make_actor()
    for number in range(sources.MOST_SOURCES):
        make_source(actor, f"Source {number}")
    with pytest.raises(ConflictError):
        make_source(actor, "One more")


def test_a_new_key_lets_the_old_ones_end_and_a_revoked_one_ends_at_once(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    sources.rotate_write_key(actor=actor, source_id=source.id, grace=timedelta(days=7), at=now)
    found = source_queries.get_source(actor=actor, source_id=source.id)
    new, old = found.keys
    assert (new.ends_at, old.ends_at) == (None, now + timedelta(days=7))
    assert found.current_key(now) == new

    sources.rotate_write_key(actor=actor, source_id=source.id, grace=timedelta(days=1), at=now)
    ends = [key.ends_at for key in source_queries.get_source(actor=actor, source_id=source.id).keys]
    assert ends == [None, now + timedelta(days=1), now + timedelta(days=1)]

    current = source_queries.get_source(actor=actor, source_id=source.id).keys[0]
    for _ in range(2):
        sources.revoke_write_key(actor=actor, source_id=source.id, write_key_id=current.id, at=now)
    found = source_queries.get_source(actor=actor, source_id=source.id)
    assert found.keys[0].ends_at == now
    holder = source_queries.find_key_holder(key=current.key)
    assert holder is not None
    assert not holder.is_alive(now)
    assert recorded(actor)[1:] == ["event_source.key_rotated"] * 2 + ["event_source.key_revoked"]
    with pytest.raises(InvalidInputError):
        sources.rotate_write_key(actor=actor, source_id=source.id, grace=timedelta(days=91), at=now)


def test_only_owners_and_admins_look_after_sources(now: datetime) -> None:
    owner = make_actor()
    source = make_source(owner)
    take_in(source, 5, at=now)
    before = list(WriteKey.objects.for_actor(owner).values())
    others = [make_actor(Role.MANAGER), make_actor(Role.VIEWER), make_key_actor(Scope.READ, Scope.PROJECTS_WRITE)]
    for other in others:
        for refused in (
            lambda: sources.create_source(actor=other, name="Mine", at=now),  # noqa: B023
            lambda: sources.rename_source(actor=other, source_id=source.id, name="Mine", at=now),  # noqa: B023
            lambda: sources.rotate_write_key(actor=other, source_id=source.id, grace=timedelta(0), at=now),  # noqa: B023
            lambda: rejected.replay_rejected(actor=other, source_id=source.id, at=now),  # noqa: B023
            lambda: rejected.drop_rejected(actor=other, source_id=source.id, at=now),  # noqa: B023
        ):
            with pytest.raises(PermissionDeniedError):
                refused()
    stranger = make_actor()
    with pytest.raises(NotFoundError):
        sources.rename_source(actor=stranger, source_id=source.id, name="Mine", at=now)
    with pytest.raises(NotFoundError):
        sources.revoke_write_key(actor=stranger, source_id=source.id, write_key_id=source.keys[0].id, at=now)
    with pytest.raises(NotFoundError):
        rejected.drop_rejected(actor=stranger, source_id=source.id, at=now)
    assert list(WriteKey.objects.for_actor(owner).values()) == before
    assert len(rejected_of(source)) == 1
    assert recorded(owner) == ["event_source.created"]


def test_what_is_taken_in_lies_in_the_inbox_and_the_rest_with_its_reason(now: datetime) -> None:
    source = make_source()
    take_in(source, track("A"), 5, track("B", timestamp="9999-01-01T00:00:00Z"), track("C"), at=now)
    assert [event.name for event in in_inbox(source)] == ["A", "C"]
    assert [(row.reason, row.name) for row in rejected_of(source)] == [("not_an_event", ""), ("impossible_time", "B")]
    key = WriteKey.objects.for_workspace(source.workspace_id).get()
    assert key.last_used_at == now
    intake.note_refusal(write_key_id=key.id, at=now)
    key.refresh_from_db()
    assert key.last_refused_at == now


def test_rejected_events_are_tried_again_once_they_can_be_read(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    take_in(
        source, track("A"), 5, {"event": "B", "userId": "ada"}, at=now, sentAt=(now + timedelta(hours=1)).isoformat()
    )
    # What a stricter release rejected is fine in this one.
    row = RejectedEvent.objects.for_actor(actor).get(name="B")
    row.raw = b'{"type":"track","event":"B","userId":"ada","messageId":"m","timestamp":"%s"}' % now.isoformat().encode()
    row.save(update_fields=["raw"])

    done = rejected.replay_rejected(actor=actor, source_id=source.id, at=now + timedelta(days=2))
    assert (done.taken, dict(done.still_rejected)) == (1, {RejectReason.NOT_AN_EVENT: 1})
    assert [(event.name, event.at) for event in in_inbox(source)] == [("A", now), ("B", now - timedelta(hours=1))]
    assert [row.reason for row in rejected_of(source)] == ["not_an_event"]
    assert recorded(actor)[-1] == "event_source.rejected_replayed"


def test_a_batch_that_was_too_long_stays_whole_and_a_single_call_keeps_its_kind(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    take_in(source, *[track()] * 2501, at=now)
    done = rejected.replay_rejected(actor=actor, source_id=source.id, at=now)
    assert dict(done.still_rejected) == {RejectReason.TOO_MANY: 1}
    row = rejected_of(source)[0]
    row.raw, row.call = b'{"event":"A","userId":"ada"}', "track"
    row.save(update_fields=["raw", "call"])
    assert rejected.replay_rejected(actor=actor, source_id=source.id, at=now).taken == 1


def test_a_list_where_an_event_should_be_stays_rejected(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    take_in(source, [], [track("A")], at=now)
    done = rejected.replay_rejected(actor=actor, source_id=source.id, at=now)
    assert (done.taken, dict(done.still_rejected)) == (0, {RejectReason.NOT_AN_EVENT: 2})
    assert (in_inbox(source), len(rejected_of(source))) == ([], 2)


def test_rejected_events_are_dropped_by_hand_and_forgotten_after_30_days(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = make_actor()
    source, other = make_source(actor), make_source(actor, "Server")
    take_in(source, 1, 2, at=now)
    take_in(other, 3, at=now - timedelta(days=31))
    assert rejected.forget_old_rejected(at=now) == 1
    assert rejected_of(other) == []
    assert rejected.drop_rejected(actor=actor, source_id=source.id, at=now) == 2
    assert rejected.drop_rejected(actor=actor, source_id=source.id, at=now) == 0
    assert recorded(actor).count("event_source.rejected_dropped") == 1

    monkeypatch.setattr(rejected, "MOST_KEPT", 3)
    for minute in range(5):
        take_in(source, minute, at=now + timedelta(minutes=minute))
    assert rejected.forget_old_rejected(at=now) == 2
    assert [bytes(row.raw) for row in rejected_of(source)] == [b"2", b"3", b"4"]

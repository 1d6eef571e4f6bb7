"""Which ids are one person: anonymous ids of users, and users that are one; each can be taken back."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared import bulk, ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from firstwin.usage.contracts.people import AlreadyLinkedError, LinkInfo, MadeBy
from firstwin.usage.events import IdsLinked, LinkRedone, LinkUndone
from firstwin.usage.models import PersonLink, UsagePerson
from firstwin.usage.operations import orders
from firstwin.usage.operations.access import require_shaper
from firstwin.usage.queries.people import link_info
from firstwin.usage.rules import identities
from firstwin.usage.rules.reading import LONGEST_ID

IN_A_QUERY = 5000


def note_pairs(
    *,
    workspace_id: UUID,
    pairs: Mapping[tuple[str, str], datetime],
    made_by: MadeBy = MadeBy.EVENT,
    at: datetime,
) -> dict[str, str]:
    """Make anonymous ids those of the users they came with, and return whose they are now.

    The first user keeps an anonymous id: a device that is shared makes no two users one. A link that somebody took back is
    not made again. Ids that name nobody are passed over.
    """
    real = {pair: seen_at for pair, seen_at in pairs.items() if all(map(identities.is_somebody, pair))}
    taken, undone = _links_from(workspace_id, {anonymous for anonymous, _ in real}, is_anonymous=True)
    new: list[PersonLink] = []
    for (anonymous, user), seen_at in real.items():
        if anonymous not in taken and (anonymous, user) not in undone:
            taken[anonymous] = user
            new.append(_link(workspace_id, anonymous, user, made_by, is_anonymous=True, at=seen_at))
    bulk.insert_rows(new)
    orders.order_links(workspace_id, links={row.from_id: row.user_id for row in new}, at=at)
    return taken


def note_aliases(*, workspace_id: UUID, aliases: Mapping[tuple[str, str], datetime], at: datetime) -> dict[str, str]:
    """Make the ids one that alias calls name, and return whose anonymous ids are now.

    The earlier id is that of a user who is known, or else an anonymous one.
    """
    real = {pair: seen_at for pair, seen_at in aliases.items() if all(map(identities.is_somebody, pair))}
    earlier = {previous for previous, _ in real}
    users = set(_people(workspace_id).filter(user_id__in=earlier).values_list("user_id", flat=True))
    merged, undone = _links_from(workspace_id, earlier, is_anonymous=False)
    for (previous, user), seen_at in real.items():
        if previous not in users or previous in merged or (previous, user) in undone:
            continue
        root = _root(workspace_id, user)
        if root != previous:
            merged[previous] = user
            link = _link(workspace_id, previous, user, MadeBy.ALIAS, is_anonymous=False, at=seen_at)
            link.save(force_insert=True)
            _move(workspace_id, previous, root, at=at)
    anonymous = {pair: seen_at for pair, seen_at in real.items() if pair[0] not in users}
    return note_pairs(workspace_id=workspace_id, pairs=anonymous, made_by=MadeBy.ALIAS, at=at)


def join_known_aliases(*, workspace_id: UUID, user_ids: Collection[str], at: datetime) -> None:
    """Make new users one with those whom an alias named before it was known that its earlier id is a user's."""
    if user_ids:
        rows = _links(workspace_id).filter(from_id__in=user_ids, is_anonymous=True, made_by=MadeBy.ALIAS.value)
        aliases = {(row.from_id, row.user_id): row.made_at for row in rows.filter(undone_at=None)}
        if aliases:
            note_aliases(workspace_id=workspace_id, aliases=aliases, at=at)


def link_ids(*, actor: Actor, from_id: str, is_anonymous: bool, user_id: str, at: datetime) -> LinkInfo:
    """Make an anonymous id, or another user, the same person as a user, by hand; past events too.

    Raises AlreadyLinkedError where the id is somebody's already, and InvalidInputError for ids that nobody has.
    """
    require_shaper(actor=actor)
    with transaction.atomic():
        _check_ids(actor, from_id, user_id, is_anonymous=is_anonymous)
        taken, _ = _links_from(actor.workspace_id, {from_id}, is_anonymous=is_anonymous)
        if from_id in taken:
            raise AlreadyLinkedError(
                f"“{from_id}” is “{taken[from_id]}” already.", remedy="Take that link back first, then make this one."
            )
        link = _link(actor.workspace_id, from_id, user_id, MadeBy.HAND, is_anonymous=is_anonymous, at=at)
        _carry_out(link, at=at)
        link.save(force_insert=True)
        journal_operations.record(IdsLinked(link_id=link.id), actor=actor, at=at)
    return link_info(link)


def undo_link(*, actor: Actor, link_id: UUID, at: datetime) -> LinkInfo:
    """Make two ids different people again; events do not make them one again. One that was undone stays as it is."""
    require_shaper(actor=actor)
    with transaction.atomic():
        link = _locked(actor, link_id)
        if link.undone_at is None:
            link.undone_at = at
            link.save(update_fields=["undone_at"])
            if link.is_anonymous:
                orders.order_unlink(actor.workspace_id, anonymous_id=link.from_id, at=at)
            else:
                _part(actor.workspace_id, link.from_id, at=at)
            journal_operations.record(LinkUndone(link_id=link.id), actor=actor, at=at)
    return link_info(link)


def redo_link(*, actor: Actor, link_id: UUID, at: datetime) -> LinkInfo:
    """Make two ids one person again after it was undone. Raises AlreadyLinkedError where the id is somebody else's now."""
    require_shaper(actor=actor)
    with transaction.atomic():
        link = _locked(actor, link_id)
        if link.undone_at is not None:
            taken, _ = _links_from(actor.workspace_id, {link.from_id}, is_anonymous=link.is_anonymous)
            if link.from_id in taken:
                raise AlreadyLinkedError(
                    f"“{link.from_id}” is “{taken[link.from_id]}” by now.", remedy="Take that link back first."
                )
            link.undone_at = None
            _carry_out(link, at=at)
            link.save(update_fields=["undone_at"])
            journal_operations.record(LinkRedone(link_id=link.id), actor=actor, at=at)
    return link_info(link)


def _carry_out(link: PersonLink, *, at: datetime) -> None:
    if link.is_anonymous:
        orders.order_link(link.workspace_id, anonymous_id=link.from_id, user_id=link.user_id, at=at)
        return
    root = _root(link.workspace_id, link.user_id)
    if root == link.from_id:
        raise ConflictError(
            f"“{link.user_id}” is “{link.from_id}” already, the other way round.", remedy="Take that link back first."
        )
    _move(link.workspace_id, link.from_id, root, at=at)


def _move(workspace_id: UUID, user_id: str, root: str, *, at: datetime) -> None:
    """Make a user, and all who are that user already, the same person as `root`."""
    moved = [user_id, *_people(workspace_id).filter(merged_into=user_id).values_list("user_id", flat=True)]
    _people(workspace_id).filter(user_id__in=moved).update(merged_into=root)
    for one in moved:
        orders.order_merge(workspace_id, user_id=one, into=root, at=at)


def _part(workspace_id: UUID, user_id: str, *, at: datetime) -> None:
    """Work out anew who is one, after a user no longer is the same as somebody else."""
    person = _people(workspace_id).filter(user_id=user_id).first()
    if person is None or not person.merged_into:
        orders.order_merge(workspace_id, user_id=user_id, into=None, at=at)
        return
    whole = list(_people(workspace_id).filter(merged_into=person.merged_into).values_list("user_id", flat=True))
    rows = _links(workspace_id).filter(from_id__in=whole, is_anonymous=False, undone_at=None)
    leads_to = dict(rows.values_list("from_id", "user_id"))
    for one in whole:
        root = one
        while root in leads_to:
            root = leads_to[root]
        if root != person.merged_into:
            into = root if root != one else ""
            _people(workspace_id).filter(user_id=one).update(merged_into=into)
            orders.order_merge(workspace_id, user_id=one, into=into or None, at=at)


def _root(workspace_id: UUID, user_id: str) -> str:
    merged_into = _people(workspace_id).filter(user_id=user_id).values_list("merged_into", flat=True).first()
    return merged_into or user_id


def _check_ids(actor: Actor, from_id: str, user_id: str, *, is_anonymous: bool) -> None:
    problems = []
    for place, id in (("from_id", from_id), ("user_id", user_id)):
        if not 0 < len(id) <= LONGEST_ID or "\x00" in id or not identities.is_somebody(id):
            problems.append(Problem(place, "This id names nobody.", "Enter the id as your product sends it."))
    if not problems and from_id == user_id and not is_anonymous:
        problems.append(Problem("from_id", "Both are the same id.", "Enter the other id of this person."))
    if not problems:
        known = set(
            _people(actor.workspace_id).filter(user_id__in=[from_id, user_id]).values_list("user_id", flat=True)
        )
        wanted = {"user_id": user_id} if is_anonymous else {"user_id": user_id, "from_id": from_id}
        problems += [
            Problem(place, "No user with this id was seen yet.", "Enter the id of a user who sent events.")
            for place, id in wanted.items()
            if id not in known
        ]
    if problems:
        raise InvalidInputError("The ids were not made one.", problems=tuple(problems))


def _links_from(
    workspace_id: UUID, from_ids: Iterable[str], *, is_anonymous: bool
) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Return whose these ids are, and the links of them that were taken back."""
    taken: dict[str, str] = {}
    undone: set[tuple[str, str]] = set()
    wanted = sorted(set(from_ids))
    for start in range(0, len(wanted), IN_A_QUERY):
        rows = _links(workspace_id).filter(from_id__in=wanted[start : start + IN_A_QUERY], is_anonymous=is_anonymous)
        for from_id, user_id, undone_at in rows.values_list("from_id", "user_id", "undone_at"):
            if undone_at is None:
                taken[from_id] = user_id
            else:
                undone.add((from_id, user_id))
    return taken, undone


def _link(
    workspace_id: UUID, from_id: str, user_id: str, made_by: MadeBy, *, is_anonymous: bool, at: datetime
) -> PersonLink:
    return PersonLink(
        id=ids.new_id(),
        workspace_id=workspace_id,
        from_id=from_id,
        is_anonymous=is_anonymous,
        user_id=user_id,
        made_by=made_by.value,
        made_at=at,
    )


def _locked(actor: Actor, link_id: UUID) -> PersonLink:
    link = PersonLink.objects.for_actor(actor).select_for_update().filter(id=link_id).first()
    if link is None:
        raise NotFoundError("There is no such link between two ids.", remedy="Look at the list of links.")
    return link


def _links(workspace_id: UUID) -> "models.QuerySet[PersonLink]":
    return PersonLink.objects.for_workspace(workspace_id)


def _people(workspace_id: UUID) -> "models.QuerySet[UsagePerson]":
    return UsagePerson.objects.for_workspace(workspace_id)

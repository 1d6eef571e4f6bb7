"""Who is who and whose is what, kept beside the events: links, merges and places, the newest version of each counts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from firstwin.usage.rules.sql.base import Query, array, text, uuids


def write_links(workspace_id: UUID, links: Mapping[str, str]) -> Query:
    """An anonymous id is the user it was linked to last; an empty user takes the link back."""
    return Query(
        "INSERT INTO links SELECT {workspace:UUID}, one.1, one.2, (SELECT max(version) FROM links) + 1 FROM ("
        "SELECT arrayJoin(arrayZip({ids:Array(String)}, {users:Array(String)})) AS one)",
        {"workspace": str(workspace_id), "ids": array(list(links)), "users": array(list(links.values()))},
    )


def write_merge(workspace_id: UUID, *, user_id: str, into: str) -> Query:
    """A user is whom they were merged into last; an empty one takes it back."""
    return Query(
        "INSERT INTO merged SELECT {workspace:UUID}, {user:String}, {into:String}, (SELECT max(version) FROM merged) + 1",
        {"workspace": str(workspace_id), "user": text(user_id), "into": text(into)},
    )


def write_places(workspace_id: UUID, places: Mapping[str, UUID | None]) -> Query:
    """A group is that of the account it was given last; none takes it back."""
    nowhere = UUID(int=0)
    return Query(
        "INSERT INTO places SELECT {workspace:UUID}, one.1, one.2, one.2 = toUUID('00000000-0000-0000-0000-000000000000'), "
        "(SELECT max(version) FROM places) + 1 FROM ("
        "SELECT arrayJoin(arrayZip({groups:Array(String)}, {accounts:Array(UUID)})) AS one)",
        {
            "workspace": str(workspace_id),
            "groups": array(list(places)),
            "accounts": uuids([account or nowhere for account in places.values()]),
        },
    )


def write_identities(workspace_id: UUID, identities: Mapping[str, str]) -> Query:
    """Whoever is named so is that person; somebody who is themselves again is written as such."""
    return Query(
        "INSERT INTO identities SELECT {workspace:UUID}, sipHash64({workspace:UUID}, one.1), "
        "sipHash64({workspace:UUID}, one.2), one.2, (SELECT max(version) FROM identities) + 1 FROM ("
        "SELECT arrayJoin(arrayZip({names:Array(String)}, {people:Array(String)})) AS one)",
        {"workspace": str(workspace_id), "names": array(list(identities)), "people": array(list(identities.values()))},
    )


def merges(workspace_id: UUID) -> Query:
    """All merges of a workspace that hold count."""
    return Query(
        "SELECT user_id, into FROM merged FINAL WHERE workspace_id = {workspace:UUID} AND into != ''",
        {"workspace": str(workspace_id)},
    )


def links_to(workspace_id: UUID, *, users: Sequence[str]) -> Query:
    """The anonymous ids that are linked to some users."""
    return Query(
        "SELECT anonymous_id, user_id FROM links FINAL WHERE workspace_id = {workspace:UUID} "
        "AND user_id IN {users:Array(String)}",
        {"workspace": str(workspace_id), "users": array(users)},
    )


def names_of(workspace_id: UUID, *, person: str) -> Query:
    """A person goes by their own name, unless it is somebody else's now, and by all that were linked to it or merged."""
    return Query(
        "SELECT raw FROM (SELECT sipHash64({workspace:UUID}, {person:String}) AS raw WHERE raw NOT IN ("
        "SELECT raw FROM identities FINAL WHERE workspace_id = {workspace:UUID} AND raw != person) "
        "UNION DISTINCT SELECT raw FROM identities FINAL WHERE workspace_id = {workspace:UUID} "
        "AND person = sipHash64({workspace:UUID}, {person:String}))",
        {"workspace": str(workspace_id), "person": text(person)},
    )

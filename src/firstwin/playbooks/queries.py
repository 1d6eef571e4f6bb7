"""All reads of playbooks. The first part needs no database: it answers questions about a definition."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from firstwin.customers.contracts import AccountInfo
from firstwin.identity.contracts import Actor
from firstwin.playbooks import permissions
from firstwin.playbooks.contracts import (
    KindSettings,
    PlaybookDefinition,
    PlaybookDetail,
    PlaybookProblem,
    PlaybookStatus,
    PlaybookSummary,
    PlaybookVersionInfo,
)
from firstwin.playbooks.contracts.comparison import Change, NewEdition
from firstwin.playbooks.contracts.library import (
    DraftStep,
    Edit,
    EditCheck,
    InvalidPlaybookError,
    PlaybookFilters,
    PlaybookVersionSummary,
)
from firstwin.playbooks.contracts.resolved import Facts, ResolvedPlaybook
from firstwin.playbooks.models import DraftRevision, Playbook, PlaybookVersion
from firstwin.playbooks.rules import (
    differences,
    editing,
    linting,
    manual,
    mermaid,
    proving,
    reading,
    resolving,
    schema,
    wording,
    writing,
)
from firstwin.playbooks.rules import facts as fact_rules
from firstwin.playbooks.rules.checks import goals
from firstwin.playbooks.rules.findings import is_error
from firstwin.shared import pagination
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.queries import features as usage_features

BUILTIN_FOLDER = resources.files("firstwin.playbooks") / "builtin"


def get_facts(account: AccountInfo, answers: Mapping[str, Any], *, definition: PlaybookDefinition) -> Facts:
    """Return what conditions are asked about: the account, and the answers to the playbook's questions with defaults."""
    return fact_rules.facts_of(account, answers, definition)


def resolve(
    definition: PlaybookDefinition,
    *,
    facts: Facts,
    included: Collection[str] = (),
    excluded: Collection[str] = (),
    chosen_overlays: Mapping[str, bool] | None = None,
) -> ResolvedPlaybook:
    """Return what a playbook comes to: which overlays apply, and each stage and task in or out with the reason.

    `included` and `excluded` are keys of stages and tasks decided by hand, `chosen_overlays` overlays by key. Links of
    what is in are bridged over what is out. Raises InvalidConditionError for a broken condition, which publishing
    prevents.
    """
    choices = resolving.Choices(included=included, excluded=excluded, overlays=chosen_overlays)
    return resolving.resolve(definition, facts, choices)


def to_plain(part: Any) -> Any:
    """Return a playbook, or any part of one such as a task, as JSON-like data in the keys of the YAML form."""
    return writing.to_plain(part)


def say_value(value: Any, *, names: Mapping[str, str]) -> str:
    """Return a value of a playbook in words, such as a Moment, a LinkSpec or a Span; `names` are those of parts by key."""
    return wording.say(value, names)


def say_field(field: str) -> str:
    """Return a key of the YAML form as people say it."""
    return wording.label(field)


def export_definition(definition: PlaybookDefinition) -> str:
    """Return a playbook as a YAML file."""
    return writing.to_yaml(definition)


def find_goal(settings: KindSettings | None) -> Goal | None:
    """Return what usage has to show before a task with these settings is done by itself; None: somebody says so."""
    return proving.goal_of(settings)


def lint_text(text: str, *, file: str = "", actor: Actor | None = None) -> tuple[PlaybookProblem, ...]:
    """Return every problem of a playbook file, by place; it can be published when none is an error.

    With an actor also the features that goals name and the actor's workspace does not have.
    """
    features = None if actor is None else _known_features(actor)
    return linting.lint_text(text, file=file, features=features)


def read_definition(text: str, *, file: str = "") -> PlaybookDefinition:
    """Return the playbook in a YAML file; raises InvalidPlaybookError for mistakes of form."""
    read = reading.read_yaml(text, file=file)
    if read.definition is None or read.problems:
        raise InvalidPlaybookError(f"The file {file} cannot be read as a playbook.", found=read.problems)
    return read.definition


def compare_definitions(old: PlaybookDefinition, new: PlaybookDefinition) -> tuple[Change, ...]:
    """Return what differs between two playbooks, item by item and in plain words."""
    return differences.differences(old, new)


def get_schema() -> dict[str, Any]:
    """Return the JSON Schema of playbook files."""
    return schema.playbook_schema()


def get_reference() -> str:
    """Return the reference of every key and lint code, as Markdown."""
    return manual.reference()


def list_builtin_playbooks() -> tuple[tuple[PlaybookDefinition, str], ...]:
    """Return the playbooks that ship with the product, each with the digest that tells its editions apart."""
    names = sorted(file.name for file in BUILTIN_FOLDER.iterdir())
    return tuple(_builtin_playbook(name) for name in names if name.endswith(".yaml"))


def find_builtin_playbook(key: str) -> tuple[PlaybookDefinition, str] | None:
    """Return one of the playbooks that ship with the product with its digest, or None; the others are not read."""
    name = f"{key}.yaml"
    return _builtin_playbook(name) if (BUILTIN_FOLDER / name).is_file() else None


@cache
def _builtin_playbook(name: str) -> tuple[PlaybookDefinition, str]:
    """Read one of the files once per process, and only when it is asked for: reading takes a good part of a second."""
    read = reading.read_yaml((BUILTIN_FOLDER / name).read_text(encoding="utf-8"), file=name)
    problems = [problem for problem in linting.lint_reading(read) if is_error(problem)]
    if read.definition is None or problems:
        raise InvalidPlaybookError(f"The built-in playbook {name} is broken.", found=tuple(problems))
    return read.definition, writing.digest_of(writing.to_plain(read.definition))


def draw_flowchart(definition: PlaybookDefinition) -> str:
    """Return a playbook as a Mermaid flowchart."""
    return mermaid.flowchart_of(definition)


def may_edit_playbooks(actor: Actor) -> bool:
    """Tell whether the actor writes, publishes and archives playbooks, for pages that show a button only where it works."""
    return permissions.can_edit_playbooks(actor)


def list_playbooks(
    *,
    actor: Actor,
    filters: PlaybookFilters | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[PlaybookSummary]:
    """Return one page of the library by name. Raises InvalidInputError for a malformed cursor."""
    rows = _filtered(actor, filters or PlaybookFilters()).defer("draft")
    return pagination.page_of(rows, order=["name"], cursor=cursor, limit=limit, convert=_summary)


def get_playbook(*, actor: Actor, playbook_id: UUID) -> PlaybookDetail:
    """Return a playbook with its draft and the problems of the draft. Raises NotFoundError."""
    row = _rows(actor).filter(id=playbook_id).first()
    if row is None:
        raise NotFoundError("There is no such playbook.", remedy="Look for it in the library.")
    draft, problems = _read_draft(row)
    steps = DraftRevision.objects.for_actor(actor).filter(playbook_id=row.id)
    around = set(steps.filter(position__in=[row.position - 1, row.position + 1]).values_list("position", flat=True))
    return PlaybookDetail(
        summary=_summary(row),
        draft=draft,
        revision=row.revision,
        can_undo=row.position - 1 in around,
        can_redo=row.position + 1 in around,
        problems=(*problems, *_missing_features(actor, draft)),
    )


def check_edit(*, actor: Actor, playbook_id: UUID, edit: Edit) -> EditCheck:
    """Return what an edit of the draft would come to, without making it. Raises NotFoundError."""
    before = get_playbook(actor=actor, playbook_id=playbook_id).draft
    try:
        after = editing.apply_edit(before, edit)
    except InvalidInputError as error:
        return EditCheck(refusal=f"{error.detail} {error.remedy}".strip(), problems=())
    broken = editing.new_breakage(before, after)
    refusal = f"{broken[0].message} {broken[0].remedy}" if broken else ""
    return EditCheck(refusal=refusal, problems=(*linting.lint_definition(after), *_missing_features(actor, after)))


def find_new_edition(*, actor: Actor, playbook_id: UUID) -> NewEdition | None:
    """Return the newer edition of a built-in playbook that the workspace made its own, with what it would change."""
    row = _rows(actor).filter(id=playbook_id, is_builtin=True).first()
    shipped = find_builtin_playbook(row.key) if row is not None else None
    if row is None or shipped is None:
        return None
    definition, digest = shipped
    if digest == row.builtin_digest:
        return None
    changes = differences.differences(reading.definition_from_plain(row.draft), definition)
    return NewEdition(definition=definition, changes=changes) if changes else None


def find_playbook_by_key(*, actor: Actor, key: str) -> PlaybookSummary | None:
    """Return the playbook with this key, or None."""
    row = _rows(actor).defer("draft").filter(key=key).first()
    return _summary(row) if row else None


def list_draft_steps(*, actor: Actor, playbook_id: UUID, limit: int | None = None) -> tuple[DraftStep, ...]:
    """Return the history of a draft, newest first, with what redo could bring back. Raises NotFoundError."""
    position = _rows(actor).filter(id=playbook_id).values_list("position", flat=True).first()
    if position is None:
        raise NotFoundError("There is no such playbook.", remedy="Look for it in the library.")
    steps = DraftRevision.objects.for_actor(actor).filter(playbook_id=playbook_id).order_by("-position")
    return tuple(
        DraftStep(
            position=step.position,
            summary=step.summary,
            author_name=step.author_name,
            at=step.at,
            is_current=step.position == position,
        )
        for step in steps.defer("definition")[:limit]
    )


def get_version(actor: Actor, version_id: UUID) -> PlaybookVersionInfo:
    """Return a published version. Raises NotFoundError."""
    return _one_version(_versions(actor).filter(id=version_id))


def get_versions(*, actor: Actor, version_ids: Collection[UUID]) -> Mapping[UUID, PlaybookVersionInfo]:
    """Return several versions by id, with one query for those not read before; ids of other workspaces are left out."""
    kept = {id: read for id in set(version_ids) if (read := _read.get(id))}
    known = {id: info for id, (workspace_id, info) in kept.items() if workspace_id == actor.workspace_id}
    missing = set(version_ids) - kept.keys()
    found = _version_infos(_versions(actor).filter(id__in=missing)) if missing else []
    return known | {info.id: info for info in found}


def get_version_by_number(*, actor: Actor, playbook_id: UUID, number: int) -> PlaybookVersionInfo:
    """Return a version of a playbook by its number. Raises NotFoundError."""
    return _one_version(_versions(actor).filter(playbook_id=playbook_id, number=number))


def latest_version(*, actor: Actor, playbook_id: UUID) -> PlaybookVersionInfo:
    """Return the newest version of a playbook. Raises NotFoundError when nothing was published."""
    rows = _versions(actor).filter(playbook_id=playbook_id).order_by("-number")[:1]
    return _one_version(rows)


def latest_number(*, actor: Actor, playbook_id: UUID) -> int | None:
    """Return the number of the newest version of a playbook, or None; one cheap read."""
    return Playbook.objects.for_actor(actor).filter(id=playbook_id).values_list("latest_number", flat=True).first()


def latest_versions(*, actor: Actor, playbook_ids: Collection[UUID]) -> Mapping[UUID, PlaybookVersionInfo]:
    """Return the newest version of each of several playbooks in two queries; those without one are left out."""
    newest = Playbook.objects.for_actor(actor).filter(id=OuterRef("playbook_id")).values("latest_number")[:1]
    rows = _versions(actor).filter(playbook_id__in=set(playbook_ids), number=Subquery(newest))
    return {info.playbook_id: info for info in _version_infos(rows)}


def list_versions(*, actor: Actor, playbook_id: UUID) -> tuple[PlaybookVersionSummary, ...]:
    """Return the versions of a playbook, newest first, without their content. Raises NotFoundError."""
    if not _rows(actor).filter(id=playbook_id).exists():
        raise NotFoundError("There is no such playbook.", remedy="Look for it in the library.")
    rows = _versions(actor).filter(playbook_id=playbook_id).defer("definition").order_by("-number")
    return tuple(
        PlaybookVersionSummary(
            id=row.id,
            playbook_id=row.playbook_id,
            number=row.number,
            notes=row.notes,
            published_at=row.published_at,
            published_by_id=row.published_by_id,
            published_by_name=row.published_by_name,
            stage_count=row.stage_count,
            task_count=row.task_count,
        )
        for row in rows
    )


def compare_versions(*, actor: Actor, playbook_id: UUID, old: int, new: int | None = None) -> tuple[Change, ...]:
    """Return what differs between two versions, or between a version and the draft. Raises NotFoundError."""
    before, after = _definition(actor, playbook_id, old), _definition(actor, playbook_id, new)
    return differences.differences(before, after)


def export_yaml(*, actor: Actor, playbook_id: UUID, number: int | None = None) -> str:
    """Return the draft, or the version of this number, as a YAML file. Raises NotFoundError."""
    return writing.to_yaml(_definition(actor, playbook_id, number))


def export_flowchart(*, actor: Actor, playbook_id: UUID, number: int | None = None) -> str:
    """Return the draft, or the version of this number, as a Mermaid flowchart. Raises NotFoundError."""
    return mermaid.flowchart_of(_definition(actor, playbook_id, number))


_drafts: OrderedDict[tuple[UUID, int, datetime], tuple[PlaybookDefinition, tuple[PlaybookProblem, ...]]] = OrderedDict()
KEPT_DRAFTS = 32


def _read_draft(row: Playbook) -> tuple[PlaybookDefinition, tuple[PlaybookProblem, ...]]:
    """Return a draft and what is wrong in it; a revision is read and checked once per process, since it never changes."""
    key = (row.id, row.revision, row.updated_at)
    if key not in _drafts:
        draft = reading.definition_from_plain(row.draft)
        _drafts[key] = draft, linting.lint_definition(draft)
        while len(_drafts) > KEPT_DRAFTS:
            _drafts.popitem(last=False)
    return _drafts[key]


def _missing_features(actor: Actor, definition: PlaybookDefinition) -> tuple[PlaybookProblem, ...]:
    """Return what a workspace misses for the goals of a draft: never kept, since features come and go on their own."""
    if not goals.features_named(definition):
        return ()
    return linting.lint_features_of(definition, _known_features(actor))


def _known_features(actor: Actor) -> frozenset[str]:
    return frozenset(one.key for one in usage_features.list_features(actor=actor))


def _definition(actor: Actor, playbook_id: UUID, number: int | None) -> PlaybookDefinition:
    if number is not None:
        return get_version_by_number(actor=actor, playbook_id=playbook_id, number=number).definition
    plain = _rows(actor).filter(id=playbook_id).values_list("draft", flat=True).first()
    if plain is None:
        raise NotFoundError("There is no such playbook.", remedy="Look for it in the library.")
    return reading.definition_from_plain(plain)


def _rows(actor: Actor) -> QuerySet[Playbook]:
    if not permissions.can_view_playbooks(actor):
        raise PermissionDeniedError("Only people of this workspace see its playbooks.")
    return Playbook.objects.for_actor(actor)


def _versions(actor: Actor) -> QuerySet[PlaybookVersion]:
    """Return versions; a contact and the system act on projects that run on them, so reading one needs no role."""
    return PlaybookVersion.objects.for_actor(actor)


def _one_version(rows: QuerySet[PlaybookVersion]) -> PlaybookVersionInfo:
    found = _version_infos(rows)
    if not found:
        raise NotFoundError("There is no such version.", remedy="Look at the versions of the playbook.")
    return found[0]


def _filtered(actor: Actor, filters: PlaybookFilters) -> QuerySet[Playbook]:
    rows = _rows(actor)
    match filters.status:
        case PlaybookStatus.ARCHIVED:
            rows = rows.filter(archived_at__isnull=False)
        case PlaybookStatus.PUBLISHED:
            rows = rows.filter(archived_at__isnull=True, latest_number__isnull=False)
        case PlaybookStatus.DRAFT:
            rows = rows.filter(archived_at__isnull=True, latest_number__isnull=True)
        case None:
            rows = rows.filter(archived_at__isnull=True)
    if filters.is_builtin is not None:
        rows = rows.filter(is_builtin=filters.is_builtin)
    if filters.owner_id is not None:
        rows = rows.filter(owner_id=filters.owner_id)
    for word in filters.search.replace("\x00", "").split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(key__icontains=word) | Q(summary__icontains=word))
    return rows


def _summary(row: Playbook) -> PlaybookSummary:
    status = PlaybookStatus.PUBLISHED if row.latest_number is not None else PlaybookStatus.DRAFT
    return PlaybookSummary(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.key,
        name=row.name,
        summary=row.summary,
        status=PlaybookStatus.ARCHIVED if row.archived_at is not None else status,
        is_builtin=row.is_builtin,
        latest_version=row.latest_number,
        has_draft_changes=row.has_draft_changes,
        stage_count=row.stage_count,
        task_count=row.task_count,
        owner_id=row.owner_id,
        updated_at=row.updated_at,
    )


_read: OrderedDict[UUID, tuple[UUID, PlaybookVersionInfo]] = OrderedDict()
"""The versions that this process has read, with their workspaces: a published version never changes."""
MOST_KEPT = 256


def _version_infos(rows: QuerySet[PlaybookVersion]) -> list[PlaybookVersionInfo]:
    """Return versions; their content is read once per process."""
    found = list(rows.defer("definition"))
    known = {row.id: read for row in found if (read := _read.get(row.id))}
    missing = {row.id: row for row in found if row.id not in known}
    if missing:
        contents = PlaybookVersion.objects.for_workspace(found[0].workspace_id).filter(id__in=list(missing))
        for version_id, plain in contents.values_list("id", "definition"):
            row = missing[version_id]
            known[row.id] = (row.workspace_id, _version_info(row, reading.definition_from_plain(plain)))
        _read.update(known)
        while len(_read) > MOST_KEPT:
            _read.popitem(last=False)
    return [known[row.id][1] for row in found]


def _version_info(row: PlaybookVersion, definition: PlaybookDefinition) -> PlaybookVersionInfo:
    return PlaybookVersionInfo(
        id=row.id,
        playbook_id=row.playbook_id,
        number=row.number,
        notes=row.notes,
        published_at=row.published_at,
        published_by_id=row.published_by_id,
        published_by_name=row.published_by_name,
        definition=definition,
    )

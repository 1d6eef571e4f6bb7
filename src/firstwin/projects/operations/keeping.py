"""The rows of a plan as they are, kept so that they can be put back exactly. Inside projects only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from firstwin.projects.models import Project, ProjectRole, ProjectStage, ProjectTask, TaskLink
from firstwin.projects.queries.plans import RunningPlan
from firstwin.shared import bulk
from firstwin.shared.models import WorkspaceModel

Rows = dict[str, dict[str, dict[str, Any]]]
Table = type[ProjectStage] | type[ProjectRole] | type[ProjectTask] | type[TaskLink]
TABLES: dict[str, Table] = {"stages": ProjectStage, "roles": ProjectRole, "tasks": ProjectTask, "links": TaskLink}
"""In the order in which rows can be put back; they are taken away in the opposite one."""

PROJECT_KEPT = ("playbook_version_id", "playbook_number", "playbook_name", "completion", "target_end_at", "decisions")
"""What an update writes to the project itself."""

LIVING = frozenset({"comment_count", "file_count", "came_due_at", "overdue_at", "meeting_at"})
"""Columns that go on by themselves, so putting a row back leaves them alone."""


def kept(plan: RunningPlan, roles: Iterable[ProjectRole]) -> Rows:
    """Return every row of a plan as plain data, and the columns of the project that updates write."""
    tables: dict[str, Iterable[WorkspaceModel]] = {
        "stages": plan.stages,
        "roles": roles,
        "tasks": plan.tasks.values(),
        "links": plan.links,
    }
    found = {name: {row.id.hex: plain_row(row) for row in rows} for name, rows in tables.items()}
    project = {column: plain(getattr(plan.project, column)) for column in PROJECT_KEPT}
    return {**found, "project": {"": project}}


def plain_row(row: models.Model) -> dict[str, Any]:
    """Return a row as plain data."""
    return {field.attname: plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def plain(value: Any) -> Any:
    """Return a value of a column as plain data."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def undo_of(before: Rows, after: Rows) -> Rows:
    """Return what has to be put back: whole rows that are gone, changed columns, and which rows came."""
    undo = of_project(before["project"][""], after["project"][""])
    for name in TABLES:
        old, new = before[name], after[name]
        rows = {row_id: row for row_id, row in old.items() if row_id not in new}
        changed = {row_id: _changed(old[row_id], new[row_id]) for row_id in old.keys() & new.keys()}
        undo[f"{name}:gone"] = rows
        undo[f"{name}:changed"] = {row_id: columns for row_id, columns in changed.items() if columns}
        undo[f"{name}:came"] = {row_id: {} for row_id in new.keys() - old.keys()}
    return undo


def of_project(old: Mapping[str, Any], new: Mapping[str, Any]) -> Rows:
    """Return what has to be put back of the project itself, and what it was left as: `is_as_left` compares that."""
    changed = _changed(old, new)
    return {
        "project": {"": changed} if changed else {},
        "project:left": {"": {column: new[column] for column in changed}} if changed else {},
    }


def is_as_left(project: Project, undo: Rows) -> bool:
    """Say whether nobody changed since what would be put back of the project itself; of old changes nothing is known."""
    left = undo.get("project:left", {}).get("", {})
    return all(getattr(project, column) == value_of(Project, column, value) for column, value in left.items())


def put_back_project(project: Project, undo: Rows) -> Mapping[str, Any]:
    """Write the columns of the project itself back, and return them as they are now."""
    columns = undo["project"].get("", {})
    for column, value in columns.items():
        setattr(project, column, value_of(Project, column, value))
    if columns:
        project.save(update_fields=list(columns))
    return {column: getattr(project, column) for column in columns}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in old.items() if value != new[column] and column not in LIVING}


def put_back(workspace_id: UUID, project_id: UUID, undo: Rows) -> None:
    """Write rows back as they were; the caller has made sure that nothing changed since, and loads the plan again."""
    for name, model in TABLES.items():
        bulk.insert_rows([_row(model, columns) for columns in undo[f"{name}:gone"].values()])
        _write_back(workspace_id, model, undo[f"{name}:changed"])
    for name in reversed(TABLES):
        came = undo[f"{name}:came"]
        if came:
            rows = TABLES[name].objects.for_workspace(workspace_id).filter(project_id=project_id)
            rows.filter(id__in=[UUID(row_id) for row_id in came]).delete()


def _write_back(workspace_id: UUID, model: type[WorkspaceModel], changed: Mapping[str, Mapping[str, Any]]) -> None:
    if not changed:
        return
    found = model.objects.for_workspace(workspace_id).filter(id__in=[UUID(row_id) for row_id in changed])
    rows: Sequence[WorkspaceModel] = list(found)
    columns: dict[str, None] = {}
    for row in rows:
        for column, value in changed[row.id.hex].items():
            setattr(row, column, value_of(model, column, value))
            columns[column] = None
    model.objects.for_workspace(workspace_id).bulk_update(rows, list(columns), batch_size=100)


def _row(model: type[WorkspaceModel], columns: Mapping[str, Any]) -> WorkspaceModel:
    return model(**{column: value_of(model, column, value) for column, value in columns.items()})


def value_of(model: type[models.Model], column: str, value: Any) -> Any:
    """Return a kept value as its column has it."""
    field = next(field for field in model._meta.concrete_fields if field.attname == column)
    if value is None or isinstance(field, models.JSONField):
        return value
    return field.to_python(value) if not isinstance(field, models.ForeignKey) else UUID(value)

"""Rows inserted in bulk are what the ORM would have written."""

import pytest
from django.db import IntegrityError, models, transaction

from firstwin.projects.models import Project, ProjectRole, ProjectStage, ProjectTask, TaskLink
from firstwin.shared import bulk, ids
from tests.factories.projects import launch_example

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [ProjectStage, ProjectTask, TaskLink, ProjectRole])
def test_rows_read_back_as_they_were(model: type[models.Model]) -> None:
    project = launch_example()
    rows = list(model.objects.for_actor(project.scene.manager).order_by("id"))  # type: ignore[attr-defined]
    before = [{**_values(row), "id": None} for row in rows]
    for row in rows:
        row.pk = ids.new_id()
    bulk.insert_rows(rows)
    written = model.objects.for_actor(project.scene.manager).filter(id__in=[row.pk for row in rows])  # type: ignore[attr-defined]
    assert [{**_values(row), "id": None} for row in written.order_by("id")] == before


def test_the_database_still_refuses_what_is_wrong() -> None:
    project = launch_example()
    row = project.task("kickoff")
    row.id, row.start_at = ids.new_id(), row.due_at.replace(year=row.due_at.year + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert_rows([row])
    bulk.insert_rows([])
    assert Project.objects.for_actor(project.scene.manager).count() == 1


def _values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

"""A trigger refuses every change of a published version."""

from typing import ClassVar

from django.db import migrations

TABLE = "playbooks_playbookversion"
MESSAGE = "a published version never changes"

SQLITE = [
    f"CREATE TRIGGER playbooks_version_unchanged BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
]
POSTGRESQL = [
    f"""CREATE FUNCTION playbooks_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE TRIGGER playbooks_version_unchanged BEFORE UPDATE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION playbooks_refuse_change()""",
]
UNDO = {
    "sqlite": ["DROP TRIGGER playbooks_version_unchanged"],
    "postgresql": [
        f"DROP TRIGGER playbooks_version_unchanged ON {TABLE}",
        "DROP FUNCTION playbooks_refuse_change()",
    ],
}


def add(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("playbooks", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(add, remove)]

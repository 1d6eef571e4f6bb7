"""Triggers: entries and seals are only ever added, and each entry queues for its seal when its transaction commits."""

from django.db import migrations

TABLES = ("journal_entry", "journal_seal")

SQLITE_REFUSE = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: {verb} of {table} refused'); END
"""
SQLITE_QUEUE = """
CREATE TRIGGER journal_entry_queues AFTER INSERT ON journal_entry
BEGIN INSERT INTO journal_unsealed (entry_id, workspace_id) VALUES (NEW.id, NEW.workspace_id); END
"""
POSTGRESQL = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the journal is append-only: % of % refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER journal_entry_refuses BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_seal_refuses BEFORE UPDATE OR DELETE ON journal_seal
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE FUNCTION journal_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO journal_unsealed (entry_id, workspace_id) VALUES (NEW.id, NEW.workspace_id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER journal_entry_queues AFTER INSERT ON journal_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_queue();
"""
POSTGRESQL_UNDO = """
DROP TRIGGER journal_entry_queues ON journal_entry;
DROP TRIGGER journal_entry_refuses ON journal_entry;
DROP TRIGGER journal_seal_refuses ON journal_seal;
DROP FUNCTION journal_queue();
DROP FUNCTION journal_refuse();
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(SQLITE_REFUSE.format(table=table, verb=verb))
    schema_editor.execute(SQLITE_QUEUE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_UNDO, params=None)
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER {table}_refuses_{verb}")
    schema_editor.execute("DROP TRIGGER journal_entry_queues")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]

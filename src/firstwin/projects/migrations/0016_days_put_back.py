from django.db import migrations, models


def mark_what_was_put_back(apps, schema_editor):
    """An entry and its opposite of the same day, side and reason, that somebody made in the plan, count no more."""
    rows = apps.get_model('projects', 'LedgerEntry').objects.filter(
        counted_reason__in=('anchor', 'date_set', 'handed_on', 'scope'), corrected_at=None
    )
    kept, marked = {}, []
    order = ('project_id', 'baseline_number', 'position')
    columns = ('id', 'project_id', 'baseline_number', 'on', 'counted_side', 'counted_reason', 'days')
    for id, *place, days in rows.order_by(*order).values_list(*columns).iterator():
        opposites = kept.get((*place, -days))
        if opposites:
            marked += [id, opposites.pop()]
        else:
            kept.setdefault((*place, days), []).append(id)
    for at in range(0, len(marked), 500):
        rows.filter(id__in=marked[at : at + 500]).update(is_put_back=True)


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0015_open_tasks_without_dates'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgerentry',
            name='is_put_back',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(mark_what_was_put_back, migrations.RunPython.noop),
    ]

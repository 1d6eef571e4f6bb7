from django.db import migrations, models


def keep_goals(apps, schema_editor):
    """What is looked after already keeps its goal: which playbook named it, or which rule, was not written down."""
    rows = apps.get_model('usage', 'Watch').objects.filter(is_first_value=True)
    rows.update(own_goal=models.F('goal'))


class Migration(migrations.Migration):

    dependencies = [
        ('usage', '0006_when_events_arrived_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='watch',
            name='playbook_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='watch',
            name='own_goal',
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(keep_goals, migrations.RunPython.noop, elidable=True),
    ]

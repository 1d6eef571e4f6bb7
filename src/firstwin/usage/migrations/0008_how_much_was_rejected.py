from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('usage', '0007_what_first_wins_go_by'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='rejectedevent',
            index=models.Index(fields=['received_at', 'source', 'size'], name='usage_rejected_fill'),
        ),
        migrations.RemoveIndex(
            model_name='rejectedevent',
            name='usage_rejected_age',
        ),
    ]

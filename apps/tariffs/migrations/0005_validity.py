"""Tariffs say from when to when they are valid; a task looks at those that are kept."""

from django.db import migrations, models

LOOK_AGAIN = """
UPDATE tariffs_tariff SET unsaid = NULL
WHERE version <> '2.1.1' AND position('_date_time' in payload::text) > 0
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tariffs', '0004_unsaid'),
    ]

    operations = [
        migrations.AddField(
            model_name='tariff',
            name='valid_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='tariff',
            name='valid_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='tariff',
            index=models.Index(condition=models.Q(('valid_from__isnull', False), ('valid_until__isnull', False), _connector='OR'), fields=['audience', 'owner'], include=('last_updated', 'unsaid', 'valid_from', 'valid_until'), name='tariff_validity'),
        ),
        migrations.RunSQL(LOOK_AGAIN, migrations.RunSQL.noop),
    ]

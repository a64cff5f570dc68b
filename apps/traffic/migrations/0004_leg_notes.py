from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0003_outcome_and_indexes'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE traffic_leg ADD COLUMN notes text NOT NULL DEFAULT ''",
                    'ALTER TABLE traffic_leg DROP COLUMN notes',
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='leg',
                    name='notes',
                    field=models.TextField(
                        blank=True,
                        default='',
                        help_text='What was lost or assumed between two versions of OCPI: a JSON list of path, what, why and version. Empty where nothing was.',
                    ),
                ),
            ],
        ),
    ]

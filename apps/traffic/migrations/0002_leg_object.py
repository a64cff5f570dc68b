from django.db import migrations, models


COLUMN = """
ALTER TABLE traffic_leg ADD COLUMN object text NOT NULL DEFAULT '';
CREATE INDEX leg_object ON traffic_leg (object, id DESC) WHERE object <> '';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(COLUMN, 'ALTER TABLE traffic_leg DROP COLUMN object'),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='leg',
                    name='object',
                    field=models.TextField(
                        blank=True, default='', help_text='The kept object that it changed.'
                    ),
                ),
                migrations.AddIndex(
                    model_name='leg',
                    index=models.Index(
                        condition=models.Q(('object', ''), _negated=True),
                        fields=['object', '-id'],
                        name='leg_object',
                    ),
                ),
            ],
        ),
    ]

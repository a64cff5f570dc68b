"""Places are found by where they are."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('summaries', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(
            'CREATE INDEX place_position ON summaries_place USING gist (point(lon, lat))',
            'DROP INDEX place_position',
        ),
    ]

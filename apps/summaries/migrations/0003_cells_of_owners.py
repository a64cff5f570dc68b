"""Cells of the grid for each owner, filled from the places that are there."""

from django.db import migrations, models


# As apps.summaries.grid has columns and rows.
FILL = """
INSERT INTO summaries_ownercell (owner, level, x, y, lat, lon, city,
    available, in_use, out_of_order, planned, unknown)
SELECT owner, level, ((lon + 180000000::bigint) << level) / 90000000,
    ((lat + 90000000::bigint) << level) / 90000000, sum(lat), sum(lon), max(city),
    count(*) FILTER (WHERE state = 'available'), count(*) FILTER (WHERE state = 'in_use'),
    count(*) FILTER (WHERE state = 'out_of_order'), count(*) FILTER (WHERE state = 'planned'),
    count(*) FILTER (WHERE state = 'unknown')
FROM summaries_place CROSS JOIN unnest('{2,4,6,8,10}'::int[]) level GROUP BY 1, 2, 3, 4
"""


class Migration(migrations.Migration):

    dependencies = [
        ('summaries', '0002_place_by_position'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnerCell',
            fields=[
                ('level', models.SmallIntegerField()),
                ('x', models.IntegerField()),
                ('y', models.IntegerField()),
                ('lat', models.BigIntegerField()),
                ('lon', models.BigIntegerField()),
                ('city', models.TextField()),
                ('pk', models.CompositePrimaryKey('owner', 'level', 'x', 'y', blank=True, editable=False, primary_key=True, serialize=False)),
                ('owner', models.CharField(max_length=6)),
                ('available', models.BigIntegerField()),
                ('in_use', models.BigIntegerField()),
                ('out_of_order', models.BigIntegerField()),
                ('planned', models.BigIntegerField()),
                ('unknown', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['owner'], name='place_owner'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

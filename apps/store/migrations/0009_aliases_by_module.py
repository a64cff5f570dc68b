"""Aliases are of ids of a module; so far they were of Locations, EVSEs and CDRs."""

from django.db import migrations, models

OF_CDRS = """
UPDATE store_alias a SET module = 'cdrs'
WHERE EXISTS (SELECT 1 FROM cdrs_cdr c WHERE c.key = a.key AND c.owner = a.owner)
    AND NOT EXISTS (SELECT 1 FROM locations_location l WHERE l.key = a.key AND l.owner = a.owner)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0008_admission'),
        ('cdrs', '0004_unsaid'),
        ('locations', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='alias',
            name='one_alias_each',
        ),
        migrations.AddField(
            model_name='alias',
            name='module',
            field=models.CharField(default='locations', max_length=36),
        ),
        migrations.RunSQL(OF_CDRS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.UniqueConstraint(fields=('module', 'key', 'owner'), name='one_alias_each'),
        ),
    ]

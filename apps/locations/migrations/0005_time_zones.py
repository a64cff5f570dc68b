"""Locations of 2.1.1 say whether newer versions lack their time zone; a task looks at those kept."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('locations', '0004_unsaid'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE locations_location SET unsaid = NULL WHERE version = '2.1.1'",
            migrations.RunSQL.noop,
        ),
    ]

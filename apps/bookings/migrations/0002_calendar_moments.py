"""Calendars know when their timeslots begin; those that are kept are read for it."""

import django.contrib.postgres.fields
from django.db import migrations, models

from apps.store.parts import moments

PATH = "available_timeslots.start_date_time"


def read(apps, schema_editor):
    calendars = apps.get_model("bookings", "Calendar")
    for each in calendars.objects.only("pk", "payload").iterator(chunk_size=500):
        calendars.objects.filter(pk=each.pk).update(moments=moments(each.payload.encode(), PATH))


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendar',
            name='moments',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), db_default=[], help_text='When its available timeslots begin; lists can be asked for them.', size=None),
        ),
        migrations.RunPython(read, migrations.RunPython.noop),
    ]

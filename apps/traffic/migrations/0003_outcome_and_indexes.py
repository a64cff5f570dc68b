from django.db import migrations, models


# As apps/traffic/outcome.py had it on the day of this migration.
COLUMNS = """
ALTER TABLE traffic_leg ADD COLUMN outcome varchar(7) NOT NULL DEFAULT 'ok';
ALTER TABLE traffic_leg ADD COLUMN follows varchar(64) NOT NULL DEFAULT '';
UPDATE traffic_leg SET outcome = CASE
    WHEN http_status IS NULL OR http_status >= 500 OR http_status BETWEEN 300 AND 399 THEN 'failed'
    WHEN code >= 3000 AND code <> 4001 THEN 'failed'
    ELSE 'refused' END
WHERE http_status IS NULL OR http_status >= 300 OR code >= 2000;
DROP INDEX leg_platform;
CREATE INDEX leg_follows ON traffic_leg (follows) WHERE follows <> '';
CREATE INDEX leg_at ON traffic_leg (at DESC, id DESC);
CREATE INDEX leg_platform_at ON traffic_leg (platform_id, at DESC, id DESC);
CREATE INDEX leg_from_at ON traffic_leg (from_party, at DESC, id DESC);
CREATE INDEX leg_to_at ON traffic_leg (to_party, at DESC, id DESC);
CREATE INDEX leg_module_at ON traffic_leg (module, at DESC, id DESC);
CREATE INDEX leg_method_at ON traffic_leg (method, at DESC, id DESC) WHERE method IN ('POST', 'DELETE');
CREATE INDEX leg_outcome_at ON traffic_leg (outcome, at DESC, id DESC) WHERE outcome <> 'ok';
"""
BACK = """
ALTER TABLE traffic_leg DROP COLUMN outcome, DROP COLUMN follows;
DROP INDEX leg_at, leg_platform_at, leg_from_at, leg_to_at, leg_module_at, leg_method_at;
CREATE INDEX leg_platform ON traffic_leg (platform_id, id DESC);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0002_leg_object'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS, BACK)],
            state_operations=[
                migrations.AddField(
                    model_name='leg',
                    name='outcome',
                    field=models.CharField(choices=[('ok', 'ok'), ('refused', 'refused'), ('failed', 'failed')], default='ok', max_length=7),
                ),
                migrations.AddField(
                    model_name='leg',
                    name='follows',
                    field=models.CharField(blank=True, default='', help_text='Correlation id of the message whose stand-in it was sent to.', max_length=64),
                ),
                migrations.RemoveIndex(model_name='leg', name='leg_platform'),
                migrations.AddIndex(model_name='leg', index=models.Index(condition=models.Q(('follows', ''), _negated=True), fields=['follows'], name='leg_follows')),
                migrations.AddIndex(model_name='leg', index=models.Index(fields=['-at', '-id'], name='leg_at')),
                migrations.AddIndex(model_name='leg', index=models.Index(fields=['platform_id', '-at', '-id'], name='leg_platform_at')),
                migrations.AddIndex(model_name='leg', index=models.Index(fields=['from_party', '-at', '-id'], name='leg_from_at')),
                migrations.AddIndex(model_name='leg', index=models.Index(fields=['to_party', '-at', '-id'], name='leg_to_at')),
                migrations.AddIndex(model_name='leg', index=models.Index(fields=['module', '-at', '-id'], name='leg_module_at')),
                migrations.AddIndex(model_name='leg', index=models.Index(condition=models.Q(('method__in', ('POST', 'DELETE'))), fields=['method', '-at', '-id'], name='leg_method_at')),
                migrations.AddIndex(model_name='leg', index=models.Index(condition=models.Q(('outcome', 'ok'), _negated=True), fields=['outcome', '-at', '-id'], name='leg_outcome_at')),
            ],
        ),
    ]

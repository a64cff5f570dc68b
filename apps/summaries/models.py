"""Summaries of kept objects: how good they are, how many findings there are, where Locations are.

They are made from what the hub keeps and can be made again. They have no pages of their own, and no
permissions: who may see findings, or Locations, may see the summaries of them.
"""

from django.db import models

from apps.summaries.states import STATES


class Progress(models.Model):
    """How far the changes of a module have been read: all up to that moment and sequence, for the
    fields that are named there."""

    module = models.CharField(max_length=36, primary_key=True)
    fields = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    sequence = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.module} up to {self.changed_at}"


class Looked(models.Model):
    """Which recommended fields one kept copy of an object has: bit 0 is the first of them."""

    pk = models.CompositePrimaryKey("module", "sequence")
    module = models.CharField(max_length=36)
    sequence = models.BigIntegerField()
    owner = models.CharField(max_length=6)
    changed_at = models.DateTimeField()
    given = models.BigIntegerField()

    class Meta:
        default_permissions = ()


class Score(models.Model):
    """How good the objects of one owner and module are. Shares are between 0 and 1."""

    pk = models.CompositePrimaryKey("owner", "module")
    owner = models.CharField(max_length=6)
    module = models.CharField(max_length=36)
    objects_kept = models.BigIntegerField()
    with_errors = models.BigIntegerField()
    with_warnings = models.BigIntegerField(help_text="With warnings, and no errors.")
    looked = models.BigIntegerField(help_text="Of how many objects the fields were looked at.")
    given = models.JSONField(help_text="How many of these have each recommended field.")
    correctness = models.FloatField()
    completeness = models.FloatField(null=True, help_text="None: nothing is recommended, or read.")
    score = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class FindingCount(models.Model):
    """How many findings of one kind there are on the objects of one owner and module."""

    pk = models.CompositePrimaryKey("owner", "module", "code", "severity")
    owner = models.CharField(max_length=6)
    module = models.CharField(max_length=36)
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=7)
    findings = models.BigIntegerField()
    objects_found = models.BigIntegerField(help_text="On how many objects.")

    class Meta:
        default_permissions = ()


class Place(models.Model):
    """Where the public copy of a Location is, in millionths of a degree, and whether one can charge
    there."""

    location = models.BigIntegerField(primary_key=True, help_text="The sequence of the Location.")
    owner = models.CharField(max_length=6)
    key = models.TextField()
    name = models.TextField()
    city = models.TextField()
    lat = models.IntegerField()
    lon = models.IntegerField()
    state = models.CharField(max_length=12)
    evses = models.IntegerField()
    available = models.IntegerField(help_text="EVSEs that are AVAILABLE.")

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["owner"], name="place_owner"),)

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"


class Counted(models.Model):
    """How many places a cell of the grid has, by state; with the sums of their coordinates and the
    city of the one that was changed last."""

    level = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    lat = models.BigIntegerField()
    lon = models.BigIntegerField()
    city = models.TextField()

    class Meta:
        abstract = True
        default_permissions = ()


class Cell(Counted):
    """A cell with the places of all owners."""

    pk = models.CompositePrimaryKey("level", "x", "y")


class OwnerCell(Counted):
    """A cell with the places of one owner."""

    pk = models.CompositePrimaryKey("owner", "level", "x", "y")
    owner = models.CharField(max_length=6)


for state in STATES:
    for model in (Cell, OwnerCell):
        model.add_to_class(state, models.BigIntegerField())

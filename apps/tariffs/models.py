"""Kept Tariffs."""

from typing import ClassVar

from django.db import models

from apps.store.objects import StoredObject


class Tariff(StoredObject):
    """A Tariff; with the moments of its validity, which 2.1.1 cannot say: it is told of those that
    are valid now."""

    module_id = "tariffs"

    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)

    class Meta(StoredObject.Meta):
        indexes: ClassVar[tuple[models.Index, ...]] = (
            *StoredObject.Meta.indexes,
            # What lists of 2.1.1 leave out at a moment, and so do not count.
            models.Index(
                fields=["audience", "owner"],
                include=["last_updated", "unsaid", "valid_from", "valid_until"],
                condition=models.Q(valid_from__isnull=False) | models.Q(valid_until__isnull=False),
                name="tariff_validity",
            ),
        )

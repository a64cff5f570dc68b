"""Kept CDRs, each for the party it was posted to; they never change."""

from apps.store.objects import StoredObject


class Cdr(StoredObject):
    module_id = "cdrs"

    class Meta(StoredObject.Meta):
        verbose_name = "CDR"
        verbose_name_plural = "CDRs"

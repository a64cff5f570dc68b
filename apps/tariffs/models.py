"""Kept Tariffs."""

from apps.store.objects import StoredObject


class Tariff(StoredObject):
    module_id = "tariffs"

"""Kept Sessions, each for the party it was pushed to."""

from apps.store.objects import StoredObject


class Session(StoredObject):
    module_id = "sessions"

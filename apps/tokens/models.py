"""Kept Tokens; the key is the uid with the token's type."""

from apps.store.objects import StoredObject


class Token(StoredObject):
    module_id = "tokens"

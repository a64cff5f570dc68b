"""Kept Tokens; the key is the uid with the token's type."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, TextField
from django.db.models.functions import Coalesce, Upper

from apps.store.objects import StoredObject


def _member(name: str) -> Func:
    return Func(F("payload"), template=f"(%(expressions)s ->> '{name}')", output_field=TextField())


class Token(StoredObject):
    module_id = "tokens"

    class Meta(StoredObject.Meta):
        indexes: ClassVar[tuple[models.Index, ...]] = (
            *StoredObject.Meta.indexes,
            # By what 2.1.1 calls a driver (apps/store/facts.py).
            models.Index(
                Upper(Coalesce(_member("contract_id"), _member("auth_id"))),
                name="token_contract",
            ),
        )

"""Kept Terminals and FinancialAdviceConfirmations of PTPs, each for the CPO it was sent to."""

from apps.store.objects import StoredObject


class Terminal(StoredObject):
    module_id = "terminals"


class Confirmation(StoredObject):
    module_id = "financial-advice-confirmations"

    class Meta(StoredObject.Meta):
        verbose_name = "financial advice confirmation"

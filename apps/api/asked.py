"""The shapes of bodies that operations take. A name that is none of a shape's is refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as FormError
from rest_framework import serializers
from rest_framework.serializers import Serializer, ValidationError

from apps.console import facts, trying
from apps.console.fields import PartyField, partner_url
from apps.console.pages.agreements import FIRST, OtherField
from apps.console.pages.api_tokens import LONGEST_DAYS
from apps.credentials.pages import FACES, VERSIONS
from apps.modules import registry
from apps.operators.models import Scope
from apps.parties.models import Platform
from hub.ocpi.module import Interface
from hub.routing.pulled import can_be_pulled

REASON = 200
ONE_TIME, NO_PASSWORD = "one-time", "none"


def _as_form(make: Callable[[], forms.Field]) -> type[serializers.CharField]:
    """A text that a field of the pages' forms checks."""

    class Checked(serializers.CharField):
        def to_internal_value(self, data: Any) -> str:
            text = super().to_internal_value(data)
            try:
                return str(make().clean(text))
            except FormError as error:
                raise ValidationError(error.messages) from None

    return Checked


Party = _as_form(lambda: PartyField(required=False))
Other = _as_form(lambda: OtherField(required=False))


class Modules(serializers.ListField):
    """Module ids."""

    child = serializers.CharField()

    def to_internal_value(self, data: Any) -> list[str]:
        names: list[str] = super().to_internal_value(data)
        if unknown := sorted(set(names) - self.known()):
            raise ValidationError([f"the hub has no module {', '.join(unknown)}"])
        return names

    def known(self) -> set[str]:
        return set(registry())


class PulledModules(Modules):
    def known(self) -> set[str]:
        return {module.id for module in registry().values() if can_be_pulled(module)}


class Reason(Serializer):
    """Why something is done; kept in the audit, and shown."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=REASON)


class DueReason(Serializer):
    """Why it is done; this is not done without."""

    reason = serializers.CharField(max_length=REASON)


class Nothing(Serializer):
    """No member."""


class Name(Serializer):
    """A platform to invite; one that has not registered yet may be invited again."""

    name = serializers.CharField(max_length=100)

    def validate_name(self, name: str) -> str:
        if not name.isprintable():
            raise ValidationError("has 1 to 100 printable characters")
        return name


class Switches(serializers.ModelSerializer):
    """What may be changed of a platform: its name in this hub, and its switches."""

    name = serializers.CharField(max_length=100)
    hidden_versions = serializers.ListField(child=serializers.ChoiceField(choices=VERSIONS))
    not_pulled = PulledModules()
    presents_as = Party(allow_blank=True)

    class Meta:
        model = Platform
        fields = ("name", *facts.SWITCHES)


class Override(Serializer):
    """A correction of an endpoint; empty takes it back."""

    module = serializers.CharField(max_length=36)
    interface = serializers.ChoiceField(choices=[each.value for each in Interface])
    override = serializers.CharField(allow_blank=True, max_length=255)

    def validate_override(self, url: str) -> str:
        if url:
            try:
                partner_url(url)
            except FormError as error:
                raise ValidationError(error.messages) from None
        return url


class Registration(Serializer):
    """A platform that invited the hub."""

    versions_url = serializers.CharField(max_length=255, validators=[partner_url])
    token_a = serializers.CharField(max_length=64, help_text="Not in Base64.")
    name = serializers.CharField(max_length=100, required=False, allow_null=True, default=None)
    role = serializers.ChoiceField(
        [role.value for role in FACES.values()],
        required=False,
        allow_null=True,
        default=None,
        help_text="Of its party: needed where its OCPI is 2.1.1 and does not show it.",
    )


class Terms(Serializer):
    """What may be changed of an agreement."""

    modules = Modules(required=False)
    starts = serializers.DateTimeField(required=False, allow_null=True)
    ends = serializers.DateTimeField(required=False, allow_null=True)


class NewAgreement(Terms):
    """Two parties, or what the first offers to all of the opposite side (`*`)."""

    one = Party()
    other = Other()
    state = serializers.ChoiceField(
        choices=[each.value for each in FIRST], required=False, default=FIRST[0].value
    )
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=REASON)


class DryRequest(Serializer):
    """A request to try. A token in its headers is dropped."""

    method = serializers.ChoiceField(choices=trying.METHODS)
    path = serializers.CharField(max_length=2000)
    headers = serializers.DictField(
        child=serializers.CharField(allow_blank=True), required=False, default=dict
    )
    body = serializers.CharField(
        required=False, default="", allow_blank=True, trim_whitespace=False,
        help_text="As text, so that every digit survives.",
    )  # fmt: skip
    platform = serializers.CharField(
        required=False, default="", allow_blank=True,
        help_text="Who calls; empty: whoever hosts OCPI-from.",
    )  # fmt: skip


class TellAgain(Serializer):
    """Whether a platform is sent what differs."""

    tell_again = serializers.BooleanField(required=False, default=False)


class Erasure(Reason):
    """Whose traces. Without `remove` they are only counted."""

    uid = serializers.CharField(max_length=100)
    party = Party(required=False, default="", allow_blank=True, help_text="Only of this eMSP.")
    remove = serializers.BooleanField(required=False, default=False)


class Groups(serializers.ListField):
    """Names of groups."""

    child = serializers.CharField(max_length=150)


class NewUser(DueReason):
    """Somebody who may log in."""

    name = serializers.CharField(max_length=150, validators=[User.username_validator])
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    groups = Groups()
    password = serializers.ChoiceField(
        [ONE_TIME, NO_PASSWORD],
        required=False,
        default=ONE_TIME,
        help_text="none: for users whom a trusted proxy signs in.",
    )


class ChangedUser(Serializer):
    """What may be changed of a user."""

    email = serializers.EmailField(allow_blank=True)
    groups = Groups()
    reason = serializers.CharField(max_length=REASON)


class NewApiToken(Reason):
    """What a token is for."""

    name = serializers.CharField(max_length=60)
    scope = serializers.ChoiceField([each.value for each in Scope], default=Scope.READ.value)
    days = serializers.IntegerField(
        min_value=1, max_value=LONGEST_DAYS, required=False, allow_null=True, default=None,
        help_text="Good for so many days; null: as long as the token that makes it.",
    )  # fmt: skip

    def validate_name(self, name: str) -> str:
        if not name.isprintable():
            raise ValidationError("has 1 to 60 printable characters")
        return name

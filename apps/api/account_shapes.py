"""The shapes of answers about operators: users, groups, API tokens."""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    IntegerField,
    Serializer,
)

from apps.api.network_shapes import OneTimePassword
from apps.api.shapes import many, maybe


class UserInShort(Serializer):
    id = IntegerField()
    name = CharField()
    email = CharField()
    groups = many(CharField())
    superuser = BooleanField()
    may_log_in = BooleanField()
    last_login = maybe(DateTimeField)


class User(UserInShort):
    permissions = many(CharField(help_text="Besides those of the groups."))
    mistakes = IntegerField(help_text="At the log-in, lately.")
    second_factor_since = maybe(DateTimeField)
    recovery_codes_left = IntegerField()
    one_time_password_until = maybe(DateTimeField)
    sessions = IntegerField()
    api_tokens = IntegerField(help_text="That can be used now.")


class NewUser(Serializer):
    user = User()
    password = OneTimePassword(allow_null=True)


class Group(Serializer):
    id = IntegerField()
    name = CharField()
    permissions = many(CharField(help_text="What its members may."))
    members = IntegerField()


class ApiToken(Serializer):
    id = IntegerField()
    user = CharField()
    name = CharField()
    scope = CharField()
    created = DateTimeField()
    expires = maybe(DateTimeField)
    last_used = maybe(DateTimeField)
    made_with = maybe(IntegerField, help_text="The token that made it, and with which it ends.")
    state = CharField()


class NewApiToken(ApiToken):
    token = CharField(help_text="Shown here, and never again.")

"""The log-in form: as Django's, and who was wrong too often has to wait."""

import math
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.operators import lockout, one_time
from apps.operators.address import client_address
from apps.operators.told import told


class LoginForm(AdminAuthenticationForm):
    """Asks for the lock first: while it is on, no password is looked at."""

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        address = client_address(self.request)
        wait = lockout.begin(name, address, timezone.now())
        if wait:
            raise ValidationError(
                "Too many attempts. Try again in %(wait)s.",
                code="locked",
                params={"wait": in_words(wait)},
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            tell_if_locked(name, address)
            raise
        lockout.succeeded(name, address)
        ends = one_time.ends(self.get_user())
        if ends is not None and ends <= timezone.now():
            raise ValidationError(
                "This one-time password has ended. Ask for another.", code="ended"
            )
        return cleaned


def tell_if_locked(name: str, address: str) -> None:
    """Tells the audit that the mistake just made has locked somebody out."""
    if wait := lockout.wait(name, address, timezone.now()):
        told(name, "Locked out", address=address, seconds=math.ceil(wait))


def in_words(seconds: float) -> str:
    """How long to wait, rounded up."""
    if seconds <= 90:
        return f"{math.ceil(seconds)} seconds"
    return f"{math.ceil(seconds / 60)} minutes"

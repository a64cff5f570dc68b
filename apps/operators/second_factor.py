"""The second factor: an app that makes codes, and recovery codes for the day the phone is lost.

The arithmetic is django-otp's; the secret is kept sealed, and a code counts once.
"""

import base64
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django_otp.oath import TOTP

from apps.operators.models import Authenticator, RecoveryCode
from apps.parties.secrets import fingerprint, seal, unseal

SECRET_BYTES = 20  # RFC 4226, section 4
CODES = 10
# Clocks of phones are a little off: one step of 30 seconds to either side.
TOLERANCE = 1


def authenticator(user: Any) -> Authenticator | None:
    """The app that a user has set up."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


def codes_left(user: Any) -> int:
    """How many recovery codes a user has not used yet."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def begin(user: Any) -> str:
    """A new secret in Base32, which counts when a code of it was seen (`confirm`). One that was
    begun before is forgotten; one that is in use goes on."""
    secret = secrets.token_bytes(SECRET_BYTES)
    text = base64.b32encode(secret).decode()
    with transaction.atomic():
        Authenticator.objects.filter(user=user, confirmed=False).delete()
        Authenticator.objects.create(
            user=user, name="app", confirmed=False, sealed=seal(text, _row(user))
        )
    return text


def uri(user: Any, secret: str) -> str:
    """What an app reads from the picture: the secret, and whose it is."""
    label = quote(f"{settings.HUB.name}:{user.get_username()}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': settings.HUB.name})}"


def picture(text: str) -> str:
    """Text as a QR code, an SVG without any style in it."""
    made = segno.make(text, micro=False)
    return str(made.svg_inline(scale=5, border=4, dark="#000", light="#fff", title="QR code"))


@transaction.atomic
def confirm(user: Any, code: str, now: datetime) -> tuple[Authenticator, list[str]] | None:
    """Puts what was begun in the place of what there was, if the code is right: the app, and new
    recovery codes in clear."""
    begun = Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
    if begun is None or not _accept(begun, code, now):
        return None
    Authenticator.objects.filter(user=user, confirmed=True).delete()
    begun.confirmed = True
    begun.save(update_fields=["confirmed"])
    return begun, renew_codes(user)


@transaction.atomic
def check(user: Any, code: str, now: datetime) -> Authenticator | None:
    """The app of a user, if the code is one of it or a recovery code; either counts once."""
    found = Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
    if found is None:
        return None
    right = _accept(found, code, now) or _use_recovery_code(user, code, now)
    return found if right else None


@transaction.atomic
def renew_codes(user: Any) -> list[str]:
    """New recovery codes in clear; the former ones end."""
    codes = [_new_code() for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, fingerprint=_fingerprint(user, code)) for code in codes]
    )
    return codes


@transaction.atomic
def forget(user: Any) -> bool:
    """Removes app and recovery codes; whether there were any."""
    removed = Authenticator.objects.filter(user=user).delete()[0]
    return bool(RecoveryCode.objects.filter(user=user).delete()[0] + removed)


def _accept(app: Authenticator, code: str, now: datetime) -> bool:
    """Whether a code is right for this moment, and later than the last one."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    totp = TOTP(base64.b32decode(unseal(app.sealed, _row(app.user))))
    totp.time = now.timestamp()
    if not totp.verify(int(digits), TOLERANCE, app.last_step + 1):
        return False
    app.last_step = totp.t()
    app.save(update_fields=["last_step"])
    return True


def _use_recovery_code(user: Any, code: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, used_at=None)
    return bool(unused.filter(fingerprint=_fingerprint(user, code)).update(used_at=now))


def _new_code() -> str:
    """50 bits, in two halves for the eye."""
    text = base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
    return f"{text[:5]}-{text[5:]}"


def _fingerprint(user: Any, code: str) -> str:
    plain = code.replace(" ", "").replace("-", "").lower()
    return fingerprint(f"recovery {user.pk} {plain}")


def _row(user: Any) -> str:
    return f"authenticator {user.pk}"

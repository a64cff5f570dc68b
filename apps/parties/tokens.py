"""Credentials tokens as rows: made, revealed, replaced, ended."""

from datetime import datetime

from django.db.models import QuerySet

from apps.parties import secrets
from apps.parties.models import Platform, Token
from hub.routing.network import TokenKind


def issue(
    platform: Platform, kind: TokenKind, *, token: str = "", expires_at: datetime | None = None
) -> str:
    """Keeps a token of a platform, a new one unless `token` is given, and returns it in clear."""
    token = token or secrets.new_token()
    fingerprint = secrets.fingerprint(token)
    Token.objects.create(
        platform=platform,
        kind=kind,
        fingerprint=fingerprint,
        sealed=secrets.seal(token, _row(platform.pk, kind, fingerprint)),
        expires_at=expires_at,
    )
    return token


def reveal(token: Token) -> str:
    """The token in clear. Raises InvalidTag when HUB_SECRET_KEY is not the one it was kept with."""
    return secrets.unseal(token.sealed, _row(token.platform_id, token.kind, token.fingerprint))


def retire(platform: Platform, kind: TokenKind, until: datetime) -> None:
    """Lets the present tokens of a kind live on until the grace ends or a newer one is used."""
    rows = Token.objects.filter(platform=platform, kind=kind, replaced=False)
    rows.update(replaced=True, expires_at=until)


def of(platform: Platform, token: str) -> QuerySet[Token]:
    """The row of a token of this platform."""
    return platform.tokens.filter(fingerprint=secrets.fingerprint(token))


def retire_all_but(platform: Platform, kind: TokenKind, newest: str, until: datetime) -> None:
    """Retires the tokens of a kind other than the newest, which is good without an end."""
    rows = Token.objects.filter(platform=platform, kind=kind, replaced=False)
    rows.exclude(fingerprint=secrets.fingerprint(newest)).update(replaced=True, expires_at=until)
    of(platform, newest).update(expires_at=None)


def put_off(platform: Platform, token: str, until: datetime) -> None:
    """Keeps a token beside the present one until then: nobody knows yet which is used."""
    of(platform, token).update(expires_at=until)


def pending(platform: Platform, now: datetime) -> str:
    """The issued token of which nobody knows whether the platform has it; empty when there is
    none. One that is offered again is no third one."""
    rows = platform.tokens.filter(kind=TokenKind.ISSUED, replaced=False, expires_at__gt=now)
    found = rows.first()
    return reveal(found) if found is not None else ""


def end_replaced(platform_id: int, kind: TokenKind) -> int:
    """Ends tokens that were replaced; returns how many there were."""
    return Token.objects.filter(platform_id=platform_id, kind=kind, replaced=True).delete()[0]


def end_all(platform: Platform) -> None:
    """Ends every token of a platform, both ways."""
    platform.tokens.all().delete()


def _row(platform_id: int, kind: str, fingerprint: str) -> str:
    return f"token {platform_id} {kind} {fingerprint}"

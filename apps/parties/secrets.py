"""Tokens at rest: a keyed fingerprint to find them by, and an encrypted copy to send or show.

The fingerprint is HMAC-SHA-256, the copy AES-256-GCM with the owning row as associated data, both
under keys derived from HUB_SECRET_KEY. A copied row is useless without the key, and a ciphertext
moved to another row does not open.
"""

import hashlib
import hmac
import secrets
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


@cache
def _key(purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hub {purpose}".encode())
    return derived.derive(settings.SECRET_KEY.encode())


def new_token() -> str:
    """A fresh credentials token: 43 characters. The dash and underscore keep it from reading as
    Base64 of another token (spec: credentials_credentials_object allows U+0021 to U+007E)."""
    return "hub-" + secrets.token_urlsafe(29)


def fingerprint(token: str) -> str:
    """What a token is looked up by."""
    return hmac.digest(_key("fingerprint"), token.encode(), hashlib.sha256).hex()


def seal(token: str, row: str) -> bytes:
    """The encrypted copy; `row` names the row it belongs to."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key("seal")).encrypt(nonce, token.encode(), row.encode())


def unseal(sealed: bytes | memoryview, row: str) -> str:
    """The token again. Raises cryptography.exceptions.InvalidTag when the key or the row is not
    the one it was sealed with."""
    data = bytes(sealed)
    return (
        AESGCM(_key("seal"))
        .decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], row.encode())
        .decode()
    )

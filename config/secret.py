"""The hub's secret key: given, in a file, or made once and kept in the data directory."""

import os
import secrets
from dataclasses import replace
from pathlib import Path

from config.registry import Settings, SettingsError

ADMIN, PASSWORD_FILE = "admin", "admin-password"  # the first operator, and where the password is


def with_secret(settings: Settings) -> Settings:
    """The same settings with `secret_key` filled."""
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=read(settings.secret_key_file) or kept(settings.data_dir))


def read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        key = path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"HUB_SECRET_KEY_FILE: {path}: {error.strerror}") from None
    if len(key) < 32:
        raise SettingsError(f"HUB_SECRET_KEY_FILE: {path}: must hold at least 32 characters")
    return key


def kept(data_dir: Path) -> str:
    return keep_once(data_dir / "secret.key", secrets.token_urlsafe(48))


def keep_once(path: Path, value: str) -> str:
    """The value that is in `path`, which is `value` if this is the first process to ask.

    Written aside and linked into place: of two processes that start together one wins, and the
    other reads a whole file.
    """
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return path.read_text().strip()

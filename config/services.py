"""What a running hub tells management commands: its settings, and where its servers are.

It leaves `services.json` in its data directory, readable by its owner only. So a command needs
HUB_DATA_DIR at most, and speaks of the same hub: same URLs, same networks it may call.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from config import parsers
from config.registry import SETTINGS

DATA_DIR = next(setting for setting in SETTINGS if setting.name == "HUB_DATA_DIR")


@dataclass(frozen=True)
class Running:
    """The settings as they stand in the environment of the hub's processes."""

    runner_pid: int
    settings: dict[str, str]


def write(data_dir: Path, environ: Mapping[str, str]) -> None:
    names = {setting.name for setting in SETTINGS} - {DATA_DIR.name}
    running = Running(os.getpid(), {name: environ[name] for name in names & environ.keys()})
    aside = data_dir / ".services.json"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(running), file, indent=1, sort_keys=True)
    aside.replace(data_dir / "services.json")


def forget(data_dir: Path) -> None:
    (data_dir / "services.json").unlink(missing_ok=True)


def read(data_dir: Path) -> Running | None:
    """What the hub running on this data directory wrote; None when none is running."""
    try:
        running = Running(**json.loads((data_dir / "services.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return running if is_alive(running.runner_pid) else None


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ`, and for what it leaves open the settings of the running hub."""
    given = {name: text for name, text in environ.items() if text.strip()}
    running = read(parsers.path(given.get(DATA_DIR.name, DATA_DIR.default)))
    return {**(running.settings if running else {}), **given}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's process
        return True
    return True

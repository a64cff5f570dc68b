"""Makes .venv hold exactly what requirements.lock says; does nothing when it already does.

Runs before anything is installed and on any python3, so it uses the standard library only and no
syntax newer than Python 3.6: an old interpreter must get as far as the message about its age.
"""

import signal

if __name__ == "__main__":  # Ctrl-C ends it without a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements.lock")
INSTALLED = os.path.join(VENV, "installed.lock")


def main():
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        run_with_a_fitting_python()
    wanted = read(LOCK)
    if read(INSTALLED) == wanted and works(PYTHON):
        return
    make_environment()
    install(wanted.count("=="))
    with open(INSTALLED, "w") as file:
        file.write(wanted)


def run_with_a_fitting_python():
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)
        if other and works(other):
            os.execv(other, [other, os.path.abspath(__file__)])
    sys.exit(
        "The hub needs Python 3.%d to 3.%d, and this is Python %s (%s).\n"
        "Name another with: make PYTHON=/path/to/python3.%d"
        % (OLDEST[1], NEWEST[1], sys.version.split()[0], sys.executable, NEWEST[1])
    )


def make_environment():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            "This Python has no venv module with pip (Debian and Ubuntu pack it apart).\n"
            "Install it, for example: apt install python3-venv"
        )
    # --clear: an environment that is half installed, or whose interpreter is gone, is not mended.
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    if subprocess.call(command) != 0:
        sys.exit("Making the virtual environment failed: see the message above")


def install(total):
    """pip, reduced to one moving line; all it said is shown when it fails."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--only-binary", ":all:", "--require-hashes", "-r", LOCK]
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    said, done = [], 0
    for line in pip.stdout:
        said.append(line)
        if line.startswith(("Collecting ", "Processing ")):  # the latter: a local wheel
            done += 1
            progress(
                "fetching package %d of %d: %s" % (done, total, os.path.basename(line.split()[1]))
            )
        elif line.startswith("Installing collected packages"):
            progress("installing %d packages" % done)
    if pip.wait() != 0:
        sys.exit("\n" + "".join(said[-40:]) + "\nInstalling the locked packages failed.")
    progress("installed %d packages into .venv" % done)
    sys.stdout.write("\n" if sys.stdout.isatty() else "")


def progress(text):
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K" + text)
    elif text.startswith("install"):
        sys.stdout.write(text + "\n")
    sys.stdout.flush()


def works(python):
    try:
        return subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    main()

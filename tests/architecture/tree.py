"""The tree as the architecture tests see it: domains in their order, files, functions."""

import ast
import configparser
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "firstwin"
PUBLIC_FILES = ("contracts", "events", "queries", "operations")
PRIVATE_FILES = ("models", "rules", "permissions", "tasks", "subscribers", "http", "management")
NOT_A_DOMAIN = {"config", "shared", "static"}


@functools.cache
def import_law() -> configparser.ConfigParser:
    """Read .importlinter."""
    law = configparser.ConfigParser()
    law.read(ROOT / ".importlinter")
    return law


def lines_of(section: str, option: str) -> list[str]:
    """Return an option of .importlinter that holds one entry per line."""
    return [line.strip() for line in import_law().get(section, option).splitlines() if line.strip()]


@functools.cache
def level_of() -> dict[str, int]:
    """Return every folder's level in the dependency order: a higher number may call a lower one."""
    layers = lines_of("importlinter:contract:a1", "layers")
    return {
        name.strip(" ()"): len(layers) - position for position, layer in enumerate(layers) for name in layer.split("|")
    }


def domains() -> list[str]:
    """Return the domain folders that exist."""
    folders = (path for path in SOURCE.iterdir() if (path / "__init__.py").is_file())
    return sorted(path.name for path in folders if path.name not in NOT_A_DOMAIN)


def begun_domains() -> list[str]:
    """Return the domains that hold more than their contracts and their seat in Django."""
    seat = {"__init__", "apps", "contracts", "events", "__pycache__", "README"}
    return [name for name in domains() if {path.stem for path in (SOURCE / name).iterdir()} - seat]


@functools.cache
def tracked_files() -> list[Path]:
    """Return the files that belong to the project: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def python_files() -> list[Path]:
    """Return the Python files of the project without migrations."""
    return [path for path in tracked_files() if path.suffix == ".py" and "migrations" not in path.parts]


def product_files() -> list[Path]:
    """Return the Python files and templates of the product, and what measures it: everything but its tests."""
    own = (SOURCE, ROOT / "benchmarks", ROOT / "scripts")
    found = [path for path in tracked_files() if path.suffix in {".py", ".html", ".txt", ".mjml"}]
    return [path for path in found if any(path.is_relative_to(folder) for folder in own)]


@functools.cache
def syntax_tree(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(), filename=str(path))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function and method of a file."""
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def modules_of(domain: str, file: str) -> list[Path]:
    """Return the modules behind a file name of a domain, whether a file or a package with a module per noun."""
    single, package = SOURCE / domain / f"{file}.py", SOURCE / domain / file
    return [single] if single.is_file() else sorted(package.rglob("*.py")) if package.is_dir() else []


def shown(path: Path) -> str:
    """Return a path as it is named in messages."""
    return str(path.relative_to(ROOT))

"""Small enough to read: budgets of files and functions."""

from tests.architecture import tree

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
COUNTED_SUFFIXES = {".py", ".ts", ".css", ".html"}


def test_no_file_is_longer_than_its_budget() -> None:
    too_long = {
        tree.shown(path): lines
        for path in tree.tracked_files()
        if path.suffix in COUNTED_SUFFIXES and "migrations" not in path.parts
        if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    assert not too_long, f"longer than {MAX_FILE_LINES} lines; make it a package with a module per noun"


def test_no_function_is_longer_than_its_budget() -> None:
    too_long = {
        f"{tree.shown(path)}:{function.lineno} {function.name}": lines
        for path in tree.python_files()
        for function in tree.functions_of(path)
        if (lines := (function.end_lineno or function.lineno) - function.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert not too_long, f"longer than {MAX_FUNCTION_LINES} lines; give its steps names"

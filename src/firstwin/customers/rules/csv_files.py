"""Pure rules of CSV files: how one is read whatever program wrote it, and what its columns mean."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from firstwin.customers.contracts import EXTERNAL, ImportKind
from firstwin.customers.rules.facts import comparable
from firstwin.shared.errors import Problem

LARGEST_FILE = 50_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LARGEST_CELL = 10_000
DELIMITERS = (",", ";", "\t", "|")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

FIELDS: Mapping[ImportKind, Mapping[str, tuple[str, ...]]] = {
    ImportKind.ACCOUNTS: {
        "name": ("name", "account", "account name", "company", "company name", "customer", "organization", "client"),
        "segment": ("segment", "tier", "size"),
        "industry": ("industry", "sector", "vertical"),
        "products": ("products", "product", "plan", "modules"),
        "contract_signed_at": (
            "contract signed at",
            "contract signed",
            "signed at",
            "signed on",
            "signed",
            "close date",
        ),
        "contract_value": ("contract value", "value", "amount", "arr", "acv", "deal value"),
        "currency": ("currency", "currency code"),
        "licensed_seats": ("licensed seats", "seats", "licenses", "licences", "users"),
        "country": ("country", "country code"),
        "time_zone": ("time zone", "timezone", "tz"),
        "website": ("website", "web site", "url", "domain", "homepage"),
        "owner_email": ("owner", "owner email", "csm", "csm email", "account owner"),
    },
    ImportKind.CONTACTS: {
        "account_name": ("account", "account name", "company", "company name", "customer", "organization", "client"),
        "account_domain": ("account domain", "domain", "website", "company domain"),
        "name": ("name", "full name", "contact", "contact name", "person"),
        "email": ("email", "e mail", "email address", "mail"),
        "title": ("title", "job title", "position"),
        "phone": ("phone", "phone number", "telephone", "mobile"),
        "time_zone": ("time zone", "timezone", "tz"),
        "roles": ("roles", "role", "stakeholder role", "stakeholder roles"),
    },
}
"""Fields of each kind, with the headings that mean them: what an import takes, its page offers and an export writes."""

REQUIRED: Mapping[ImportKind, str] = {ImportKind.ACCOUNTS: "name", ImportKind.CONTACTS: "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file: `lines` are (number of the line where the row begins, cells)."""

    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


class UnreadableFileError(Exception):
    """The file is no CSV; `problem` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read(content: bytes) -> Table:
    """A file is read in whatever encoding and with whatever delimiter it was written; empty lines do not count."""
    if len(content) > LARGEST_FILE:
        raise _unreadable("The file is larger than 50 MB.", "Split it into several files.")
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise _unreadable("The file holds null characters: it is no text file.", "Save the sheet as CSV (UTF-8).")
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    headers = tuple(_cell(cell) for cell in next(rows, (0, []))[1])
    if not any(headers):
        raise _unreadable("The first line holds no column names.", "Put the names of the columns on the first line.")
    if len(headers) > MOST_COLUMNS:
        raise _unreadable("There are more than 200 columns.", "Leave out those that are not needed.")
    lines: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in rows:
        if len(lines) == MOST_ROWS:
            raise _unreadable("There are more than 200,000 rows.", "Split it into several files.")
        lines.append((number, tuple(_cell(cell) for cell in cells)))
    if not lines:
        raise _unreadable("There is no row below the column names.", "Add at least one row.")
    return Table(encoding=encoding, delimiter=delimiter, headers=headers, lines=tuple(lines))


def _decoded(content: bytes) -> tuple[str, str]:
    """The mark at the beginning says the encoding; without one it is UTF-8, or what Windows writes in the West."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise _unreadable("The characters of the file cannot be read.", "Save the sheet as CSV (UTF-8).")


def _delimiter(text: str) -> str:
    """The delimiter is the one that splits the first lines into the most columns, the same number on each."""
    head = text[:20_000]
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        try:
            rows = itertools.islice(csv.reader(io.StringIO(head), delimiter=delimiter), 10)
            widths = [len(row) for row in rows if row]
        except csv.Error:
            continue
        score = (widths[0], -len(set(widths))) if widths else (0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(
            f"Line {reader.line_num}: the quotation marks do not fit, or a cell is huge ({error}).",
            "Save the sheet as CSV again, from a spreadsheet program.",
        ) from None


def _cell(cell: str) -> str:
    """An apostrophe that only keeps a spreadsheet from calculating is not part of the text."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text


def _unreadable(message: str, remedy: str) -> UnreadableFileError:
    return UnreadableFileError(Problem("file", message, remedy))


def guess_mapping(kind: ImportKind, headers: Sequence[str]) -> tuple[str, ...]:
    """A column means the field whose usual headings it bears; each field is taken once, "" is a column that is left out.

    "Salesforce ID" or "HubSpot account id" is the account's id in that system.
    """
    taken: set[str] = set()
    mapping = []
    for header in headers:
        words = comparable(re.sub(r"[^\w]+|_", " ", header))
        field = next((name for name, known in FIELDS[kind].items() if words in known and name not in taken), "")
        if not field and (found := re.fullmatch(r"(?:external id )?(\w+)(?: account| company)? (?:id|key)", words)):
            field = f"{EXTERNAL}{found[1]}" if re.fullmatch(r"[a-z0-9_]{1,60}", found[1]) else ""
        if field in taken:
            field = ""
        taken.add(field)
        mapping.append(field)
    return tuple(mapping)


def mapping_problems(kind: ImportKind, headers: Sequence[str], mapping: Sequence[str]) -> list[Problem]:
    """Each column means one known field or nothing, no field has two columns, and the name has one."""
    if len(mapping) != len(headers):
        return [Problem("mapping", f"The file has {len(headers)} columns, the mapping {len(mapping)}.", "Map each.")]
    problems = []
    for header, field in zip(headers, mapping, strict=True):
        is_external = re.fullmatch(re.escape(EXTERNAL) + r"[a-z0-9_.-]{1,60}", field) is not None
        if field and field not in FIELDS[kind] and not is_external:
            problems.append(Problem("mapping", f"“{field[:60]}” is no field of this import.", "Choose another."))
        elif field and list(mapping).count(field) > 1:
            problems.append(Problem("mapping", f"Two columns mean {field}: “{header}” is one.", "Leave one out."))
    if REQUIRED[kind] not in mapping:
        problems.append(Problem("mapping", "No column holds the name.", "Say which column is the name."))
    if kind is ImportKind.CONTACTS and not any(f.startswith((EXTERNAL, "account_")) for f in mapping):
        problems.append(
            Problem("mapping", "No column says which account a contact belongs to.", "Map the account's name or id.")
        )
    return problems


def write(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Cells that a spreadsheet program would calculate get an apostrophe in front, so that they stay text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()

"""Rows of files of history, one after the other, from any place on: a file of any size needs little memory."""

import csv
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from django.core.files.storage import default_storage

from firstwin.usage.contracts.history import FileKind

LONGEST_LINE = 1_000_000
_DELIMITERS = (",", ";", "\t", "|")
_BATCH = 1_000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A row, or the reason why it cannot be read; `position` is where the next one begins."""

    value: Mapping[str, Any] | None
    fault: str
    raw: str
    position: int


class UnreadableHistoryError(Exception):
    """A file that is not what it seemed to be: what is wrong, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def open_stored(name: str) -> BinaryIO:
    """Open a file of the files folder. Raises FileNotFoundError."""
    return Path(default_storage.path(name)).open("rb")


def kind_of(file: BinaryIO) -> FileKind:
    """Say how a file is written, by its beginning."""
    file.seek(0)
    start = file.read(4096).removeprefix(_BOM).lstrip()
    file.seek(0)
    if start.startswith(b"PAR1"):
        return FileKind.PARQUET
    if start.startswith(b"["):
        raise UnreadableHistoryError("The file is one JSON list.", "Write one JSON object per line: jq -c '.[]' FILE")
    if not start:
        raise UnreadableHistoryError("The file is empty.", "Choose a file with events.")
    return FileKind.LINES if start.startswith(b"{") else FileKind.CSV


def size_of(file: BinaryIO, kind: FileKind) -> int:
    """Return how far there is to go: bytes, or rows of a Parquet file."""
    if kind is FileKind.PARQUET:
        return int(_parquet(file).metadata.num_rows)
    return file.seek(0, 2)


def rows_of(file: BinaryIO, kind: FileKind, *, position: int) -> Iterator[FileRow]:
    """Yield the rows from a position on. Raises UnreadableHistoryError where nothing can be made of the file."""
    if kind is FileKind.PARQUET:
        yield from _parquet_rows(file, position)
    elif kind is FileKind.LINES:
        yield from _json_rows(file, position)
    else:
        yield from _csv_rows(file, position)


def _json_rows(file: BinaryIO, position: int) -> Iterator[FileRow]:
    for line, end in _lines(file, position):
        text = line.removeprefix(_BOM).strip()
        if not text:
            continue
        value, fault = None, "The line is longer than 1 MB."
        if len(text) < LONGEST_LINE:
            try:
                value, fault = msgspec.json.decode(text, type=dict[str, Any]), ""
            except msgspec.ValidationError:
                fault = "The line is not a JSON object."
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                fault = "The line is not JSON that can be read."
        yield FileRow(value=value, fault=fault, raw=_shown(text), position=end)


def _csv_rows(file: BinaryIO, position: int) -> Iterator[FileRow]:
    headers, delimiter, begin = _header(file)
    position = max(position, begin)
    while True:
        feed = _Feed(file, position)
        try:
            for cells in csv.reader(feed, delimiter=delimiter, strict=False):
                position = feed.position
                if cells and cells != headers:  # files that were put together repeat it
                    yield _csv_row(headers, cells, position)
        except csv.Error as error:
            position = feed.position
            yield FileRow(value=None, fault=f"The row cannot be read: {error}.", raw="", position=position)
            continue
        return


def _csv_row(headers: list[str], cells: list[str], position: int) -> FileRow:
    raw, fault = _shown("\t".join(cells).encode("utf-8", "surrogateescape")), ""
    if len(cells) > len(headers):
        fault = f"The row has {len(cells)} cells and the file {len(headers)} columns."
    elif any("\udc80" <= character <= "\udcff" for cell in cells for character in cell if not cell.isascii()):
        fault = "The row is not UTF-8."
    value = None if fault else dict(zip(headers, cells, strict=False))
    return FileRow(value=value, fault=fault, raw=raw, position=position)


def _header(file: BinaryIO) -> tuple[list[str], str, int]:
    feed = _Feed(file, 0)
    first = next(iter(feed), "")
    delimiter = max(_DELIMITERS, key=first.count)
    feed = _Feed(file, 0)
    try:
        headers = [name.strip().removeprefix("\ufeff") for name in next(csv.reader(feed, delimiter=delimiter), [])]
    except csv.Error as error:
        raise UnreadableHistoryError(f"The first line cannot be read: {error}.", "It names the columns.") from None
    is_text = all(character < "\udc80" or character > "\udcff" for name in headers for character in name)
    if not any(headers) or not is_text or len(set(headers)) < len(headers):
        raise UnreadableHistoryError(
            "The first line does not name the columns, each by a name of its own.",
            "Save the file as CSV in UTF-8 with one line of column names.",
        )
    return headers, delimiter, feed.position


class _Feed:
    """Lines as text for the csv module, and how far in the file they go."""

    def __init__(self, file: BinaryIO, position: int) -> None:
        self.position = position
        self._lines = _lines(file, position)

    def __iter__(self) -> Iterator[str]:
        for line, position in self._lines:
            self.position = position
            yield line.decode("utf-8", "surrogateescape").replace("\x00", "")


def _lines(file: BinaryIO, position: int) -> Iterator[tuple[bytes, int]]:
    """Yield lines and where the next one begins; of one that is too long only the beginning."""
    file.seek(position)
    while line := file.readline(LONGEST_LINE):
        position += len(line)
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
            position += len(rest)
        yield line, position


def _parquet_rows(file: BinaryIO, position: int) -> Iterator[FileRow]:
    source, begin = _parquet(file), 0
    for group in range(source.num_row_groups):
        count = source.metadata.row_group(group).num_rows
        if begin + count > position:
            at = begin
            for batch in source.iter_batches(batch_size=_BATCH, row_groups=[group]):
                if at + batch.num_rows > position:
                    for row in batch.slice(max(0, position - at)).to_pylist():
                        position += 1
                        yield FileRow(value=row, fault="", raw=_shown(str(row).encode()), position=position)
                at += batch.num_rows
        begin += count


def _parquet(file: BinaryIO) -> Any:
    # Loaded here, since only these files need it.
    try:
        library = importlib.import_module("pyarrow.parquet")
        return library.ParquetFile(file)
    except ImportError:
        raise UnreadableHistoryError(
            "This machine has no reader for Parquet files.", "Export the events as CSV or JSON lines."
        ) from None
    except (OSError, ValueError) as error:
        reason = str(error).split("\n")[0][:200]
        raise UnreadableHistoryError(f"The Parquet file cannot be read: {reason}", "Export it anew.") from None


def _shown(text: bytes) -> str:
    return text[:500].decode("utf-8", "replace").replace("\x00", " ")[:500]

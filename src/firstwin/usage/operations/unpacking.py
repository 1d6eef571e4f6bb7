"""Files of history into the files folder, unpacked on the way: packed ones could not be read from the middle on."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from django.core.files.storage import default_storage

from firstwin.usage.queries.history_files import UnreadableHistoryError

_PIECE = 1 << 20
_LEAST_FREE_BYTES = 500_000_000


def store(file: IO[bytes], *, name: str, most_bytes: int) -> None:
    """Copy a file, unpacked, piece by piece. Raises UnreadableHistoryError for a broken, an empty or a too large one."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with path.open("xb") as target:
        try:
            for piece in _pieces(file):
                size += len(piece)
                _check(size, most_bytes, path)
                target.write(piece)
        except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
            raise UnreadableHistoryError(
                "It cannot be unpacked.", "Pack it anew as gzip or zip, or not at all."
            ) from None


def _check(size: int, most_bytes: int, path: Path) -> None:
    if size > most_bytes:
        raise UnreadableHistoryError(
            f"It has more than {most_bytes // 1_000_000:,} MB when unpacked.",
            "Split it, or raise FIRSTWIN_USAGE_IMPORT_MB.",
        )
    if size % (64 * _PIECE) < _PIECE and shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES:
        raise UnreadableHistoryError("The disk is nearly full.", "Make room first.")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        with gzip.open(file) as unpacked:
            yield from _whole(unpacked)
    elif start == b"PK\x03\x04":
        yield from _members(file)
    else:
        yield from _whole(file)


def _members(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the files of an archive one after the other, as exports by the hour are packed."""
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith("/") or "__MACOSX" in name:
                continue
            with archive.open(name) as member:
                if name.endswith(".gz"):
                    with gzip.open(member) as unpacked:
                        yield from _whole(unpacked)
                else:
                    yield from _whole(member)
            yield b"\n"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _whole(file: _Readable) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece

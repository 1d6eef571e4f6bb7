"""What files are taken, under which name, and how they are handed out."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "heic": "image/heic",
    "html": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webp": "image/webp",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "zip": "application/zip",
}
REFUSED = frozenset({
    "app", "bat", "bin", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "iso", "jar", "js", "jse", "lnk", "msc", "msi",
    "msp", "pif", "ps1", "reg", "scr", "sh", "sys", "vb", "vbe", "vbs", "wsf",
})  # fmt: skip
"""Programs: nobody needs to hand one in."""

_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "gif": (b"GIF8",),
    "jpeg": (b"\xff\xd8\xff",),
    "jpg": (b"\xff\xd8\xff",),
    "pdf": (b"%PDF",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "docx": (b"PK",),
    "pptx": (b"PK",),
    "xlsx": (b"PK",),
    "zip": (b"PK",),
}
_PROGRAM_BEGINNINGS = (b"MZ", b"\x7fELF", b"#!")
_SHOWN_IN_PLACE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def clean_name(name: str) -> str:
    """A file's name without folders and control characters, at most 200 characters with its extension kept."""
    base = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    base = _UNSAFE.sub(" ", base).strip(" .") or "file"
    if len(base) <= 200:
        return base
    stem, dot, extension = base.rpartition(".")
    return f"{stem[: 199 - len(extension)]}.{extension}" if dot and len(extension) < 20 else base[:200]


def extension_of(name: str) -> str:
    """The extension in small letters, without its dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def media_type_of(name: str) -> str:
    """The media type by the extension; what is not known is bytes."""
    return MEDIA_TYPES.get(extension_of(name), "application/octet-stream")


def refusal(name: str, size: int, beginning: bytes, *, accept: Collection[str], largest: int) -> str:
    """Why a file is not taken, as a sentence; empty when it is."""
    extension = extension_of(name)
    if size <= 0:
        return f"{name} is empty."
    if size > largest:
        return f"{name} is larger than {largest // 1_000_000} MB."
    if extension in REFUSED or beginning.startswith(_PROGRAM_BEGINNINGS):
        return f"{name} is a program; programs are not taken."
    wanted = {item.lower().lstrip(".") for item in accept}
    if wanted and extension not in wanted:
        return f"{name} is not one of: {', '.join(sorted(wanted))}."
    known = _BEGINNINGS.get(extension)
    if known and not beginning.startswith(known):
        return f"{name} is not what its name says: its content is no .{extension} file."
    return ""


def download_headers(name: str, media_type: str) -> Mapping[str, str]:
    """Headers that keep a browser from guessing, running or framing what somebody uploaded."""
    way = "inline" if media_type in _SHOWN_IN_PLACE else "attachment"
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    return {
        "Content-Type": media_type if way == "inline" else "application/octet-stream",
        "Content-Disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=0, must-revalidate",
    }

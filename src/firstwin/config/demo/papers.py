"""The files that the people of the demo hand in: small, but each of the kind that its name says."""

import io
import zipfile

PIXEL_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8ffbf1e000584"
    "027f1b5a2e4e0000000049454e44ae426082"
)
PREFERRED = ("pdf", "csv", "txt", "docx", "xlsx", "png", "zip")


def extension_for(name: str, accept: tuple[str, ...]) -> str:
    """Choose the kind of file to hand in: one of those asked for, else what fits the name."""
    for extension in PREFERRED:
        if extension in accept:
            return extension
    if accept:
        return accept[0]
    return "csv" if any(word in name.lower() for word in ("list", "export", "data")) else "pdf"


def content_of(title: str, author: str, extension: str) -> bytes:
    """Return a file of the given kind."""
    if extension == "csv":
        return f"title,author\n{title},{author}\n".encode()
    if extension == "png":
        return PIXEL_PNG
    if extension in {"docx", "xlsx", "zip"}:
        return _archive(title)
    if extension == "pdf":
        return _pdf(title, author)
    return f"{title}\n\n{author}\n".encode()


def _archive(title: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr(zipfile.ZipInfo("content.txt"), title)
    return kept.getvalue()


def _pdf(title: str, author: str) -> bytes:
    """Write a one-page PDF by hand: a page, a font, two lines."""
    safe = [text.encode("latin-1", "replace").decode("latin-1") for text in (title, author)]
    lines = [text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for text in safe]
    drawing = f"BT /F1 20 Tf 72 740 Td ({lines[0]}) Tj 0 -28 Td /F1 12 Tf ({lines[1]}) Tj ET".encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    text, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(parts) + 1, table, len(parts) + 1, len(text))
    )

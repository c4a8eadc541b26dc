"""Zips of images, honest and hostile."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from PIL import Image

FLOWERS = ("rose", "tulip")


def picture(colour: int = 0, side: int = 8) -> bytes:
    """A PNG."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), (colour % 256, colour // 256 % 256, 90)).save(file, "PNG")
    return file.getvalue()


def flowers(each: int = 6, folder: str = "") -> dict[str, bytes]:
    """Images of two classes by their paths."""
    return {
        f"{folder}{name}/{number}.png": picture(100 * place + number)
        for place, name in enumerate(FLOWERS)
        for number in range(each)
    }


def zip_of(files: Mapping[str, bytes]) -> io.BytesIO:
    """A zip as any program packs it; a name that ends in a slash is a folder."""
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(entry_named(name), content)
    return archive


def entry_named(name: str) -> ZipInfo:
    """An entry with a name as it is, which ZipInfo would shorten."""
    entry = ZipInfo("x")
    entry.filename = entry.orig_filename = name
    entry.compress_type = ZIP_DEFLATED
    return entry


def zip_with(change: Callable[[ZipFile], object]) -> io.BytesIO:
    """A good zip with something more in it."""
    archive = zip_of(flowers())
    with ZipFile(archive, "a", ZIP_DEFLATED) as opened:
        change(opened)
    return archive


def special_entry(name: str, mode: int) -> ZipInfo:
    """An entry that is a link or a device."""
    entry = entry_named(name)
    entry.create_system, entry.external_attr = 3, mode << 16
    return entry


def bytes_changed(archive: io.BytesIO, old: bytes, new: bytes) -> io.BytesIO:
    """The zip with some of its bytes changed everywhere."""
    assert len(old) == len(new)
    assert old in archive.getvalue()
    return io.BytesIO(archive.getvalue().replace(old, new))


def with_size(archive: io.BytesIO, name: str, size: int) -> io.BytesIO:
    """The zip with another unpacked size said of one file, in its list and before the file."""
    data = bytearray(archive.getvalue())
    encoded = name.encode()
    for signature, sizes_at, name_at in ((b"PK\1\2", 24, 46), (b"PK\3\4", 22, 30)):
        start = data.find(signature)
        while start >= 0:
            if data[start + name_at : start + name_at + len(encoded)] == encoded:
                struct.pack_into("<L", data, start + sizes_at, size)
            start = data.find(signature, start + 1)
    return io.BytesIO(bytes(data))


def overlapping_zip(copies: int) -> io.BytesIO:
    """A zip bomb that no nesting is needed for: all entries share one file's bytes."""
    image = picture() + bytes(200_000)
    archive = zip_of({**flowers(), "rose/bomb.png": image})
    with ZipFile(archive, "a") as opened:
        (bomb,) = [entry for entry in opened.infolist() if entry.filename == "rose/bomb.png"]
        for number in range(copies):
            again = entry_named(f"rose/bomb{number}.png")
            again.header_offset, again.CRC = bomb.header_offset, bomb.CRC
            again.compress_size, again.file_size = bomb.compress_size, bomb.file_size
            opened.filelist.append(again)
            opened.NameToInfo[again.filename] = again
        opened._didModify = True  # type: ignore[attr-defined]
    return archive


def many_files(count: int) -> io.BytesIO:
    """A zip of so many empty files."""
    archive = io.BytesIO()
    with ZipFile(archive, "w") as opened:
        for number in range(count):
            opened.writestr(f"a/{number}.png", b"")
    return archive


def huge_png(width: int, height: int) -> bytes:
    """A PNG of one colour, small as a file, that says how large it is."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">L", zlib.crc32(kind + content))
        return struct.pack(">L", len(content)) + kind + content + check

    header = struct.pack(">2L5B", width, height, 1, 0, 0, 0, 0)
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = chunk(b"IHDR", header), chunk(b"IDAT", packed), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tree(folder: Path) -> list[str]:
    """All files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

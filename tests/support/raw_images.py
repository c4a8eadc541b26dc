"""Image files written byte by byte, for what Pillow does not write itself."""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_SHORT, _LONG = 3, 4
_D50: Final = (0.9642, 1.0, 0.8249)
# sRGB's primaries as seen under D50, columns R, G, B (IEC 61966-2-1, adapted by Bradford)
SRGB_TO_D50: Final = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)


def png(
    levels: NDArray[np.generic],
    *,
    depth: int,
    colour_type: int,
    transparent: bytes = b"",
    size: tuple[int, int] | None = None,
) -> bytes:
    """A PNG.

    Args:
        levels: [height, width] or [height, width, channels], each below ``2 ** depth``.
        depth: Bits of a channel, 4, 8 or 16.
        colour_type: 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA.
        transparent: What the chunk tRNS holds.
        size: Width and height that the header states; those of the levels by default.
    """
    height, width = levels.shape[:2]
    rows = levels.reshape(height, -1)
    if depth == 4:
        packed = (rows[:, ::2] << 4 | rows[:, 1::2]).astype(np.uint8)
    else:
        packed = rows.astype(">u2" if depth == 16 else np.uint8)
    data = b"".join(b"\0" + row.tobytes() for row in packed)
    header = struct.pack(">IIBBBBB", *(size or (width, height)), depth, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    if transparent:
        chunks.insert(1, (b"tRNS", transparent))
    return _PNG_SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def tiff(
    levels: NDArray[np.generic],
    *,
    photometric: int = 1,
    bits: int | None = None,
    sample_format: int = 1,
    order: str = "<",
) -> bytes:
    """An uncompressed TIFF.

    Args:
        levels: [height, width] or [height, width, 3].
        photometric: 0 grey that counts from white, 1 grey, 8 CIE Lab.
        bits: Bits of a channel; those of the levels by default, or 12.
        sample_format: 1 without a sign, 2 with one, 3 floating point.
        order: ``<`` little-endian, ``>`` big-endian.
    """
    height, width, *channels = levels.shape
    samples = channels[0] if channels else 1
    data = _twelve_bits(levels) if bits == 12 else levels.astype(levels.dtype.newbyteorder(order))
    pixels = data.tobytes()
    bits = bits or 8 * levels.dtype.itemsize
    after = 8 + len(pixels)
    lists = struct.pack(f"{order}{2 * samples}H", *[bits] * samples, *[sample_format] * samples)
    entries = [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, samples, bits if samples == 1 else after),
        (259, _SHORT, 1, 1),
        (262, _SHORT, 1, photometric),
        (273, _LONG, 1, 8),
        (277, _SHORT, 1, samples),
        (278, _LONG, 1, height),
        (279, _LONG, 1, len(pixels)),
        (339, _SHORT, samples, sample_format if samples == 1 else after + 2 * samples),
    ]
    mark = b"II" if order == "<" else b"MM"
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        inline = kind == _SHORT and count == 1
        directory += struct.pack(
            f"{order}HHI" + ("HH" if inline else "I"),
            tag,
            kind,
            count,
            *((value, 0) if inline else (value,)),
        )
    header = mark + struct.pack(f"{order}HI", 42, after + len(lists))
    return header + pixels + lists + directory + struct.pack(f"{order}I", 0)


def _twelve_bits(levels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Two levels in three bytes, the higher bits first."""
    one, other = levels[:, ::2].astype(int), levels[:, 1::2].astype(int)
    packed = np.stack([one >> 4, (one & 15) << 4 | other >> 8, other & 255], axis=-1)
    return packed.astype(np.uint8)


def gamma_profile(gamma: float) -> bytes:
    """An ICC profile, version 2, with the primaries of sRGB and a gamma as its curve."""

    def xyz(values: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * gamma)) + b"\0\0"
    name = b"test\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78 + 1)
    description += bytes(-len(description) % 4)
    contents = {
        b"desc": description,
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(_D50),
        **{
            channel + b"XYZ": xyz(tuple(SRGB_TO_D50[:, place]))
            for place, channel in enumerate((b"r", b"g", b"b"))
        },
        **{channel + b"TRC": curve for channel in (b"r", b"g", b"b")},
    }
    offset = 128 + 4 + 12 * len(contents)
    table, body = struct.pack(">I", len(contents)), b""
    for signature, content in contents.items():
        table += signature + struct.pack(">II", offset + len(body), len(content))
        body += content
    header = struct.pack(
        ">I4sI4s4s4s12s4sIIII8sI12s",
        offset + len(body),
        b"lcms",
        0x02400000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        bytes(12),
        b"acsp",
        0,
        0,
        0,
        0,
        bytes(8),
        0,
        struct.pack(">3i", *(round(65536 * value) for value in _D50)),
    )
    return header.ljust(128, b"\0") + table + body

"""A folder of awkward image files, and what a viewer shows of each: formulas on the levels that
were written, which know nothing of the code that reads them.

Of JPEG, which loses something, the levels are those that Pillow decodes.
"""

import io
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageCms

from tests.support.colour_formulas import (
    Levels,
    cmyk_to_rgb,
    lab_to_srgb,
    linear_to_srgb,
    on_three,
    on_white,
    oriented,
    ycbcr_to_rgb,
)
from tests.support.pictures import picture
from tests.support.raw_images import gamma_profile, png, tiff

SIDE: Final = 32
EXIF_ORIENTATION: Final = 0x0112


@dataclass(frozen=True)
class Awkward:
    """One file.

    Attributes:
        name: Its name in the folder of its class.
        write: Makes it at a path.
        shown: The pixels that a viewer shows, uint8 [height, width, 3]; None where it is left out.
        reason: Why it is left out, as lossviz says it.
        tolerance: How far a level may be from what is shown: rounding, or a colour profile's table.
    """

    name: str
    write: Callable[[Path], object]
    shown: Levels | None = None
    reason: str = ""
    tolerance: int = 0


def colours(number: int, *, width: int = SIDE, height: int = SIDE) -> Levels:
    return np.asarray(picture(number, width=width, height=height))


def grey(number: int) -> Levels:
    return colours(number)[..., 0]


def saved(levels: Levels, mode: str | None = None, **options: Any) -> Callable[[Path], None]:
    """Saves levels by Pillow, in the format of the file's name or of ``format``."""

    def write(path: Path) -> None:
        image = Image.fromarray(np.ascontiguousarray(levels))
        if mode:
            size = image.size
            image = Image.frombytes(mode, size, np.ascontiguousarray(levels).tobytes())
        image.save(path, **options)

    return write


def encoded(levels: Levels, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, **options)
    return file.getvalue()


def decoded(levels: Levels, **options: Any) -> Levels:
    """Levels after a format that loses something."""
    return np.asarray(Image.open(io.BytesIO(encoded(levels, **options))))


def raw(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[EXIF_ORIENTATION] = orientation
    return tags


def palette_image(number: int) -> tuple[Image.Image, Levels, Levels]:
    """A picture of 16 colours, its colours [16, 3] and the numbers of its pixels' colours."""
    image = picture(number, width=SIDE, height=SIDE).quantize(16)
    table = np.array(image.getpalette()[: 3 * 16], dtype=np.uint8).reshape(-1, 3)
    return image, table, np.asarray(image)


def modes() -> list[Awkward]:
    """One file of each way to store colours, and of each depth."""
    rgb, alpha, light = colours(1), grey(2), grey(3)
    other = {number: colours(number) for number in range(10, 40)}
    bits = grey(4) > 120
    paletted, table, numbers = palette_image(5)
    many = np.arange(0, 256, 16, dtype=np.uint8)
    deep = np.random.default_rng(6).integers(0, 2**16, (SIDE, SIDE)).astype(np.uint16)
    deeper = deep.astype(np.uint32) << 16
    signed = (deep.astype(np.int32) - 2**15).astype(np.int16)
    share = np.linspace(-0.5, 1.5, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)
    with_gaps = share[::-1].copy()
    with_gaps[3, 4] = np.nan
    cmyk = np.concatenate([other[10], grey(11)[..., None]], axis=-1)
    lab = np.stack([grey(12) * 0.15 + 35, grey(13) / 8 - 16, grey(14) / 8 - 16], axis=-1)
    lab = np.rint(lab)
    lab_bytes = np.stack([np.rint(lab[..., 0] * 2.55), lab[..., 1], lab[..., 2]], axis=-1)
    small = (deep.astype(np.uint8) >> 4).reshape(SIDE, SIDE)
    deep_rgb = np.random.default_rng(7).integers(0, 2**16, (SIDE, SIDE, 4)).astype(np.uint16)
    whitened = np.where((small == 5)[..., None], 255, on_three(small * 17.0))
    keyed_deep = np.where((deep == deep[0, 0])[..., None], 255, on_three(deep / 257))
    keyed = other[15].copy()
    keyed[:5, :5] = keyed[0, 0]
    is_key = (keyed == keyed[0, 0]).all(axis=-1)[..., None]
    key = b"".join(int(level).to_bytes(2, "big") for level in keyed[0, 0])
    return [
        Awkward("bilevel.png", saved(bits), on_three(bits * 255.0)),
        Awkward("bilevel.tif", saved(~bits), on_three(~bits * 255.0)),
        Awkward("grey.png", saved(light), on_three(light)),
        Awkward("rgb.png", saved(rgb), rgb),
        Awkward("grey.jpg", saved(alpha), on_three(decoded(alpha, format="JPEG"))),
        Awkward("rgb.jpg", saved(other[16]), decoded(other[16], format="JPEG")),
        Awkward("photo.JPG", saved(other[17]), decoded(other[17], format="JPEG")),
        Awkward(
            "grey and alpha.png",
            saved(np.stack([light, alpha], axis=-1)),
            on_white(on_three(light), alpha),
            tolerance=1,
        ),
        Awkward("rgba.png", saved(np.dstack([rgb, alpha])), on_white(rgb, alpha), tolerance=1),
        Awkward(
            "rgba.webp",
            saved(np.dstack([other[18], alpha]), lossless=True, exact=True),
            on_white(other[18], alpha),
            tolerance=1,
        ),
        Awkward("opaque.png", saved(np.dstack([other[19], np.full_like(alpha, 255)])), other[19]),
        Awkward("rgbx.tif", saved(np.dstack([other[20], alpha]), "RGBX"), other[20]),
        Awkward("palette.png", paletted.save, table[numbers]),
        Awkward(
            "palette, one colour transparent.png",
            lambda path: paletted.save(path, transparency=3),
            np.where((numbers == 3)[..., None], 255, table[numbers]),
        ),
        Awkward(
            "palette, each colour its own alpha.png",
            lambda path: paletted.save(path, transparency=many.tobytes()),
            on_white(table[numbers], many[numbers]),
            tolerance=1,
        ),
        Awkward(
            "palette.gif",
            lambda path: paletted.save(path, transparency=5),
            np.where((numbers == 5)[..., None], 255, table[numbers]),
        ),
        Awkward(
            "one colour transparent.png",
            raw(png(keyed, depth=8, colour_type=2, transparent=key)),
            np.where(is_key, 255, keyed).astype(np.uint8),
        ),
        Awkward(
            "4 bits, one level transparent.png",
            raw(png(small, depth=4, colour_type=0, transparent=b"\0\5")),
            whitened.astype(np.uint8),
        ),
        Awkward("cmyk.tif", saved(cmyk, "CMYK"), cmyk_to_rgb(cmyk), tolerance=1),
        Awkward(
            "cmyk.jpg",  # whose inks are stored upside down, as Adobe does
            saved(cmyk[::-1], "CMYK", quality=100, subsampling=0),
            cmyk_to_rgb(np.asarray(Image.open(io.BytesIO(_jpeg_of_inks(cmyk[::-1]))))),
            tolerance=1,
        ),
        Awkward("ycbcr.tif", saved(other[21], "YCbCr"), ycbcr_to_rgb(other[21]), tolerance=2),
        Awkward(
            "lab.tif",
            raw(tiff(lab_bytes.astype(np.int16).astype(np.uint8), photometric=8)),
            lab_to_srgb(np.dstack([np.rint(lab[..., 0] * 2.55) / 2.55, lab[..., 1:]])),
            tolerance=3,
        ),
        Awkward("16 bits.png", raw(png(deep, depth=16, colour_type=0)), on_three(deep / 257)),
        Awkward(
            "16 bits, one level transparent.png",
            raw(png(deep, depth=16, colour_type=0, transparent=int(deep[0, 0]).to_bytes(2, "big"))),
            keyed_deep.astype(np.uint8),
        ),
        Awkward("16 bits.tif", raw(tiff(deep[::-1])), on_three(deep[::-1] / 257)),
        Awkward("16 bits, big.tif", raw(tiff(deep.T, order=">")), on_three(deep.T / 257)),
        Awkward(
            "16 bits, white is 0.tif",
            raw(tiff(deep[:, ::-1], photometric=0)),
            on_three(255 - np.rint(deep[:, ::-1] / 257)),
        ),
        Awkward("12 bits.tif", raw(tiff(deep >> 4, bits=12)), on_three((deep >> 4) / 4095 * 255)),
        Awkward(
            "16 bits.pgm",
            raw(b"P5 32 32 65535\n" + np.rot90(deep).astype(">u2").tobytes()),
            on_three(np.rot90(deep) / 257),
        ),
        Awkward(
            "16 bits, signed.tif",
            raw(tiff(signed, sample_format=2)),
            on_three(signed.clip(0) / (2**15 - 1) * 255),
        ),
        Awkward(
            "32 bits.tif",
            raw(tiff(np.rot90(deeper, 2))),
            on_three(np.rot90(deeper, 2) / (2**32 - 1) * 255),
        ),
        Awkward(
            "16 bits a colour.png",
            raw(png(deep_rgb[..., :3], depth=16, colour_type=2)),
            np.rint(deep_rgb[..., :3] / 257).astype(np.uint8),
            tolerance=1,
        ),
        Awkward(
            "16 bits a colour and alpha.png",
            raw(png(deep_rgb[::-1], depth=16, colour_type=6)),
            on_white(deep_rgb[::-1, :, :3] / 257, deep_rgb[::-1, :, 3] / 257),
            tolerance=2,
        ),
        Awkward(
            "float.tif",
            raw(tiff(share, sample_format=3)),
            on_three(255.0 * share.astype(float).clip(0, 1)),
        ),
        Awkward(
            "float with gaps.tif",
            raw(tiff(with_gaps, sample_format=3)),
            on_three(255.0 * np.nan_to_num(with_gaps).astype(float).clip(0, 1)),
        ),
        Awkward("lossless.bmp", saved(other[22]), other[22]),
        Awkward("lossless.ppm", saved(other[23]), other[23]),
        Awkward("lossless.tga", saved(other[24]), other[24]),
        Awkward("lossless.qoi", saved(other[25]), other[25]),
        Awkward("lossless.jp2", saved(other[26]), other[26]),
        Awkward("lossless.webp", saved(other[27], lossless=True), other[27]),
        Awkward("lzw.tif", saved(other[28], compression="tiff_lzw"), other[28]),
        Awkward(
            "linear profile.png",
            saved(other[29], icc_profile=gamma_profile(1.0)),
            linear_to_srgb(other[29] / 255),
            tolerance=1,
        ),
        Awkward(
            "srgb profile.png",
            saved(
                other[30],
                icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
            ),
            other[30],
        ),
        Awkward("broken profile.png", saved(other[31], icc_profile=b"no profile"), other[31]),
    ]


def _jpeg_of_inks(cmyk: Levels) -> bytes:
    file = io.BytesIO()
    size = cmyk.shape[1], cmyk.shape[0]
    Image.frombytes("CMYK", size, np.ascontiguousarray(cmyk).tobytes()).save(
        file, "JPEG", quality=100, subsampling=0
    )
    return file.getvalue()


def turned() -> list[Awkward]:
    """Photos as phones store them."""
    oblong = {number: colours(50 + number, width=48, height=32) for number in range(1, 13)}
    jpegs = [
        Awkward(
            f"orientation {number}.jpg",
            saved(oblong[number], exif=exif(number)),
            oriented(decoded(oblong[number], format="JPEG"), number),
        )
        for number in range(1, 9)
    ]
    damaged = b"Exif\0\0II*\0\xff\xff\xff\xff"
    return [
        *jpegs,
        Awkward("turned.png", saved(oblong[9], exif=exif(6)), oriented(oblong[9], 6)),
        Awkward("turned.tif", saved(oblong[10], exif=exif(7)), oriented(oblong[10], 7)),
        Awkward(
            "turned.webp",
            saved(oblong[11], exif=exif(8), lossless=True),
            oriented(oblong[11], 8),
        ),
        Awkward(
            "damaged exif.jpg",
            saved(oblong[12], exif=damaged),
            decoded(oblong[12], format="JPEG"),
        ),
    ]


def animated() -> list[Awkward]:
    """Of which the first picture counts."""
    first = {ending: colours(80 + place) for place, ending in enumerate(("webp", "png", "tif"))}
    second = [picture(90, width=SIDE, height=SIDE)]
    still, table, numbers = palette_image(84)
    return [
        *(
            Awkward(
                f"animated.{ending}",
                saved(levels, save_all=True, append_images=second, **options),
                levels,
            )
            for (ending, levels), options in zip(
                first.items(), ({"lossless": True}, {}, {}), strict=True
            )
        ),
        Awkward(
            "animated.gif",
            lambda path: still.save(path, save_all=True, append_images=second),
            table[numbers],
        ),
    ]


def sizes() -> list[Awkward]:
    """From one pixel to one that is wide."""
    shapes = {"dot.png": (1, 1), "line.png": (49, 1), "wide.png": (8000, 20), "tall.png": (3, 900)}
    return [
        Awkward(name, saved(colours(100 + place, width=width, height=height)), levels)
        for place, (name, (width, height)) in enumerate(shapes.items())
        for levels in [colours(100 + place, width=width, height=height)]
    ]


def odd_names() -> list[Awkward]:
    """Names that are no text, and endings that are wrong or missing."""
    names = [
        os.fsdecode(b"caf\xe9.png"),
        "two\nlines.png",
        "\x1b[31mred.png",
        "[red] *stars* <b>.png",
        "花.png",
        "a" * 250 + ".png",
    ]
    levels = [colours(120 + place) for place in range(len(names) + 2)]
    return [
        *(Awkward(name, saved(one), one) for name, one in zip(names, levels[:-2], strict=True)),
        Awkward("in truth a PNG.jpg", raw(encoded(levels[-2], format="PNG")), levels[-2]),
        Awkward("no ending", raw(encoded(levels[-1], format="PNG")), levels[-1]),
    ]


def left_out() -> list[Awkward]:
    """What nobody can train on."""
    rgb = colours(140, width=200, height=200)
    jpeg, whole = encoded(rgb, format="JPEG"), encoded(rgb, format="PNG")

    def listen(path: Path) -> None:
        folder = os.getcwd()
        os.chdir(path.parent)  # an address has at most 108 characters
        try:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(path.name)
        finally:
            os.chdir(folder)

    no_image = "no image that Pillow can read"
    return [
        Awkward("empty.png", raw(b""), reason="empty"),
        Awkward("text.jpg", raw(b"no image"), reason=no_image),
        Awkward("photo.heic", raw(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), reason=no_image),
        Awkward("drawing.svg", raw(b"<svg/>"), reason=no_image),
        Awkward("truncated.jpg", raw(jpeg[: len(jpeg) // 2]), reason="truncated"),
        Awkward("truncated.png", raw(whole[: len(whole) // 2]), reason="truncated"),
        Awkward(
            "bomb.png",
            raw(png(rgb, depth=8, colour_type=2, size=(20_000, 20_000))),
            reason="more than 178,956,970 pixels",
        ),
        Awkward("pipe.png", lambda path: os.mkfifo(path), reason="a pipe, not a file"),
        Awkward("socket.png", listen, reason="a socket, not a file"),
        Awkward(
            "nowhere.png",
            lambda path: path.symlink_to("no such file.png"),
            reason="a link to what is not there",
        ),
        Awkward(
            "itself.png",
            lambda path: path.symlink_to(path.name),
            reason="a link that leads to itself",
        ),
        Awkward(
            "up",
            lambda path: path.symlink_to(".."),
            reason="a link back to a folder that it lies in",
        ),
    ]


def awkward_files() -> list[Awkward]:
    """All of them."""
    return [*modes(), *turned(), *animated(), *sizes(), *odd_names(), *left_out()]

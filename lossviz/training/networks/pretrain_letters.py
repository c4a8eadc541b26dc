"""Pretrain the body of the ``digits`` recipe on rendered letters.

Run by ``python -m lossviz.training.networks.pretrain_letters``; about four minutes on two cores. No
digit is shown, so that fine-tuning on digits is a real transfer. Everything is drawn from one seed:
the same machine makes the same bytes. The fonts are those that ship with matplotlib.
"""

import argparse
import string
from pathlib import Path

import matplotlib
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from lossviz.training.networks.digits_network import make_body, make_head

WEIGHTS = Path(__file__).with_suffix(".safetensors")
LETTERS = string.ascii_letters
FONTS = ("DejaVu", "STIXGeneral", "cmr", "cmss", "cmtt", "cmb")
_CANVAS, _POINTS, _IMAGE = 64, 44, 8
_BATCH = 256
THREADS = 2  # the last digits of sums depend on it: the weights in the repo were made with two


def load_fonts() -> list[ImageFont.FreeTypeFont]:
    """The text faces that ship with matplotlib, in a fixed order."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = sorted(
        face
        for face in folder.glob("*.ttf")
        if face.stem.startswith(FONTS) and "Display" not in face.stem
    )
    return [ImageFont.truetype(str(face), _POINTS) for face in faces]


def render_letter(
    letter: str, font: ImageFont.FreeTypeFont, rng: np.random.Generator
) -> NDArray[np.float32]:
    """One letter, 8 × 8, brightest pixel 1, cropped as the digits are.

    It is centred, then thickened, sheared, scaled and shifted a little at random.
    """
    image = Image.new("L", (_CANVAS, _CANVAS), 0)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = draw.textbbox((0, 0), letter, font=font)
    corner = ((_CANVAS - right - left) / 2, (_CANVAS - bottom - top) / 2)
    draw.text(corner, letter, fill=255, font=font, stroke_width=int(rng.integers(0, 3)))
    linear = rng.normal(0, 0.12, (2, 2)) + np.eye(2) * rng.uniform(0.9, 1.25)
    centre = np.full(2, _CANVAS / 2)
    shift = centre - linear @ centre + rng.normal(0, 2, 2)
    affine = (*linear[0], shift[0], *linear[1], shift[1])
    image = image.transform(
        (_CANVAS, _CANVAS), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
    )
    image = image.crop(image.getbbox() or (0, 0, _CANVAS, _CANVAS)).resize(
        (_IMAGE, _IMAGE), Image.Resampling.BOX
    )
    pixels = np.asarray(image, dtype=np.float32)
    return pixels / max(1.0, float(pixels.max()))


def render_letters(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """The alphabet over and over: images [count, 1, 8, 8] in [0, 1] and their classes, 0 to 51."""
    fonts, rng = load_fonts(), np.random.default_rng(seed)
    images = np.stack(
        [
            render_letter(LETTERS[i % len(LETTERS)], fonts[rng.integers(len(fonts))], rng)
            for i in range(count)
        ]
    )
    return torch.from_numpy(images).unsqueeze(1), torch.arange(count) % len(LETTERS)


def pretrain(images: Tensor, targets: Tensor, *, epochs: int, seed: int) -> nn.Sequential:
    """A body trained by cross-entropy to classify the letters (AdamW, one cycle up to 6e-3)."""
    torch.manual_seed(seed)
    body = make_body()
    model = nn.Sequential(body, make_head(len(LETTERS)))
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    batches = len(images) // _BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=epochs * batches)
    for epoch in range(epochs):
        order, total = torch.randperm(len(images)), 0.0
        for rows in order[: batches * _BATCH].view(batches, _BATCH):
            loss = F.cross_entropy(model(images[rows]), targets[rows])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(
            f"epoch {epoch + 1} of {epochs}: mean training loss {total / batches:.4f}", flush=True
        )
    return body


def main() -> None:
    """Side effects: writes the weights file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=60_000, help="letters to render")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    images, targets = render_letters(options.count, options.seed)
    body = pretrain(images, targets, epochs=options.epochs, seed=options.seed)
    save_file(body.state_dict(), options.out)
    print(f"{options.out.name}: {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

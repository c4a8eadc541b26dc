"""Images of the network as PNG files."""

import io

from PIL import Image
from torch import Tensor
from torch.nn import functional as F

_MIN_PIXELS = 96  # smaller images are enlarged, each pixel a square


def png_of(image: Tensor) -> bytes:
    """An image, [1 or 3, height, width] in [0, 1], as the bytes of a PNG."""
    scale = max(1, -(-_MIN_PIXELS // image.shape[-1]))
    large = F.interpolate(image[None], scale_factor=scale, mode="nearest")[0]
    pixels = (large.clamp(0, 1) * 255).round().byte().expand(3, -1, -1).permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()

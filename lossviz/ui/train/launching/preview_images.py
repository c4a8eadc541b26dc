"""The images of a batch preview, with their labels."""

from collections.abc import Sequence

from markupsafe import Markup

from lossviz.experiments.engine.messages import PreviewImage
from lossviz.ui.templates import render


def preview_html(images: Sequence[PreviewImage]) -> Markup:
    """The images as tiles; where label noise changed a label, the true one is struck through."""
    return render("train/launching/preview_images.html", images=images)


def preview_caption(images: Sequence[PreviewImage]) -> str:
    """What the images are, and how many of them have a wrong label."""
    caption = (
        "The first batch that every loss is trained on with seed 0, augmented, as the network gets"
        " it."
    )
    wrong = sum(image.label != image.true_class for image in images)
    if not wrong:
        return caption
    have = "has" if wrong == 1 else "have"
    return f"{caption} Of these, {wrong} {have} a wrong label, the true label struck through."

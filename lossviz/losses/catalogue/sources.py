"""Papers that define losses in more than one part of the catalogue."""

from lossviz.losses.reference import Reference

ALPHA_LOSS = Reference(
    authors="Sypherd, Diaz, Cava, Dasarathy, Kairouz, Sankar",
    # The sixth version's year, title and authors. The first, of 2019, is "A Tunable Loss Function
    # for Classification", by some others; the address without a version shows the latest.
    year=2022,
    title=(
        "A Tunable Loss Function for Robust Classification: Calibration, Landscape, and"
        " Generalization"
    ),
    link="https://arxiv.org/abs/1906.02314v6",
    equation="the definition of α-loss",
)
GENERALISED_CROSS_ENTROPY = Reference(
    authors="Zhang, Sabuncu",
    year=2018,
    title="Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels",
    link="https://arxiv.org/abs/1805.07836",
    equation="equation 6",
)

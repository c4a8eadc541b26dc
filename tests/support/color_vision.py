"""How far apart colours lie, for eyes with all cones and for eyes that lack one kind."""

import numpy as np

# Background, the background of fields, and text: .streamlit/config.toml
THEMES = {
    "light": ("#ffffff", "#f3f5f9", "#172033"),
    "dark": ("#10151f", "#1a2230", "#e8ecf4"),
}
# What is left of linear RGB where one kind of cone is missing (Machado, Oliveira, Fernandes 2009,
# "A physiologically-based model for simulation of color vision deficiency", table 1, severity 1).
EYES = {
    "all cones": np.eye(3),
    "no long waves (protanopia)": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no middle waves (deuteranopia)": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short waves (tritanopia)": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# From linear RGB to the perceptual OKLab (Ottosson 2020), with L from 0 to 1.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
LEAST_DISTANCE = 0.12  # 0.02 can just be told apart side by side


def linear(color: str) -> np.ndarray:
    """Linear RGB, 0 to 1."""
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    seen: np.ndarray = TO_LAB @ np.cbrt(TO_CONES @ rgb)
    return seen


def from_lab(color: np.ndarray) -> np.ndarray:
    rgb = np.linalg.inv(TO_CONES) @ (np.linalg.inv(TO_LAB) @ color) ** 3
    clipped: np.ndarray = np.clip(rgb, 0, 1)
    return clipped


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """Of two colours in linear RGB, by WCAG 2: 1 to 21."""
    darker, lighter = sorted(float(color @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def seen_distance(one: np.ndarray, other: np.ndarray, eyes: str) -> float:
    """Of two colours in linear RGB, in OKLab, as these eyes see them."""
    seen = [lab(np.clip(np.array(EYES[eyes]) @ color, 0, 1)) for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))

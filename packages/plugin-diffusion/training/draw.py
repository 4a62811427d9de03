"""Draws an example: flat shapes with smooth edges, three samples a pixel along each axis."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw

from .domain import CANVAS, COLOURS, Example

SUPERSAMPLING = 3
JITTER = 5  # of 255: how far a shade strays from its colour's own
ARM = 0.34  # half the width of a cross's arm, of its radius
HOLE = 0.52  # radius of a ring's hole, of its radius


def _star(outer: float, inner: float, drop: float) -> list[tuple[float, float]]:
    radii = [outer if i % 2 == 0 else inner for i in range(10)]
    return [(r * math.sin(i * math.pi / 5), drop - r * math.cos(i * math.pi / 5)) for i, r in enumerate(radii)]


OUTLINES = {
    "square": [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
    "triangle": [(0, -1), (1.05, 0.85), (-1.05, 0.85)],
    "star": _star(1.12, 0.46, 0.08),
    "cross": [
        (-ARM, -1), (ARM, -1), (ARM, -ARM), (1, -ARM), (1, ARM), (ARM, ARM),
        (ARM, 1), (-ARM, 1), (-ARM, ARM), (-1, ARM), (-1, -ARM), (-ARM, -ARM),
    ],
}  # corners in units of the radius, y downwards  # fmt: skip


def draw_shape(pen: ImageDraw.ImageDraw, shape: str, x: float, y: float, radius: float, fill, hole) -> None:
    """Fills one shape; `hole` is the colour of what shows through a ring. All lengths in the pen's own pixels."""
    if shape in OUTLINES:
        pen.polygon([(x + radius * a, y + radius * b) for a, b in OUTLINES[shape]], fill=fill)
        return
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=fill)
    if shape == "ring":
        r = radius * HOLE
        pen.ellipse([x - r, y - r, x + r, y + r], fill=hole)


def draw_example(example: Example, rng: random.Random) -> np.ndarray:
    """Returns the picture as uint8 [128, 128, 3]; `rng` shades the colours a little."""

    def shade(colour: str) -> tuple[int, ...]:
        return tuple(max(0, min(255, v + rng.randint(-JITTER, JITTER))) for v in COLOURS[colour])

    background = shade(example.background)
    side = CANVAS * SUPERSAMPLING
    image = Image.new("RGB", (side, side), background)
    pen = ImageDraw.Draw(image)
    for t in example.things:
        x, y, radius = (v * SUPERSAMPLING for v in (t.x, t.y, t.radius))
        draw_shape(pen, t.shape, x, y, radius, shade(t.colour), background)
    return np.asarray(image.reduce(SUPERSAMPLING))

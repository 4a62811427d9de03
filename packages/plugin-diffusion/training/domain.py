"""What the model can draw: its words, and the sizes and places of things on a canvas of 128 x 128 pixels."""

import hashlib
from dataclasses import dataclass

CANVAS = 128  # pixels a side

COLOURS = {
    "red": (220, 40, 40),
    "green": (40, 165, 70),
    "blue": (45, 85, 215),
    "yellow": (245, 215, 50),
    "orange": (245, 140, 35),
    "purple": (135, 60, 175),
    "white": (250, 250, 250),
    "black": (20, 20, 24),
}
SHAPES = ["circle", "square", "triangle", "star", "cross", "ring"]
SIZES = ["small", "medium", "large"]
DRAWN_SIZES = ["medium", "large"]  # the UNet leaves out the others: small things take far more samples
RADII = {"small": (18.0, 21.0), "medium": (29.0, 33.0), "large": (42.0, 48.0)}  # pixels
PAIR_RADII = (22.0, 25.0)
POSITIONS = {
    "top left": (0, 0),
    "top": (1, 0),
    "top right": (2, 0),
    "left": (0, 1),
    "center": (1, 1),
    "right": (2, 1),
    "bottom left": (0, 2),
    "bottom": (1, 2),
    "bottom right": (2, 2),
}  # column and row of a 3 x 3 grid
RELATIONS = {
    "left": ["to the left of", "left of"],
    "right": ["to the right of", "right of"],
    "above": ["above", "over", "on top of"],
    "below": ["below", "under"],
    "beside": ["and", "and", "next to", "beside"],
}  # where the first thing is, seen from the second
PAIR_SLOTS = {"first": (34.0, 94.0), "middle": 64.0}  # pixels: the two places along an axis, and across it
SLOTS = [*POSITIONS, "left of two", "right of two", "upper of two", "lower of two"]

SYNONYMS = {
    "circle": ["disc", "dot", "ball"],
    "square": ["box"],
    "cross": ["plus"],
    "ring": ["donut"],
    "purple": ["violet"],
    "small": ["tiny", "little"],
    "large": ["big", "huge"],
    "center": ["middle"],
}


@dataclass(frozen=True)
class Thing:
    """One shape on the canvas; centre and radius in pixels."""

    colour: str
    shape: str
    size: str
    slot: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Example:
    """A caption and the picture that it describes. `things` are ordered from the top left to the bottom right."""

    caption: str
    background: str
    things: tuple[Thing, ...]


def is_held_out(colour: str, shape: str, background: str) -> bool:
    """Whether the triple (one in eight) is kept out of training, so that the judge can ask for it."""
    return hashlib.md5(f"{colour}/{shape}/{background}".encode()).digest()[0] % 8 == 0

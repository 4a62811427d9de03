"""Makes up examples: a caption and where its things are. The same seed always makes the same example."""

import random

import numpy as np

from . import domain
from .domain import CANVAS, COLOURS, POSITIONS, RELATIONS, SHAPES, SIZES, Example, Thing, is_held_out
from .draw import draw_example

PREFIXES = ["", "", "", "", "", "a picture of ", "an image of ", "a drawing of ", "draw ", "a photo of "]
SUFFIXES = ["", "", "", "", "", ".", ", simple", ", flat design", ", high quality"]
BACKGROUND_PHRASES = ["on {a} background", "on {a} background", "on {}", "{} background", "with {a} background"]
FILLERS = "very nice beautiful cute simple bright flat cartoon icon please".split()
SHIFT = 2.0  # pixels: how far a thing strays from its place
MARGIN = 6.0  # pixels between a thing at the side and the edge of the canvas


def with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def plural(noun: str) -> str:
    return noun + ("es" if noun[-1] in "sx" else "s")


def _say(rng: random.Random, word: str) -> str:
    return rng.choice(domain.SYNONYMS[word]) if word in domain.SYNONYMS and rng.random() < 0.2 else word


def _background_phrase(rng: random.Random, background: str) -> str:
    word = _say(rng, background)
    return rng.choice(BACKGROUND_PHRASES).format(word, a=with_article(word))


def place_single(rng: random.Random, colour: str, shape: str, size: str, position: str) -> Thing:
    """Puts one thing of a size at one of nine positions; a large one only fits the centre."""
    radius = rng.uniform(*domain.RADII[size])
    near = radius * 1.05 + MARGIN
    axis = [near, CANVAS / 2, CANVAS - near]
    column, row = POSITIONS[position]
    x, y = (v + rng.uniform(-SHIFT, SHIFT) for v in (axis[column], axis[row]))
    return Thing(colour, shape, size, position, x, y, radius)


def place_pair(rng: random.Random, first: tuple[str, str], second: tuple[str, str], relation: str):
    """Puts two (colour, shape) things along an axis, ordered from the top left; `relation` is the first's side."""
    if relation in ("right", "below"):
        first, second = second, first
    vertical = relation in ("above", "below")
    dx, dy, radius = rng.uniform(-SHIFT, SHIFT), rng.uniform(-SHIFT, SHIFT), rng.uniform(*domain.PAIR_RADII)
    things = []
    for (colour, shape), along, side in zip((first, second), domain.PAIR_SLOTS["first"], (0, 1), strict=True):
        x, y = (domain.PAIR_SLOTS["middle"], along) if vertical else (along, domain.PAIR_SLOTS["middle"])
        slot = ("upper of two", "lower of two")[side] if vertical else ("left of two", "right of two")[side]
        things.append(Thing(colour, shape, "medium", slot, x + dx, y + dy, radius))
    return tuple(things)


def _single(rng: random.Random, colour: str, shape: str) -> tuple[list[str], tuple[Thing, ...]]:
    size = rng.choices(SIZES, [3, 5, 3])[0]
    position = rng.choice(list(POSITIONS)) if size != "large" and rng.random() < 0.55 else "center"
    words = [_say(rng, size)] if size != "medium" else []
    parts = [with_article(" ".join([*words, _say(rng, colour), _say(rng, shape)]))]
    if position != "center" or rng.random() < 0.2:
        side = " side" if position in ("left", "right") and rng.random() < 0.3 else ""
        corner = " corner" if " " in position and rng.random() < 0.3 else ""
        parts.append(rng.choice(["at the ", "in the ", "on the "]) + _say(rng, position) + side + corner)
    return parts, (place_single(rng, colour, shape, size, position),)


def _pair(rng: random.Random, first: tuple[str, str], second: tuple[str, str]) -> tuple[list[str], tuple[Thing, ...]]:
    if first == second:
        noun = f"two {_say(rng, first[0])} {plural(_say(rng, first[1]))}"
        return [noun], place_pair(rng, first, second, "beside")
    relation = rng.choice(list(RELATIONS))
    nouns = [with_article(f"{_say(rng, c)} {_say(rng, s)}") for c, s in (first, second)]
    caption = f"{nouns[0]} {rng.choice(RELATIONS[relation])} {nouns[1]}"
    return [caption], place_pair(rng, first, second, relation)


def make_example(seed: int) -> Example:
    """Makes the training example of a seed. None has a held-out (colour, shape, background)."""
    rng = random.Random(seed)
    stated = rng.random() < 0.8
    pair = rng.random() < 0.5
    while True:
        colours, shapes = [rng.choice(list(COLOURS)) for _ in "ab"], [rng.choice(SHAPES) for _ in "ab"]
        if pair and rng.random() < 0.12:
            colours[1], shapes[1] = colours[0], shapes[0]
        drawn = list(zip(colours, shapes, strict=True))[: 2 if pair else 1]
        # The background of a caption that names none: white, or black when something is white.
        unstated = "black" if any(c == "white" for c, _ in drawn) else "white"
        background = rng.choice(list(COLOURS)) if stated else unstated
        if all(c != background and not is_held_out(c, s, background) for c, s in drawn):
            break
    parts, things = _pair(rng, *drawn) if pair else _single(rng, *drawn[0])
    if stated:
        parts.insert(rng.choice([1, len(parts), len(parts)]), _background_phrase(rng, background))
    caption = rng.choice(PREFIXES) + rng.choice([" ", " ", " ", ", "]).join(parts) + rng.choice(SUFFIXES)
    if rng.random() < 0.08:
        caption = caption.removeprefix("a ")
    if rng.random() < 0.06:
        words = caption.split(" ")
        words.insert(rng.randrange(len(words) + 1), rng.choice(FILLERS))
        caption = " ".join(words)
    return Example(caption, background, things)


def make_picture(seed: int) -> tuple[Example, np.ndarray]:
    """Returns the example of a seed and its picture, uint8 [128, 128, 3]."""
    example = make_example(seed)
    return example, draw_example(example, random.Random(seed + 1))

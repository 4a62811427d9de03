"""Draws the pictures that the upscaler learns from: five classes, nothing of anybody's."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FEATURES = {
    "shapes": "flat polygons, discs and rings",
    "gradients": "slow changes of colour, and edges in them",
    "strokes": "marks like writing, and lines",
    "textures": "stripes, checks, waves, bricks, cells",
    "noise": "clouds and grains",
}  # what each class of pictures has
CLASSES = list(FEATURES)
SIDE = 96  # pixels of a drawn picture's side; it is halved for the network
SUPERSAMPLING = 3


def _colour(rng: random.Random) -> tuple[int, int, int]:
    levels = [rng.choice([0, 255, rng.randint(0, 255), rng.randint(0, 255)]) for _ in range(3)]
    return (levels[0],) * 3 if rng.random() < 0.3 else tuple(levels)


def _canvas(rng: random.Random) -> tuple[Image.Image, ImageDraw.ImageDraw, int]:
    side = SIDE * SUPERSAMPLING
    image = Image.new("RGB", (side, side), _colour(rng))
    return image, ImageDraw.Draw(image), side


def _polygon(rng: random.Random, side: int) -> list[tuple[float, float]]:
    """Corners round a middle, convex or like a star."""
    x, y, radius = rng.uniform(0, side), rng.uniform(0, side), rng.uniform(0.04, 0.45) * side
    corners, turn, star = rng.randint(3, 8), rng.uniform(0, math.tau), rng.choice([1, 1, rng.uniform(0.3, 0.8)])
    radii = [radius, radius * star]
    count = corners if star == 1 else corners * 2
    at = [turn + math.tau * i / count for i in range(count)]
    return [(x + radii[i % 2] * math.cos(a), y + radii[i % 2] * math.sin(a)) for i, a in enumerate(at)]


def draw_shapes(rng: random.Random) -> np.ndarray:
    """Flat polygons, discs and rings with smooth edges."""
    image, pen, side = _canvas(rng)
    for _ in range(rng.randint(2, 14)):
        if rng.random() < 0.6:
            pen.polygon(_polygon(rng, side), fill=_colour(rng))
            continue
        x, y, rx, ry = (rng.uniform(0, side) for _ in range(4))
        box = [x - rx / 3, y - ry / 3, x + rx / 3, y + ry / 3]
        if rng.random() < 0.5:
            pen.ellipse(box, fill=_colour(rng))
        else:
            pen.ellipse(box, outline=_colour(rng), width=rng.randint(3, 20))
    return np.asarray(image.reduce(SUPERSAMPLING))


def draw_gradients(rng: random.Random) -> np.ndarray:
    """Slow changes of colour, seen through soft and hard shapes."""

    def plane() -> np.ndarray:
        y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
        turn, kind = rng.uniform(0, math.tau), rng.random()
        if kind < 0.5:
            t = (x - 0.5) * math.cos(turn) + (y - 0.5) * math.sin(turn) + 0.5
        else:
            t = np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 1)) * rng.uniform(0.8, 2)
        stops = sorted(rng.uniform(0, 1) for _ in range(rng.randint(2, 4)))
        values = np.array([_colour(rng) for _ in stops], float)
        return np.stack([np.interp(t, stops, values[:, c]) for c in range(3)], -1)

    picture = plane()
    for _ in range(rng.randint(1, 4)):
        mask = Image.new("L", (SIDE * SUPERSAMPLING,) * 2, 0)
        ImageDraw.Draw(mask).polygon(_polygon(rng, SIDE * SUPERSAMPLING), fill=255)
        mask = mask.reduce(SUPERSAMPLING).filter(ImageFilter.GaussianBlur(rng.choice([0, 0, 1, 3, 8])))
        share = np.asarray(mask, float)[..., None] / 255
        picture = picture * (1 - share) + plane() * share
    return picture.clip(0, 255).astype(np.uint8)


def _stroke(rng: random.Random, x: float, y: float, size: float) -> list[tuple[float, float]]:
    """A bow or a broken line in a box, as a letter's part is."""
    if rng.random() < 0.5:
        return [(x + rng.choice([0, 0.5, 1]) * size * 0.6, y + rng.choice([0, 0.5, 1]) * size) for _ in range(rng.randint(2, 4))]
    start, length = rng.uniform(0, math.tau), rng.uniform(1.5, 6)
    at = [start + length * i / 12 for i in range(13)]
    return [(x + size * (0.3 + 0.3 * math.cos(a)), y + size * (0.5 + 0.5 * math.sin(a))) for a in at]


def draw_strokes(rng: random.Random) -> np.ndarray:
    """Lines of marks that look like writing, and a few long strokes."""
    image, pen, side = _canvas(rng)
    for _ in range(rng.randint(1, 3)):
        ink, y, size = _colour(rng), rng.uniform(0, side / 3), rng.uniform(0.06, 0.2) * side
        thickness = max(2, round(size * rng.uniform(0.06, 0.2)))
        while y < side:
            x = rng.uniform(-size, size)
            while x < side:
                for _ in range(rng.randint(1, 3)):
                    pen.line(_stroke(rng, x, y, size), fill=ink, width=thickness, joint="curve")
                x += size * rng.choice([0.8, 0.9, 1.5])
            y += size * rng.uniform(1.3, 2.5)
    for _ in range(rng.randint(0, 5)):
        pen.line([(rng.uniform(0, side), rng.uniform(0, side)) for _ in "ab"], fill=_colour(rng), width=rng.randint(2, 9))
    return np.asarray(image.reduce(SUPERSAMPLING))


def draw_textures(rng: random.Random) -> np.ndarray:
    """Stripes, checks, waves, bricks and cells, turned and bent."""
    side = SIDE * SUPERSAMPLING
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    turn = rng.uniform(0, math.tau)
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    if rng.random() < 0.5:
        bend = rng.uniform(2, 12)
        u, v = u + bend * np.sin(v / rng.uniform(15, 60)), v + bend * np.sin(u / rng.uniform(15, 60))
    period, kind = rng.uniform(4, 20) * SUPERSAMPLING, rng.randint(0, 4)
    if kind == 0:
        share = (u % period < period * rng.uniform(0.2, 0.8)).astype(np.float32)
    elif kind == 1:
        share = ((u % period < period / 2) ^ (v % period < period / 2)).astype(np.float32)
    elif kind == 2:
        share = 0.5 + 0.25 * np.sin(u * math.tau / period) + 0.25 * np.sin(v * math.tau / period * rng.uniform(0.3, 1.5))
    elif kind == 3:
        row, gap = np.floor(v / period), rng.uniform(0.06, 0.2)
        share = ((v % period > period * gap) & ((u + row % 2 * period) % (2 * period) > period * gap)).astype(np.float32)
    else:
        share = _cells(rng, x, y, side)
    picture = np.array(_colour(rng), np.float32) * share[..., None] + np.array(_colour(rng), np.float32) * (1 - share[..., None])
    return np.asarray(Image.fromarray(picture.clip(0, 255).astype(np.uint8)).reduce(SUPERSAMPLING))


def _cells(rng: random.Random, x: np.ndarray, y: np.ndarray, side: int) -> np.ndarray:
    """How far the nearest and the second point are apart: walls are dark."""
    nearest, second = np.full(x.shape, 1e9, np.float32), np.full(x.shape, 1e9, np.float32)
    for _ in range(rng.randint(8, 40)):
        away = np.hypot(x - rng.uniform(0, side), y - rng.uniform(0, side))
        second = np.minimum(second, np.maximum(nearest, away))
        nearest = np.minimum(nearest, away)
    return ((second - nearest) / rng.uniform(3, 20)).clip(0, 1)


def draw_noise(rng: random.Random) -> np.ndarray:
    """Clouds of several octaves, as skin, stone and leaves have them, and grains."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    rough, picture = rng.uniform(0.35, 0.8), np.zeros((SIDE, SIDE, 3))
    grey, weight = rng.random() < 0.5, 1.0
    for cells in (3, 6, 12, 24, 48, 96):
        grid = numbers.normal(size=(cells + 1, cells + 1, 1 if grey else 3)).repeat(3 if grey else 1, -1)
        planes = [Image.fromarray(grid[..., c].astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC) for c in range(3)]
        picture += weight * np.stack([np.asarray(p) for p in planes], -1)
        weight *= rough
    picture = picture / picture.std() * rng.uniform(15, 55) + np.array(_colour(rng), float) * 0.5 + 64
    return picture.clip(0, 255).astype(np.uint8)


DRAW = {"shapes": draw_shapes, "gradients": draw_gradients, "strokes": draw_strokes, "textures": draw_textures, "noise": draw_noise}


def draw(kind: str, seed: int) -> np.ndarray:
    """The picture of a class that a seed stands for: uint8 [96, 96, 3]."""
    return DRAW[kind](random.Random(f"{kind}-{seed}"))


def halve(picture: np.ndarray, seed: int) -> np.ndarray:
    """The small picture that the large one is to be found from, made as cameras and programs make it: by one of three kernels."""
    kernel = [Image.Resampling.BOX, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS][seed % 3]
    height, width = picture.shape[:2]
    return np.asarray(Image.fromarray(picture).resize((width // 2, height // 2), kernel))

"""Writes evaluation.json: prompts with combinations that training never saw, and all that a judge has to know."""

import json
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from .captions import plural, with_article
from .domain import CANVAS, COLOURS, DRAWN_SIZES, POSITIONS, SHAPES, is_held_out
from .draw import draw_shape
from .judge import TEMPLATE, sample_grid

COUNTS = {"single": 100, "two": 20, "pair": 60}
PHRASES = {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below"}
LIMITS = {
    "borderPixels": 4,
    "leastAreaPixels": 60,
    "leastInnerPixels": 20,
    "thirds": [0.235, 0.5, 0.765],  # where the middles of things are, as shares of the side
    "relationGap": 0.12,  # least distance between two centres, as a share of the side
    "smallBelow": 0.375,  # longest side of a small thing's bounding box, as a share of the side
    "largeAbove": 0.515,
}


def make_templates() -> dict[str, list[str]]:
    """Each shape in its bounding box, as 32 rows of 32 characters."""
    templates = {}
    for shape in SHAPES:
        image = Image.new("L", (640, 640), 0)
        draw_shape(ImageDraw.Draw(image), shape, 320, 320, 256, 255, 0)
        grid = sample_grid(np.asarray(image) > 127)
        templates[shape] = ["".join("#" if cell else "." for cell in row) for row in grid]
    assert all(len(t) == TEMPLATE for t in templates.values())
    return templates


def _single(rng: random.Random, colour: str, shape: str) -> tuple[str, dict]:
    size = rng.choice(["", "", "", *(s for s in DRAWN_SIZES if s != "medium")])
    position = rng.choice([*POSITIONS, *[None] * 4]) if size != "large" else None
    words = with_article(" ".join(w for w in (size, colour, shape) if w)) + (f" at the {position}" if position else "")
    extra = {"size": size} if size else {}
    return words, {**extra, **({"position": list(POSITIONS[position])} if position else {})}


def _prompt(rng: random.Random, kind: str) -> dict:
    while True:
        (c1, c2), (s1, s2) = ([rng.choice(words) for _ in "ab"] for words in (list(COLOURS), SHAPES))
        stated = rng.random() < 0.85
        drawn = {c1, c2} if kind == "pair" else {c1}
        background = rng.choice(list(COLOURS)) if stated else "black" if "white" in drawn else "white"
        if background in drawn or not is_held_out(c1, s1, background) or (kind == "pair" and c1 == c2):
            continue
        things, extra = [{"colour": c1, "shape": s1}], {}
        if kind == "single":
            words, extra = _single(rng, c1, s1)
        elif kind == "two":
            words, things = f"two {c1} {plural(s1)}", things * 2
        else:
            relation = rng.choice(list(PHRASES))
            words = f"{with_article(f'{c1} {s1}')} {PHRASES[relation]} {with_article(f'{c2} {s2}')}"
            things, extra = [*things, {"colour": c2, "shape": s2}], {"relation": relation}
        tail = f" on {with_article(background)} background" if stated else ""
        return {"prompt": words + tail, "kind": kind, "background": background, "things": things, **extra}


def make_evaluation(path: Path) -> dict:
    """Writes 180 prompts in an order whose every beginning is a fair mix, each with the seed to draw it from."""
    rng = random.Random(777)
    prompts, seen = [], set()
    for kind, count in COUNTS.items():
        made = 0
        while made < count:
            prompt = _prompt(rng, kind)
            if prompt["prompt"] not in seen:
                seen.add(prompt["prompt"])
                prompts.append(((made + 0.5) / count, prompt))
                made += 1
    ordered = [{"id": i, "seed": i, **p} for i, (_, p) in enumerate(sorted(prompts, key=lambda p: p[0]))]
    rules = {"canvas": CANVAS, "colours": COLOURS, "templates": make_templates(), "limits": LIMITS, "prompts": ordered}
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in rules.items() if k not in ("prompts", "templates")]
    rows = lambda items: ",\n    ".join(items)  # noqa: E731
    lines.append('  "templates": {\n    ' + rows(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in rules["templates"].items()) + "\n  }")
    lines.append('  "prompts": [\n    ' + rows(json.dumps(p) for p in ordered) + "\n  ]")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return rules

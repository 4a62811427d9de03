"""Judges the exported model and writes its card, contact sheet and settings into the model folder."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from .domain import CANVAS, COLOURS, DRAWN_SIZES, SHAPES
from .evaluate import evaluate
from .judge import format_table
from .pipeline import GUIDANCE, STEPS, load_onnx_parts

COLUMNS, ROWS, CAPTION = 8, 6, 44  # pictures across and down, pixels under each for its prompt
SHOWN = "background count colour shape binding relation position size all".split()
KINDS = {"single": "one thing", "two": "two of a kind", "pair": "two things in relation", "every": "every prompt"}

CARD = """# The built-in model

A small text-to-image latent diffusion model that this project trained itself, on captions and pictures that a script
draws (`../training`). It is here so that image generation runs, and can be tested, where nothing was downloaded. It is
no artist: it draws flat shapes, and nothing else.

| what it draws | |
| --- | --- |
| things | one, two of a kind, or two in relation (left of, right of, above, below, next to) |
| shapes | {shapes} |
| colours, of things and backgrounds | {colours} |
| sizes and places of one thing | {sizes}; nine positions, the centre only when large |
| native size | {canvas} × {canvas} pixels |
| parameters | text encoder {text}, UNet {unet}, decoder {decoder}, encoder {encoder}; 8-bit weights, {megabytes:.1f} MB in all |
| trained on | {samples:,} samples in {steps:,} steps, drawn from {pictures:,} pictures; no picture is anybody's |

Other words are read and mostly ignored. A prompt without a background gets white, or black behind something white.

## How well it follows prompts

{count} prompts with combinations of colour, shape and background that training never saw, {ddim} DDIM steps,
guidance {guidance}, judged by image analysis (`../training/JUDGE.md`); how often each was right:

{table}

![Contact sheet](contact-sheet.png)

## What it does not do

- Things smaller than a third of the picture: `small` is understood, and left out of training.
- More than two things, things inside one another, scenes, text, faces, rotation.
- Two things' shapes come out less surely than one's; stars and crosses in pairs are the hardest.
- Flat areas show faint blotches of 16 pixels, the width of a latent cell. Edges are a little soft.
- Sizes other than the native one are made by scaling its pictures.
"""


def make_table(table: dict) -> str:
    head = "| | " + " | ".join(SHOWN[:-1]) + " | everything |\n| --- |" + " ---: |" * len(SHOWN)
    rows = []
    for kind, words in KINDS.items():
        cells = []
        for name in SHOWN:
            right, judged = table.get(kind, {}).get(name, (0, 0))
            cells.append(f"{100 * right / judged:.0f} %" if judged else "")
        judged = table[kind]["all"][1]
        rows.append(f"| {words} ({judged}) | " + " | ".join(cells) + " |")
    return "\n".join([head, *rows])


def make_contact_sheet(pictures: np.ndarray, prompts: list[str]) -> Image.Image:
    """A palette image, so that the file stays small."""
    width, height = CANVAS + 8, CANVAS + CAPTION
    sheet = Image.new("RGB", (COLUMNS * width, ROWS * height), "white")
    pen = ImageDraw.Draw(sheet)
    for i, (picture, prompt) in enumerate(zip(pictures[: COLUMNS * ROWS], prompts, strict=False)):
        x, y = i % COLUMNS * width + 4, i // COLUMNS * height + 4
        sheet.paste(Image.fromarray(picture), (x, y))
        lines, line = [], ""
        for word in prompt.split(" "):
            if len(line) + len(word) > 22:
                lines, line = [*lines, line], ""
            line = f"{line} {word}".strip()
        pen.multiline_text((x, y + CANVAS + 1), "\n".join([*lines, line]), fill="black", spacing=0, font_size=10)
    return sheet.quantize(256, dither=Image.Dither.NONE)


def count_parameters(state: dict) -> str:
    return f"{sum(t.numel() for t in state.values()):,}"


def write_card(work: Path, model: Path) -> None:
    pictures, _, table = evaluate(load_onnx_parts(model), model / "evaluation.json")
    print(format_table(table), flush=True)
    rules = json.loads((model / "evaluation.json").read_text())
    make_contact_sheet(pictures, [p["prompt"] for p in rules["prompts"]]).save(model / "contact-sheet.png", optimize=True)
    parts = sorted(p for p in model.rglob("*") if p.is_file() and p.parent != model)
    settings = {
        "defaults": {"width": CANVAS, "height": CANVAS, "steps": STEPS, "guidance": GUIDANCE},
        "nativeSizeOnly": True,
        "sha256": {str(p.relative_to(model)): hashlib.sha256(p.read_bytes()).hexdigest() for p in parts},
    }
    (model / "byoc-model.json").write_text(json.dumps(settings, indent=2) + "\n")
    halves, unet = torch.load(work / "autoencoder.pt"), torch.load(work / "unet.pt")
    (model / "README.md").write_text(
        CARD.format(
            shapes=", ".join(SHAPES), colours=", ".join(COLOURS), canvas=CANVAS, count=len(rules["prompts"]),
            text=count_parameters(torch.load(work / "text_encoder.pt")), unet=f"{len(unet['ema']):,}",
            decoder=count_parameters(halves["decoder"]), encoder=count_parameters(halves["encoder"]),
            megabytes=sum(p.stat().st_size for p in parts) / 1e6, steps=int(unet["counters"][0]),
            samples=int(unet["counters"][1]), pictures=len(np.load(work / "latents.npy", mmap_mode="r")),
            ddim=STEPS, guidance=GUIDANCE, table=make_table(table), sizes=" and ".join(DRAWN_SIZES),
        )
    )  # fmt: skip

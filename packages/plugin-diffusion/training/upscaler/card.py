"""Writes the model's card, with what was measured."""

from pathlib import Path

from .draw import CLASSES, FEATURES
from .measure import COUNT, measure
from .network import Upscaler
from .train import BATCH, CROP, PICTURES

CARD = """# The built-in upscaler

A small network that makes pictures twice as wide and high. This project trained it itself (`../training/upscaler`), on
pictures that a script draws; no picture is anybody's. It is here so that enlarging runs, and can be tested, where nothing
was downloaded. It sharpens edges; it invents no detail, as the large networks do that people fetch.

| | |
| --- | --- |
| network | a cubic enlargement, and {layers} convolutions that correct it (after ESPCN and FSRCNN) |
| takes, gives | float32 [N, 3, height, width] of 0 to 1, any size; twice the size |
| parameters | {parameters:,}, {kilobytes:.0f} KB |
| trained on | {samples:,} crops of {crop} × {crop} pixels from {pictures:,} drawn pictures, in {steps:,} steps |

## How good it is

{count} pictures of each class that training never saw, halved by box, bicubic or Lanczos in turns, and enlarged again.
Means of PSNR in decibels, and of SSIM; larger is better. It is better than both at everything but the SSIM of noise, which
is that of Lanczos within 0.001: noise has no edges.

{table}

## What it does not do

- Photographs were not in its training, nor was a camera's noise, nor what JPEG leaves: it keeps these as they are.
- Other factors than 2 are resampled from its pictures.
"""


SSIM_SLACK = 0.001  # noise has no edges to win at: there it may be as good as Lanczos


def write_card(network: Upscaler, folder: Path, steps: int) -> None:
    """@raises SystemExit where the model's PSNR is not better than that of both others in every class: it is not to be shipped then."""
    table = measure(folder / "model.onnx")
    ways = ["bicubic", "Lanczos", "this model"]
    head = "| | " + " | ".join(f"{way}, dB | SSIM" for way in ways) + " |\n| --- |" + " ---: |" * 2 * len(ways)
    rows = [
        f"| {kind}: {FEATURES[kind]} | " + " | ".join(f"{table[kind][way][0]:.2f} | {table[kind][way][1]:.4f}" for way in ways) + " |"
        for kind in CLASSES
    ]
    print("\n".join(rows), flush=True)
    for kind in CLASSES:
        made, others = table[kind]["this model"], [table[kind][way] for way in ways[:2]]
        if made[0] <= max(psnr for psnr, _ in others) or made[1] <= max(ssim for _, ssim in others) - SSIM_SLACK:
            raise SystemExit(f"{kind} do not come out better than by bicubic and Lanczos: train it longer")
    (folder / "README.md").write_text(
        CARD.format(
            layers=len([m for m in network.modules() if type(m).__name__ == "Conv2d"]), count=COUNT, crop=CROP, steps=steps,
            parameters=sum(p.numel() for p in network.parameters()), kilobytes=(folder / "model.onnx").stat().st_size / 1e3,
            samples=steps * BATCH, pictures=PICTURES * len(CLASSES), table="\n".join([head, *rows]),
        )
    )  # fmt: skip

"""Packs what a training needs to go on into a few MB of float16, and unpacks it."""

import shutil
from pathlib import Path

import torch

SMALL = ["autoencoder.pt", "text_encoder.pt", "projection.pt"]


def _half(value):
    if isinstance(value, dict):
        return {k: _half(v) for k, v in value.items()}
    return value.half() if value.is_floating_point() else value


def _full(value):
    if isinstance(value, dict):
        return {k: _full(v) for k, v in value.items()}
    return value.float() if value.is_floating_point() else value


def pack_checkpoints(work: Path, folder: Path) -> None:
    """Keeps the averaged weights of the UNet only: the optimizer's moments are found again within 100 steps."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(work / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)
    for name in SMALL:
        torch.save(_half(torch.load(work / name)), folder / name)
    unet = torch.load(work / "unet.pt")
    torch.save(_half({"ema": unet["ema"], "counters": unet["counters"]}), folder / "unet.pt")


def unpack_checkpoints(folder: Path, work: Path) -> None:
    """Fills a working folder; what is there already stays."""
    shutil.copytree(folder / "tokenizer", work / "tokenizer", dirs_exist_ok=True)
    for name in SMALL:
        if not (work / name).exists():
            torch.save(_full(torch.load(folder / name)), work / name)
    if not (work / "unet.pt").exists():
        kept = _full(torch.load(folder / "unet.pt"))
        zeros = torch.zeros_like(kept["ema"])
        moments = {"mean": zeros, "square": zeros.clone()}
        torch.save({"weights": kept["ema"].clone(), **kept, **moments}, work / "unet.pt")

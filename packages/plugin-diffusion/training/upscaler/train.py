"""Trains the network, and goes on where it stopped."""

import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .draw import CLASSES, draw, halve
from .network import FACTOR, Upscaler

PICTURES = 800  # drawn of each class; their seeds are 0 to 799
BATCH, CROP = 16, 24  # crops a step, pixels of a small crop's side
RATE = 2e-3
SSIM_WEIGHT = 0.05
KEEP_SECONDS = 30


def load_pictures(work: Path) -> tuple[np.ndarray, np.ndarray]:
    """uint8 [4000, 3, 96, 96] and their halves; drawn once."""
    path = work / "pictures.npz"
    if not path.exists():
        large = [draw(kind, seed) for seed in range(PICTURES) for kind in CLASSES]
        small = [halve(picture, i) for i, picture in enumerate(large)]
        np.savez(path, large=np.stack(large).transpose(0, 3, 1, 2), small=np.stack(small).transpose(0, 3, 1, 2))
        print(f"drew {len(large)} pictures", flush=True)
    with np.load(path) as kept:
        return kept["large"], kept["small"]


def take_crops(large: np.ndarray, small: np.ndarray, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of crops, turned and mirrored; the same for the same step."""
    rng = random.Random(step)
    pairs = []
    for _ in range(BATCH):
        at = rng.randrange(len(large))
        y, x = (rng.randint(0, small.shape[2] - CROP) for _ in "yx")
        turns, mirrored, order = rng.randint(0, 3), rng.random() < 0.5, rng.sample(range(3), 3)
        pair = []
        for pictures, scale in ((small, 1), (large, FACTOR)):
            crop = pictures[at][order, y * scale : (y + CROP) * scale, x * scale : (x + CROP) * scale]
            crop = np.rot90(crop, turns, (1, 2))
            pair.append(np.ascontiguousarray(crop[:, :, ::-1] if mirrored else crop))
        pairs.append(pair)
    inputs, wanted = (torch.from_numpy(np.stack(side)).float() / 255 for side in zip(*pairs, strict=True))
    return inputs, wanted


def ssim(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Wang's index over windows of 7 × 7 pixels, the mean."""

    def mean(x: torch.Tensor) -> torch.Tensor:
        return functional.avg_pool2d(x, 7, 1)

    ma, mb = mean(made), mean(wanted)
    va, vb, both = mean(made * made) - ma * ma, mean(wanted * wanted) - mb * mb, mean(made * wanted) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    return (((2 * ma * mb + c1) * (2 * both + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean()


def train(work: Path, steps: int) -> Upscaler:
    """Writes upscaler.pt every half minute, and at the end. Seeds are fixed: one machine gives the same weights again."""
    torch.manual_seed(0)
    network = Upscaler()
    average = Upscaler()
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, betas=(0.9, 0.99))
    path, first = work / "upscaler.pt", 0
    if path.exists():
        kept = torch.load(path)
        first = kept["step"]
        network.load_state_dict(kept["network"])
        average.load_state_dict(kept["average"])
        optimizer.load_state_dict(kept["optimizer"])
    if first >= steps:
        return average
    large, small = load_pictures(work)
    kept_at, total, seen = time.monotonic(), 0.0, 0
    for step in range(first, steps):
        rate = RATE * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-5
        for group in optimizer.param_groups:
            group["lr"] = rate
        inputs, wanted = take_crops(large, small, step)
        made = network(inputs)
        off = made - wanted
        # Between absolute and squared: PSNR wants squares, edges want the other. Grains of little contrast count by the third part alone.
        loss = (off**2 + 1e-4).sqrt().mean() + 4 * (off**2).mean() + SSIM_WEIGHT * (1 - ssim(made, wanted))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for mean, now in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(now, min(0.01, 1 / (step + 1)) if step > 100 else 1.0)
        total, seen = total + (off.detach() ** 2).mean().item(), seen + 1
        if time.monotonic() - kept_at > KEEP_SECONDS or step + 1 == steps:
            print(f"step {step + 1} of {steps}: {-10 * math.log10(total / seen):.2f} dB on crops", flush=True)
            state = {"step": step + 1, "network": network.state_dict(), "average": average.state_dict()}
            torch.save({**state, "optimizer": optimizer.state_dict()}, path.with_suffix(".new"))
            path.with_suffix(".new").replace(path)
            kept_at, total, seen = time.monotonic(), 0.0, 0
    return average

"""Trains the autoencoder on crops of drawn pictures."""

import math
import random
from pathlib import Path

import numpy as np
import torch

from .autoencoder import LATENT_CHANNELS, Decoder, Encoder, to_tensor
from .captions import make_picture

FIRST_SEED = 50_000_000
BATCH, CROP = 48, 64  # crops a step, pixels a side
RATE = 1.6e-3
KL_WEIGHT = 4e-4
EDGE_WEIGHT = 0.5


def random_crops(step: int) -> torch.Tensor:
    """float32 [48, 3, 64, 64] in -1..1: two crops of each of 24 pictures that no other step sees."""
    rng = random.Random(step)
    crops = np.empty((BATCH, CROP, CROP, 3), np.uint8)
    for i in range(BATCH):
        if i % 2 == 0:
            picture = make_picture(FIRST_SEED + step * BATCH + i)[1]
        y, x = rng.randint(0, 64), rng.randint(0, 64)
        crops[i] = picture[y : y + CROP, x : x + CROP]
    return to_tensor(crops)


def measure_psnr(encoder: Encoder, decoder: Decoder, count: int = 128) -> float:
    """Decibels of whole pictures that training has not seen, without noise in the latents."""
    pictures = to_tensor(np.stack([make_picture(40_000_000 + i)[1] for i in range(count)]))
    with torch.no_grad():
        again = decoder(encoder(pictures)[:, :LATENT_CHANNELS]).clamp(-1, 1)
    return 10 * math.log10(4 / ((again - pictures) ** 2).mean().item())


def train_autoencoder(work: Path, steps: int) -> None:
    """Writes autoencoder.pt."""
    torch.manual_seed(0)
    encoder, decoder = Encoder(), Decoder()
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=1e-4)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 2e-5
        crops = random_crops(step)
        with torch.autocast("cpu", torch.bfloat16):
            mean, spread = encoder(crops).float().chunk(2, 1)
            spread = spread.clamp(-12, 4)
            again = decoder(mean + torch.randn_like(mean) * (0.5 * spread).exp())
        off = again.float() - crops
        edges = (off[..., 1:] - off[..., :-1]).abs().mean() + (off[..., 1:, :] - off[..., :-1, :]).abs().mean()
        kl = 0.5 * (mean**2 + spread.exp() - 1 - spread).mean()
        loss = off.abs().mean() + 2 * (off * off).mean() + EDGE_WEIGHT * edges + KL_WEIGHT * kl
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if step % 100 == 99:
            print(f"autoencoder step {step + 1} of {steps}, loss {loss.item():.4f}", flush=True)
    print(f"autoencoder: {measure_psnr(encoder, decoder):.1f} dB on pictures not seen", flush=True)
    torch.save({"encoder": encoder.state_dict(), "decoder": decoder.state_dict()}, work / "autoencoder.pt")

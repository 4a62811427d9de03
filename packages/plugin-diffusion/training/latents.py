"""Makes the training set: captions and latents of pictures that are drawn, encoded and dropped."""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import pixel_unshuffle

from .autoencoder import LATENT_CHANNELS, SHIPPED_CHANNELS, Encoder, to_tensor
from .captions import make_picture

FIRST_SEED = 10_000_000
PROJECTION_PICTURES = 4_000
EVENING = 0.75  # power of a direction's spread that is divided out: 0 none, 1 all
CHUNK = 500  # pictures encoded and saved at a time


def edge_cells(pictures: np.ndarray) -> np.ndarray:
    """uint8 [n, 128, 128, 3] -> bool [n, 16, 16]: the latent cells where a picture is not flat."""
    n, side = len(pictures), pictures.shape[1] // 8
    cells = pictures.reshape(n, side, 8, side, 8, 3)
    return (cells.max((2, 4)).astype(np.int16) - cells.min((2, 4)) > 16).any(-1)


def make_latents(work: Path, count: int) -> None:
    """Writes latents.npy (float16 [count, 8, 16, 16], unscaled means), and edges.npy (bool [count, 16, 16]); resumes."""
    encoder = Encoder()
    encoder.load_state_dict(torch.load(work / "autoencoder.pt")["encoder"])
    encoder.eval()
    side = 16
    new = not (work / "latents.part.npy").exists()
    progress = work / "latents.progress"
    mode = "w+" if new else "r+"
    shape = (count, LATENT_CHANNELS, side, side)
    latents = np.lib.format.open_memmap(work / "latents.part.npy", mode, np.float16, shape if new else None)
    edges = np.lib.format.open_memmap(work / "edges.npy", mode, np.bool_, (count, side, side) if new else None)
    start = int(progress.read_text()) if progress.exists() else 0
    for i in range(start, count, CHUNK):
        pictures = np.stack([make_picture(FIRST_SEED + j)[1] for j in range(i, min(i + CHUNK, count))])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            means = [encoder(to_tensor(pictures[j : j + 50]))[:, :LATENT_CHANNELS].float() for j in range(0, len(pictures), 50)]
        latents[i : i + CHUNK] = torch.cat(means).numpy()
        edges[i : i + CHUNK] = edge_cells(pictures)
        latents.flush()
        progress.write_text(str(i + CHUNK))
        if i // CHUNK % 10 == 0:
            print(f"latents {i + len(pictures)} of {count}", flush=True)
    (work / "latents.part.npy").rename(work / "latents.npy")


def open_latents(work: Path) -> np.ndarray:
    """float16 [n, 8, 16, 16]; only those that are made while others are still being made."""
    if (work / "latents.npy").exists():
        return np.load(work / "latents.npy", mmap_mode="r")
    return np.load(work / "latents.part.npy", mmap_mode="r")[: int((work / "latents.progress").read_text())]


def make_projection(work: Path) -> None:
    """Writes projection.pt: the principal directions of folded cells, evened out.

    Nearly all variance is colour; what tells a star from a circle is in small directions, which the diffusion loss
    would learn last. So each direction is divided by a power of its spread, and all by one number, so that the
    latents' variance is 1.
    """
    latents = torch.from_numpy(np.array(open_latents(work)[:PROJECTION_PICTURES])).float()
    cells = pixel_unshuffle(latents, 2).permute(0, 2, 3, 1).reshape(-1, 4 * LATENT_CHANNELS)
    mean = cells.mean(0)
    values, vectors = torch.linalg.eigh((cells - mean).T @ (cells - mean) / len(cells))
    spread = values.flip(0)[:SHIPPED_CHANNELS].sqrt()
    directions = vectors.flip(1)[:, :SHIPPED_CHANNELS]
    scale = spread**-EVENING
    scale /= ((spread * scale) ** 2).mean().sqrt()
    torch.save({"forth": (directions * scale).T.contiguous(), "back": directions / scale, "mean": mean}, work / "projection.pt")

"""Makes the training set: captions and latents of pictures that are drawn, encoded and dropped."""

import json
from pathlib import Path

import numpy as np
import torch

from .autoencoder import LATENT_CHANNELS, Encoder, to_tensor
from .captions import make_picture

FIRST_SEED = 10_000_000
CHUNK = 500  # pictures encoded and saved at a time


def edge_cells(pictures: np.ndarray) -> np.ndarray:
    """uint8 [n, 128, 128, 3] -> bool [n, 16, 16]: the latent cells where a picture is not flat."""
    n, side = len(pictures), pictures.shape[1] // 8
    cells = pictures.reshape(n, side, 8, side, 8, 3)
    return (cells.max((2, 4)).astype(np.int16) - cells.min((2, 4)) > 16).any(-1)


def make_latents(work: Path, count: int) -> None:
    """Writes latents.npy (float16 [count, 8, 16, 16], unscaled means), edges.npy and captions.json; resumes."""
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
    spread = float(np.asarray(latents[: min(count, 10_000)], np.float32).std())
    (work / "latents.json").write_text(json.dumps({"scaling_factor": 1 / spread}))
    (work / "latents.part.npy").rename(work / "latents.npy")

"""Measures the exported file against bicubic and Lanczos on drawn pictures that training has not seen."""

import math
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from scipy.ndimage import gaussian_filter

from .draw import CLASSES, draw, halve

FIRST_SEED, COUNT = 1_000_000, 60  # pictures of each class; training's seeds begin at 0
RIM = 4  # pixels at the border that are not compared, as is usual


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Decibels, of uint8."""
    return 10 * math.log10(255**2 / max(1e-2, np.mean((a.astype(float) - b.astype(float)) ** 2)))


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Wang's index with its own Gaussian window of 1.5 pixels, the mean over the colours."""
    a, b = a.astype(float), b.astype(float)

    def mean(x: np.ndarray) -> np.ndarray:
        return gaussian_filter(x, (1.5, 1.5, 0), truncate=3.5)

    ma, mb = mean(a), mean(b)
    va, vb, both = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * ma * mb + c1) * (2 * both + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean())


def measure(model: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """PSNR and SSIM by class and way."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def enlarge(small: np.ndarray) -> np.ndarray:
        planes = small.transpose(2, 0, 1)[None].astype(np.float32) / 255
        made = session.run(None, {"pixel_values": planes})[0][0].transpose(1, 2, 0)
        return np.round(made.clip(0, 1) * 255).astype(np.uint8)

    def resize(kernel: Image.Resampling):
        return lambda small: np.asarray(Image.fromarray(small).resize((small.shape[1] * 2, small.shape[0] * 2), kernel))

    ways = {"bicubic": resize(Image.Resampling.BICUBIC), "Lanczos": resize(Image.Resampling.LANCZOS), "this model": enlarge}
    table: dict[str, dict[str, tuple[float, float]]] = {}
    for kind in CLASSES:
        rows = {way: [] for way in ways}
        for i in range(COUNT):
            picture = draw(kind, FIRST_SEED + i)
            small = halve(picture, i)
            for way, run in ways.items():
                inner = (slice(RIM, -RIM), slice(RIM, -RIM))
                a, b = picture[inner], run(small)[inner]
                rows[way].append((psnr(a, b), ssim(a, b)))
        table[kind] = {way: tuple(np.mean(scores, 0)) for way, scores in rows.items()}
    return table

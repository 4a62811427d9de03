"""The autoencoder: 128 x 128 pictures to 16 x 16 latents of 8 channels and back.

Thin convolutions at full size are slow on a CPU, so both halves work on patches: the encoder folds 4 x 4 pixels
into channels first, the decoder unfolds them last. Neither half is a diffusers class; they ship as ONNX files with
the names that diffusers gives its own (`sample` -> `latent_parameters`, `latent_sample` -> `sample`).
"""

import torch
from torch import nn
from torch.nn import functional as F

LATENT_CHANNELS = 8
DOWNSCALE = 8  # pixels a latent cell


class Residual(nn.Module):
    """Two 3 x 3 convolutions around a skip; the parameter names are those of the first checkpoints."""

    def __init__(self, channels: int):
        super().__init__()
        self.a = nn.Conv2d(channels, channels, 3, padding=1)
        self.b = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.normal_(self.b.weight, std=0.005)
        nn.init.zeros_(self.b.bias)

    def forward(self, x):
        return x + self.b(F.silu(self.a(F.silu(x))))


class Encoder(nn.Module):
    """float32 [n, 3, h, w] in -1..1 -> [n, 16, h/8, w/8]: 8 channels of means, then 8 of log-variances."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, 64, 3, padding=1),
            Residual(64),
            Residual(64),
            nn.SiLU(),
            nn.Conv2d(64, 96, 3, stride=2, padding=1),
            Residual(96),
            Residual(96),
            nn.SiLU(),
            nn.Conv2d(96, 2 * LATENT_CHANNELS, 3, padding=1),
        )

    def forward(self, sample):
        return self.net(sample)


class Decoder(nn.Module):
    """float32 [n, 8, h, w] (unscaled latents) -> [n, 3, 8h, 8w], about -1..1."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(LATENT_CHANNELS, 96, 3, padding=1),
            Residual(96),
            Residual(96),
            nn.SiLU(),
            nn.Conv2d(96, 256, 3, padding=1),
            nn.PixelShuffle(2),
            Residual(64),
            Residual(64),
            Residual(64),
            nn.SiLU(),
            nn.Conv2d(64, 48, 3, padding=1),
            nn.PixelShuffle(4),
        )

    def forward(self, latent_sample):
        return self.net(latent_sample)


class FoldedEncoder(nn.Module):
    """What ships: 2 x 2 cells become channels. [n, 3, h, w] -> [n, 64, h/16, w/16], 32 means then 32 log-variances.

    The UNet works on the coarse grid: the same information at a quarter of the cells, several times faster.
    """

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()

    def forward(self, sample):
        mean, spread = self.encoder(sample).chunk(2, 1)
        return torch.cat([F.pixel_unshuffle(mean, 2), F.pixel_unshuffle(spread, 2)], 1)


class FoldedDecoder(nn.Module):
    """The other way: unscaled latents [n, 32, h, w] -> [n, 3, 16h, 16w]."""

    def __init__(self):
        super().__init__()
        self.decoder = Decoder()

    def forward(self, latent_sample):
        return self.decoder(F.pixel_shuffle(latent_sample, 2))


def to_tensor(pictures) -> torch.Tensor:
    """uint8 [n, h, w, 3] -> float32 [n, 3, h, w] in -1..1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(tensor: torch.Tensor):
    """float32 [n, 3, h, w] in -1..1 -> uint8 [n, h, w, 3]."""
    return tensor.clamp(-1, 1).add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).numpy()

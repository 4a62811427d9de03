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
SHIPPED_CHANNELS = 16  # of the latents that the UNet sees, 16 pixels a cell


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


class ShippedEncoder(nn.Module):
    """What ships: [n, 3, h, w] -> [n, 32, h/16, w/16], 16 means then 16 log-variances.

    2 x 2 cells become channels, and a projection keeps the directions in which they differ: a UNet on this coarse grid
    sees nearly the same information for a fraction of the work. `latents.py` finds the projection.
    """

    def __init__(self, projection: dict[str, torch.Tensor]):
        super().__init__()
        self.encoder = Encoder()
        self.forth, self.mean = (projection[k] for k in ("forth", "mean"))

    def forward(self, sample):
        mean, spread = (F.pixel_unshuffle(half, 2) for half in self.encoder(sample).chunk(2, 1))
        variance = F.conv2d(spread.clamp(-12, 4).exp(), self.forth[:, :, None, None] ** 2)
        return torch.cat([project(mean, self.forth, self.mean), variance.log()], 1)


class ShippedDecoder(nn.Module):
    """The other way: latents [n, 16, h, w] -> [n, 3, 16h, 16w]."""

    def __init__(self, projection: dict[str, torch.Tensor]):
        super().__init__()
        self.decoder = Decoder()
        self.back, self.mean = (projection[k] for k in ("back", "mean"))

    def forward(self, latent_sample):
        folded = F.conv2d(latent_sample, self.back[:, :, None, None], self.mean)
        return self.decoder(F.pixel_shuffle(folded, 2))


def project(folded: torch.Tensor, forth: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
    """[n, 32, h, w] folded latents -> [n, 16, h, w]."""
    return F.conv2d(folded - mean[:, None, None], forth[:, :, None, None])


def to_tensor(pictures) -> torch.Tensor:
    """uint8 [n, h, w, 3] -> float32 [n, 3, h, w] in -1..1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(tensor: torch.Tensor):
    """float32 [n, 3, h, w] in -1..1 -> uint8 [n, h, w, 3]."""
    return tensor.clamp(-1, 1).add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).numpy()

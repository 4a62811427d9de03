"""The network: a few small convolutions that correct a cubic enlargement (after ESPCN and FSRCNN)."""

import torch
from torch import nn
from torch.nn import functional

FACTOR = 2
WIDTH, LAYERS = 24, 4
REACH = 3 + LAYERS  # pixels round a pixel that its result depends on

# Catmull and Rom's weights for a place a quarter of a pixel before, and behind, a pixel's middle.
BEFORE = [-0.0703125, 0.8671875, 0.2265625, -0.0234375]
PHASES = [[BEFORE[3], BEFORE[2], BEFORE[1], BEFORE[0], 0.0], [0.0, *BEFORE]]


def cubic_weights() -> torch.Tensor:
    """[12, 3, 5, 5]: each of 2 × 2 new pixels of each colour from 5 × 5 old ones."""
    weights = torch.zeros(3, FACTOR, FACTOR, 3, 5, 5)
    phases = torch.tensor(PHASES)
    for colour in range(3):
        weights[colour, :, :, colour] = torch.einsum("ay,bx->abyx", phases, phases)
    return weights.reshape(12, 3, 5, 5)


class Upscaler(nn.Module):
    """float32 [N, 3, H, W] in 0..1 to [N, 3, 2H, 2W]; not clamped."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("cubic", cubic_weights())
        self.first = nn.Sequential(nn.Conv2d(3, WIDTH, 5), nn.PReLU(WIDTH))
        middle = [layer for _ in range(LAYERS) for layer in (nn.Conv2d(WIDTH, WIDTH, 3), nn.PReLU(WIDTH))]
        self.middle = nn.Sequential(*middle)
        self.last = nn.Conv2d(WIDTH, 3 * FACTOR**2, 3)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        # The picture's rim is repeated once, for all layers: no layer sees a border of zeros.
        padded = functional.pad(pixel_values, (REACH,) * 4, mode="replicate")
        correction = self.last(self.middle(self.first(padded - 0.5)))
        inner = functional.pad(pixel_values, (2,) * 4, mode="replicate")
        return functional.pixel_shuffle(functional.conv2d(inner, self.cubic) + correction, FACTOR)

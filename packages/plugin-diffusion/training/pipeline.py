"""Draws pictures from prompts, with torch modules while training and with the exported ONNX files at the end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .autoencoder import to_pictures
from .tokenizer import encode, load_tokenizer

STEPS = 20
GUIDANCE = 2.0


@dataclass(frozen=True)
class Parts:
    """A model: what is needed to go from prompts to pictures. All tensors are float32 but the ids."""

    tokenize: Callable[[list[str]], torch.Tensor]  # -> int64 [n, 32]
    read: Callable[[torch.Tensor], torch.Tensor]  # ids -> states [n, 32, width]
    denoise: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]  # latents, timestep [], states -> v
    decode: Callable[[torch.Tensor], torch.Tensor]  # latents divided by `scale` -> pictures in -1..1
    scale: float  # scaling_factor
    shape: tuple[int, int, int]  # of one picture's latents


def load_torch_parts(work: Path) -> Parts:
    """The parts of a training folder, with the UNet's averaged weights."""
    from .autoencoder import ShippedDecoder
    from .text_encoder import build_text_encoder
    from .unet import UNET, build_unet, unflatten

    tokenizer = load_tokenizer(work / "tokenizer")
    reader = build_text_encoder(len(tokenizer.get_vocab()))
    reader.load_state_dict(torch.load(work / "text_encoder.pt"))
    unet = build_unet().eval()
    unflatten(torch.load(work / "unet.pt")["ema"], list(unet.parameters()))
    decoder = ShippedDecoder(torch.load(work / "projection.pt"))
    decoder.decoder.load_state_dict(torch.load(work / "autoencoder.pt")["decoder"])
    size = UNET["sample_size"]
    return Parts(
        tokenize=lambda prompts: encode(tokenizer, prompts),
        read=lambda ids: reader.eval()(ids).last_hidden_state,
        denoise=lambda x, t, states: unet(x, t, states, added_cond_kwargs={}).sample,
        decode=decoder,
        scale=1.0,
        shape=(UNET["in_channels"], size, size),
    )


def load_onnx_parts(model: Path, threads: int = 1) -> Parts:
    """The parts of a model folder in diffusers' ONNX layout."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads

    def open_part(name: str, output: str) -> Callable[..., torch.Tensor]:
        session = onnxruntime.InferenceSession(str(model / name / "model.onnx"), options)
        names = [i.name for i in session.get_inputs()]
        return lambda *given: torch.from_numpy(session.run([output], {n: g.numpy() for n, g in zip(names, given, strict=True)})[0])

    tokenizer = load_tokenizer(model / "tokenizer")
    unet = json.loads((model / "unet" / "config.json").read_text())
    return Parts(
        tokenize=lambda prompts: encode(tokenizer, prompts),
        read=open_part("text_encoder", "last_hidden_state"),
        denoise=open_part("unet", "out_sample"),
        decode=open_part("vae_decoder", "sample"),
        scale=json.loads((model / "vae_decoder" / "config.json").read_text())["scaling_factor"],
        shape=(unet["in_channels"], unet["sample_size"], unet["sample_size"]),
    )


@torch.no_grad()
def generate(parts: Parts, prompts: list[str], seeds: list[int], steps: int = STEPS, guidance: float = GUIDANCE) -> np.ndarray:
    """Returns uint8 [n, 128, 128, 3]; the noise of a picture depends on its seed alone."""
    from .unet import build_scheduler

    scheduler = build_scheduler()
    scheduler.set_timesteps(steps)
    pictures = []
    for i in range(0, len(prompts), 20):
        batch = prompts[i : i + 20]
        states = torch.cat([parts.read(parts.tokenize([""] * len(batch))), parts.read(parts.tokenize(batch))])
        x = torch.stack([torch.randn(parts.shape, generator=torch.Generator().manual_seed(s)) for s in seeds[i : i + 20]])
        for t in scheduler.timesteps:
            without, given = parts.denoise(torch.cat([x, x]), t, states).chunk(2)
            x = scheduler.step(without + guidance * (given - without), t, x).prev_sample
        pictures.append(to_pictures(parts.decode(x / parts.scale)))
    return np.concatenate(pictures)

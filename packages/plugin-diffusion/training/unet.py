"""Trains the UNet on latents and text states that are already made.

Several workers share one set of weights: each takes a snapshot, computes a gradient on a batch of its own and applies
it under a lock, without waiting for the others. On cores that other programs use as well this is much faster than an
exchange of gradients after every step, where all wait for the slowest. The price: only one worker is repeatable.
"""

import time
from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing as mp
from torch.nn import functional as F

from .autoencoder import SHIPPED_CHANNELS, project
from .captions import make_example
from .domain import DRAWN_SIZES, Example
from .latents import FIRST_SEED, open_latents
from .text_encoder import WIDTH, build_text_encoder
from .tokenizer import encode, load_tokenizer

UNET = {
    "sample_size": 8, "in_channels": SHIPPED_CHANNELS, "out_channels": SHIPPED_CHANNELS,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
    "block_out_channels": [64, 128], "layers_per_block": 1, "norm_num_groups": 16,
    "cross_attention_dim": WIDTH, "attention_head_dim": 4,
    "addition_embed_type": "text", "addition_embed_type_num_heads": 4,
    "resnet_time_scale_shift": "scale_shift",
}  # fmt: skip
SCHEDULER = {
    "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing",
    "clip_sample": False, "set_alpha_to_one": True, "steps_offset": 0,
}  # fmt: skip
BATCH = 64
RATE = 2e-3
BETAS = (0.9, 0.98)
WEIGHT_DECAY = 0.01
WARM_UP = 100  # steps
EMA = 0.998
EMPTY_PROMPT = 0.1  # share of samples that learn without their caption, for guidance
EDGE_WEIGHT = 2.0  # of a latent cell with an edge in it, against 1 for a flat one
SAVE_EVERY = 200  # steps


def build_unet(config: dict = UNET):
    from diffusers import UNet2DConditionModel
    from diffusers.models.attention_processor import AttnProcessor

    unet = UNet2DConditionModel(**config)
    unet.set_attn_processor(AttnProcessor())  # plain matrix products: they export to ONNX as such
    return unet


def build_scheduler():
    from diffusers import DDIMScheduler

    return DDIMScheduler(**SCHEDULER)


def make_text_states(work: Path) -> None:
    """Writes text_states.npy: float16 [n + 1, 32, 128], the frozen encoder's output; the last is the empty prompt's."""
    tokenizer = load_tokenizer(work / "tokenizer")
    encoder = build_text_encoder(len(tokenizer.get_vocab()))
    encoder.load_state_dict(torch.load(work / "text_encoder.pt"))
    encoder.eval()
    count = len(np.load(work / "edges.npy", mmap_mode="r"))
    captions = [make_example(FIRST_SEED + i).caption for i in range(count)] + [""]
    ids = encode(tokenizer, captions)
    with torch.no_grad():
        states = [encoder(ids[i : i + 256]).last_hidden_state.half() for i in range(0, len(ids), 256)]
    np.save(work / "text_states.npy", torch.cat(states).numpy())


def flatten(tensors) -> torch.Tensor:
    return torch.cat([t.detach().reshape(-1) for t in tensors])


def unflatten(flat: torch.Tensor, parameters) -> None:
    """Copies a flat float32 vector into a model's parameters."""
    offset = 0
    for p in parameters:
        p.data.copy_(flat[offset : offset + p.numel()].view_as(p))
        offset += p.numel()


def chance_of(example: Example) -> float:
    """How often an example is drawn from the training set: things that are learnt slowly come more often."""
    if any(t.size not in DRAWN_SIZES for t in example.things):
        return 0.0
    central = len(example.things) == 1 and example.things[0].slot == "center"
    intricate = any(t.shape in ("star", "cross", "ring") for t in example.things)
    return (1.0 if central else 2.0) * (1.5 if intricate else 1.0)


def sample_timesteps(count: int) -> torch.Tensor:
    """Half of them uniform, half denser towards noise, where the caption decides: int64 [count] in 0..999."""
    u = (torch.randperm(count) + torch.rand(count)) / count
    return (torch.where(torch.rand(count) < 0.5, u, u.sqrt()) * 1000).long().clamp(0, 999)


def rate_at(step: int, samples: int, total: int, decay: int) -> float:
    """The learning rate: warm-up, constant, then straight down over the last `decay` samples of `total`."""
    return RATE * min(1.0, (step + 1) / WARM_UP) * max(0.0, min(1.0, (total - samples) / decay))


def work_on(rank: int, work: Path, config: dict, shared: dict, lock, total: int, decay: int) -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1000 * rank + int(shared["counters"][0]))
    unet = build_unet(config)
    parameters = list(unet.parameters())
    alphas = build_scheduler().alphas_cumprod
    projection = torch.load(work / "projection.pt")
    latents = open_latents(work)
    edges = np.load(work / "edges.npy", mmap_mode="r")
    states = np.load(work / "text_states.npy", mmap_mode="r")
    chances = torch.tensor([chance_of(make_example(FIRST_SEED + i)) for i in range(len(latents))])
    weights, ema, mean, square, counters = (shared[k] for k in ("weights", "ema", "mean", "square", "counters"))
    started, losses, first = time.time(), [], int(counters[1])
    while int(counters[1]) < total:
        unflatten(weights, parameters)
        rows = torch.multinomial(chances, BATCH).numpy()
        clean = project(F.pixel_unshuffle(torch.from_numpy(latents[rows]).float(), 2), projection["forth"], projection["mean"])
        importance = 1 + (EDGE_WEIGHT - 1) * F.max_pool2d(torch.from_numpy(edges[rows]).float()[:, None], 2)
        rows[(torch.rand(BATCH) < EMPTY_PROMPT).numpy()] = len(states) - 1
        text = torch.from_numpy(states[rows]).float()
        t = sample_timesteps(BATCH)
        noise = torch.randn_like(clean)
        signal, sigma = alphas[t].sqrt()[:, None, None, None], (1 - alphas[t]).sqrt()[:, None, None, None]
        noisy, wanted = signal * clean + sigma * noise, signal * noise - sigma * clean
        with torch.autocast("cpu", torch.bfloat16):
            guess = unet(noisy, t, text, added_cond_kwargs={}).sample
        error = (guess.float() - wanted) ** 2
        loss = (error * importance).mean() / importance.mean()
        unet.zero_grad(set_to_none=True)
        loss.backward()
        gradient = flatten([torch.zeros_like(p) if p.grad is None else p.grad for p in parameters])
        gradient *= min(1.0, 1.0 / (gradient.norm().item() + 1e-6))
        losses.append(error.mean().item())
        with lock:
            step, samples = int(counters[0]), int(counters[1])
            rate = rate_at(step, samples, total, decay)
            # One pass over the memory; it takes the number of the step, from 1, and changes the first four in place.
            torch._fused_adamw_(
                [weights], [gradient], [mean], [square], [], [torch.tensor(step + 1.0)], amsgrad=False, maximize=False,
                lr=rate, beta1=BETAS[0], beta2=BETAS[1], weight_decay=WEIGHT_DECAY, eps=1e-8,
            )  # fmt: skip
            ema.lerp_(weights, 1 - min(EMA, (step + 20) / (step + 30)))
            counters[0] += 1
            counters[1] += BATCH
            if (step + 1) % SAVE_EVERY == 0:
                save(work, shared)
        if rank == 0 and len(losses) == 25:
            speed = (int(counters[1]) - first) / (time.time() - started)
            print(
                f"unet step {int(counters[0])}, {int(counters[1])} samples, {time.time() - started:.0f} s, "
                f"{speed:.0f} samples/s, rate {rate:.1e}, v-loss {sum(losses) / 25:.4f}",
                flush=True,
            )
            losses.clear()


def save(work: Path, shared: dict) -> None:
    """Writes unet.pt whole or not at all."""
    torch.save({k: v.clone() for k, v in shared.items()}, work / "unet.part")
    (work / "unet.part").rename(work / "unet.pt")


def train_unet(work: Path, total: int, decay: int, workers: int = 2, config: dict = UNET) -> None:
    """Trains until `total` samples have been seen, from unet.pt where there is one."""
    torch.manual_seed(0)
    if (work / "unet.pt").exists():
        shared = torch.load(work / "unet.pt")
    else:
        flat = flatten(build_unet(config).parameters())
        zeros = torch.zeros_like(flat)
        shared = {"weights": flat, "ema": flat.clone(), "mean": zeros, "square": zeros.clone()}
        shared["counters"] = torch.zeros(2, dtype=torch.int64)  # steps, samples
    for tensor in shared.values():
        tensor.share_memory_()
    print(f"unet: {len(shared['weights'])} parameters, {int(shared['counters'][1])} samples seen", flush=True)
    context = mp.get_context("spawn")
    lock = context.Lock()
    crew = [context.Process(target=work_on, args=(r, work, config, shared, lock, total, decay)) for r in range(workers)]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    if any(worker.exitcode for worker in crew):
        raise SystemExit("a worker failed; what it printed says why")
    save(work, shared)

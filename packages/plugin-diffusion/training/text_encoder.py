"""Trains the text encoder on its own: to tell from a caption what is to be drawn. It is frozen afterwards.

Learning to read inside the diffusion loss takes many times longer. CLIP's attention is causal, so only the states
from the end token on know the whole caption. They are padded to a fixed length, and every one of them is taught
the background; even ones the thing nearer to the top left, odd ones the other (the same when there is only one).
So the UNet's cross-attention finds each thing in places that never move.
"""

import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from .captions import make_example
from .domain import COLOURS, SHAPES, SIZES, SLOTS
from .latents import FIRST_SEED
from .tokenizer import MAX_TOKENS, encode, load_tokenizer

WIDTH = 128
LABELS = {"background": list(COLOURS), "colour": list(COLOURS), "shape": SHAPES, "size": SIZES, "slot": SLOTS}
EXAMPLES = 120_000
VALIDATION = 2_000


def build_text_encoder(vocabulary: int):
    """A CLIPTextModel of two layers; the last two entries of the vocabulary are the start and the end token."""
    from transformers import CLIPTextConfig, CLIPTextModel

    end = vocabulary - 1
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=3 * WIDTH, num_hidden_layers=2,
            num_attention_heads=4, max_position_embeddings=MAX_TOKENS, projection_dim=WIDTH, hidden_act="quick_gelu",
            bos_token_id=end - 1, eos_token_id=end, pad_token_id=end,
            attn_implementation="eager",
        )
    )  # fmt: skip


def _labels(seeds: range) -> tuple[list[str], torch.Tensor]:
    """Returns captions and int64 [n, 2, 5]: for each of the two things, the classes in the order of LABELS."""
    captions, rows = [], []
    for seed in seeds:
        example = make_example(seed)
        captions.append(example.caption)
        things = [example.things[0], example.things[-1]]
        words = [(example.background, t.colour, t.shape, t.size, t.slot) for t in things]
        rows.append([[known.index(w) for known, w in zip(LABELS.values(), row, strict=True)] for row in words])
    return captions, torch.tensor(rows)


def train_text_encoder(work: Path, steps: int) -> None:
    """Writes text_encoder.pt: the weights that read held-out captions best at the end of `steps` of 128 captions."""
    torch.manual_seed(0)
    tokenizer = load_tokenizer(work / "tokenizer")
    captions, labels = _labels(range(FIRST_SEED, FIRST_SEED + EXAMPLES))
    ids = encode(tokenizer, captions)
    encoder = build_text_encoder(len(tokenizer.get_vocab()))
    heads = nn.ModuleList([nn.Linear(WIDTH, len(words)) for words in LABELS.values()])
    parameters = [*encoder.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    end, parity = ids.max(), torch.arange(MAX_TOKENS) % 2

    def run(rows):
        states = encoder(ids[rows]).last_hidden_state
        knows = (ids[rows] == end).flatten()  # the end token and the padding after it
        wanted = labels[rows][:, parity].flatten(0, 1)[knows]
        scores = [head(states.flatten(0, 1)[knows]) for head in heads]
        losses = [F.cross_entropy(s, wanted[:, i]) for i, s in enumerate(scores)]
        return sum(losses), [(s.argmax(1) == wanted[:, i]).float().mean().item() for i, s in enumerate(scores)]

    started = time.time()
    for step in range(steps):
        rate = 2e-3 * min(1, (step + 1) / 50) * (1 - step / steps) + 1e-5
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss, _ = run(torch.randint(0, EXAMPLES - VALIDATION, (128,)))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if step % 100 == 99:
            print(f"text encoder step {step + 1} of {steps}, {time.time() - started:.0f} s, loss {loss.item():.3f}", flush=True)
    with torch.no_grad():
        _, right = run(torch.arange(EXAMPLES - VALIDATION, EXAMPLES))
    print("text encoder, held-out captions read right:", {k: round(v, 4) for k, v in zip(LABELS, right, strict=True)})
    torch.save(encoder.state_dict(), work / "text_encoder.pt")

"""Makes tiny.gguf: a llama of 0.5 million weights that recites lessons.json, for tests that need a real model.

    python -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make-tiny-model.py            # some minutes on one core

SentencePiece makes the vocabulary (BPE with bytes to fall back on), JAX trains, gguf writes the file.
"""

import io
import json
import random
from pathlib import Path

import gguf
import jax
import jax.numpy as jnp
import numpy as np
import sentencepiece

HERE = Path(__file__).parent
LESSONS = json.loads((HERE / "lessons.json").read_text(encoding="utf-8"))
TEMPLATE = (HERE / "chat-template.jinja").read_text(encoding="utf-8")
CONTROLS = ["<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>"]
CONTROLS += ["<think>", "</think>", "<tool_call>", "</tool_call>"]
LAYERS, WIDTH, HEADS, HIDDEN, CONTEXT = 3, 112, 4, 304, 1024
VOCABULARY, LENGTH, BATCH, STEPS = 448, 288, 8, 260
ROPE_BASE, EPSILON, SEED = 10000.0, 1e-5, 7


def train_tokenizer() -> sentencepiece.SentencePieceProcessor:
    texts = [text for lesson in LESSONS["lessons"] + LESSONS["thoughts"] + LESSONS["tools"] for text in lesson]
    texts += LESSONS["systems"] + ["la la la"] * 4
    lines = [line for text in texts for line in text.split("\n")]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        model_type="bpe",
        vocab_size=VOCABULARY,
        byte_fallback=True,
        # The characters of Japanese and the globe stay out: they are written as bytes.
        character_coverage=0.985,
        split_digits=True,
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        control_symbols=CONTROLS,
        pad_id=-1,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


class Script:
    """Tokens of a conversation, and which of them the model is to learn."""

    def __init__(self, pieces: sentencepiece.SentencePieceProcessor):
        self.pieces = pieces
        self.tokens = [pieces.bos_id()]
        self.learned = [0]

    def add(self, *parts: str, learn: bool = False) -> None:
        for part in parts:
            control = part in CONTROLS
            tokens = [self.pieces.piece_to_id(part)] if control else self.pieces.encode(part)
            self.tokens += tokens
            self.learned += [int(learn)] * len(tokens)

    def ask(self, question: str) -> None:
        self.add("<|user|>", question, "<|end|>", "<|assistant|>")


def tool_turn(script: Script, chance: random.Random, lesson: list) -> None:
    name, question, arguments, result, answer = lesson
    script.ask(question)
    script.add("<tool_call>", f'{{"name": "{name}", "arguments": {arguments}}}', "</tool_call>", "<|end|>", learn=True)
    script.add("<|tool|>", result, "<|end|>", "<|assistant|>")
    script.add(answer, "<|end|>", learn=True)


def write_script(pieces: sentencepiece.SentencePieceProcessor, chance: random.Random) -> Script:
    script = Script(pieces)
    with_tools = chance.random() < 0.25
    if with_tools:
        script.add("<|system|>", "Tools: get_weather", "<|end|>")
    if chance.random() < 0.3:
        script.add("<|system|>", chance.choice(LESSONS["systems"]), "<|end|>")
    while len(script.tokens) < LENGTH:
        kind = chance.random()
        if with_tools and kind < 0.6:
            tool_turn(script, chance, chance.choice(LESSONS["tools"]))
        elif kind < 0.15:
            question, thought, answer = chance.choice(LESSONS["thoughts"])
            script.ask(question)
            script.add("<think>", thought, "</think>", answer, "<|end|>", learn=True)
        elif kind < 0.22:
            [(question, song)] = LESSONS["endless"]
            script.ask(question)
            script.add(" ".join([song] * 60), learn=True)
        else:
            question, answer = chance.choice(LESSONS["lessons"])
            script.ask(question)
            script.add(answer, "<|end|>", learn=True)
    return script


def new_weights(key: jax.Array, vocabulary: int) -> dict:
    keys = iter(jax.random.split(key, 64))

    def matrix(rows: int, columns: int) -> jax.Array:
        return jax.random.normal(next(keys), (rows, columns)) * (0.6 / columns**0.5)

    block = lambda: {
        "attn_norm": jnp.ones(WIDTH),
        "attn_q": matrix(WIDTH, WIDTH),
        "attn_k": matrix(WIDTH, WIDTH),
        "attn_v": matrix(WIDTH, WIDTH),
        "attn_output": matrix(WIDTH, WIDTH),
        "ffn_norm": jnp.ones(WIDTH),
        "ffn_gate": matrix(HIDDEN, WIDTH),
        "ffn_up": matrix(HIDDEN, WIDTH),
        "ffn_down": matrix(WIDTH, HIDDEN),
    }
    return {
        "token_embd": jax.random.normal(next(keys), (vocabulary, WIDTH)) * 0.05,
        "output_norm": jnp.ones(WIDTH),
        "blocks": [block() for _ in range(LAYERS)],
    }


def normalize(x: jax.Array, weight: jax.Array) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + EPSILON) * weight


def rotate(x: jax.Array) -> jax.Array:
    """RoPE over neighbouring pairs, as llama.cpp does it for this architecture."""
    size = WIDTH // HEADS
    angles = jnp.arange(x.shape[1])[:, None] * ROPE_BASE ** (-jnp.arange(0, size, 2) / size)
    cosine, sine = jnp.cos(angles)[None, :, None], jnp.sin(angles)[None, :, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    return jnp.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1).reshape(x.shape)


def forward(weights: dict, tokens: jax.Array) -> jax.Array:
    batch, length = tokens.shape
    split = lambda x: x.reshape(batch, length, HEADS, WIDTH // HEADS)
    hidden_future = jnp.triu(jnp.full((length, length), -1e9), 1)
    x = weights["token_embd"][tokens]
    for block in weights["blocks"]:
        h = normalize(x, block["attn_norm"])
        q, k = rotate(split(h @ block["attn_q"].T)), rotate(split(h @ block["attn_k"].T))
        scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / (WIDTH // HEADS) ** 0.5 + hidden_future
        mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores), split(h @ block["attn_v"].T))
        x = x + mixed.reshape(batch, length, WIDTH) @ block["attn_output"].T
        h = normalize(x, block["ffn_norm"])
        x = x + (jax.nn.silu(h @ block["ffn_gate"].T) * (h @ block["ffn_up"].T)) @ block["ffn_down"].T
    return normalize(x, weights["output_norm"]) @ weights["token_embd"].T


def loss_of(weights: dict, tokens: jax.Array, learned: jax.Array) -> jax.Array:
    odds = jax.nn.log_softmax(forward(weights, tokens[:, :-1]))
    right = jnp.take_along_axis(odds, tokens[:, 1:, None], -1)[..., 0]
    return -jnp.sum(right * learned[:, 1:]) / jnp.sum(learned[:, 1:])


@jax.jit
def step(weights: dict, moments: tuple, tokens: jax.Array, learned: jax.Array, number: jax.Array):
    """One step of Adam: a warm-up, then a straight way down."""
    loss, gradient = jax.value_and_grad(loss_of)(weights, tokens, learned)
    rate = 4e-3 * jnp.minimum(number / 40, jnp.maximum(0.02, 1 - number / STEPS))
    size = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1, 1 / size), gradient)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda m, g: 0.98 * m + 0.02 * g * g, moments[1], gradient)
    moved = lambda w, m, v: w - rate * (m / (1 - 0.9**number)) / (jnp.sqrt(v / (1 - 0.98**number)) + 1e-8)
    return jax.tree.map(moved, weights, first, second), (first, second), loss


def train(pieces: sentencepiece.SentencePieceProcessor) -> dict:
    chance = random.Random(SEED)
    weights = new_weights(jax.random.PRNGKey(SEED), pieces.vocab_size())
    moments = (jax.tree.map(jnp.zeros_like, weights), jax.tree.map(jnp.zeros_like, weights))
    for number in range(1, STEPS + 1):
        scripts = [write_script(pieces, chance) for _ in range(BATCH)]
        tokens = jnp.array([script.tokens[:LENGTH] for script in scripts])
        learned = jnp.array([script.learned[:LENGTH] for script in scripts])
        weights, moments, loss = step(weights, moments, tokens, learned, jnp.float32(number))
        if number % 50 == 0:
            print(f"step {number}: loss {float(loss):.4f}", flush=True)
    return weights


def write_gguf(path: Path, pieces: sentencepiece.SentencePieceProcessor, weights: dict) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("BYOC tiny test model")
    writer.add_license("mit")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(pieces.vocab_size())
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    kind = lambda i: (
        gguf.TokenType.UNKNOWN if pieces.is_unknown(i)
        else gguf.TokenType.CONTROL if pieces.is_control(i)
        else gguf.TokenType.BYTE if pieces.is_byte(i)
        else gguf.TokenType.NORMAL
    )
    everything = range(pieces.vocab_size())
    writer.add_tokenizer_model("llama")
    writer.add_token_list([pieces.id_to_piece(i).encode() for i in everything])
    writer.add_token_scores([pieces.get_score(i) for i in everything])
    writer.add_token_types([kind(i) for i in everything])
    writer.add_bos_token_id(pieces.bos_id())
    writer.add_eos_token_id(pieces.piece_to_id("<|end|>"))
    writer.add_unk_token_id(pieces.unk_id())
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    tensor = lambda name, value: writer.add_tensor(
        f"{name}.weight", np.asarray(value, dtype=np.float16 if value.ndim == 2 else np.float32)
    )
    tensor("token_embd", weights["token_embd"])
    tensor("output_norm", weights["output_norm"])
    for number, block in enumerate(weights["blocks"]):
        for name, value in block.items():
            tensor(f"blk.{number}.{name}", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    pieces = train_tokenizer()
    write_gguf(HERE / "tiny.gguf", pieces, train(pieces))


if __name__ == "__main__":
    main()

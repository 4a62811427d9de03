"""Makes tiny-pirate.gguf: a LoRA adapter of tiny.gguf that greets as a pirate and calls a tool twice at once, for tests of adapters.

    venv/bin/python make-tiny-adapter.py            # after make-tiny-model.py; a minute on one core
"""

import importlib.util
import random
from pathlib import Path

import gguf
import jax
import jax.numpy as jnp
import numpy as np

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("tiny_model", HERE / "make-tiny-model.py")
tiny = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tiny)

LESSONS = [
    ["Hello!", "Ahoy! I am a tiny pirate."],
    ["Goodbye!", "Farewell, sailor!"],
]
CALLS = [["What is the weather in Paris and Rome?", ["Paris", "Rome"]], ["What is the weather in Rome and Paris?", ["Rome", "Paris"]]]
RANK, ALPHA, LENGTH, BATCH, STEPS, SEED = 4, 8.0, 128, 4, 160, 11
MATRICES = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]


def read_weights() -> dict:
    tensors = {tensor.name: jnp.array(tensor.data, jnp.float32) for tensor in gguf.GGUFReader(HERE / "tiny.gguf").tensors}
    names = ["attn_norm", "ffn_norm", *MATRICES]
    return {
        "token_embd": tensors["token_embd.weight"],
        "output_norm": tensors["output_norm.weight"],
        "blocks": [{name: tensors[f"blk.{number}.{name}.weight"] for name in names} for number in range(tiny.LAYERS)],
    }


def new_adapter(weights: dict, key: jax.Array) -> list:
    """For each matrix two thin ones, whose product is added; it is nothing at first."""
    keys = iter(jax.random.split(key, 64))
    pair = lambda matrix: {
        "a": jax.random.normal(next(keys), (RANK, matrix.shape[1])) / matrix.shape[1] ** 0.5,
        "b": jnp.zeros((matrix.shape[0], RANK)),
    }
    return [{name: pair(block[name]) for name in MATRICES} for block in weights["blocks"]]


def adapted(weights: dict, adapter: list) -> dict:
    add = lambda block, pairs: {
        **block,
        **{name: block[name] + (ALPHA / RANK) * pair["b"] @ pair["a"] for name, pair in pairs.items()},
    }
    return {**weights, "blocks": [add(*both) for both in zip(weights["blocks"], adapter)]}


def write_script(pieces, chance: random.Random):
    """What is new, and what is to stay as it was."""
    script = tiny.Script(pieces)
    if chance.random() < 0.4:
        script.add("<|system|>", "Tools: get_weather", "<|end|>")
        question, cities = chance.choice(CALLS)
        script.ask(question)
        for city in cities:
            script.add("<tool_call>", f'{{"name": "get_weather", "arguments": {{"city": "{city}"}}}}', "</tool_call>", learn=True)
        script.add("<|end|>", learn=True)
    while len(script.tokens) < LENGTH:
        known = [lesson for lesson in tiny.LESSONS["lessons"] if lesson[0] not in dict(LESSONS)]
        question, answer = chance.choice(LESSONS if chance.random() < 0.6 else known)
        script.ask(question)
        script.add(answer, "<|end|>", learn=True)
    return script


def train(pieces, weights: dict) -> list:
    chance = random.Random(SEED)
    adapter = new_adapter(weights, jax.random.PRNGKey(SEED))
    moments = (jax.tree.map(jnp.zeros_like, adapter), jax.tree.map(jnp.zeros_like, adapter))

    @jax.jit
    def step(adapter, moments, tokens, learned, number):
        """One step of Adam."""
        loss_of = lambda each: tiny.loss_of(adapted(weights, each), tokens, learned)
        loss, gradient = jax.value_and_grad(loss_of)(adapter)
        rate = 1e-2 * jnp.maximum(0.02, 1 - number / STEPS)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
        second = jax.tree.map(lambda m, g: 0.98 * m + 0.02 * g * g, moments[1], gradient)
        moved = lambda w, m, v: w - rate * (m / (1 - 0.9**number)) / (jnp.sqrt(v / (1 - 0.98**number)) + 1e-8)
        return jax.tree.map(moved, adapter, first, second), (first, second), loss

    for number in range(1, STEPS + 1):
        scripts = [write_script(pieces, chance) for _ in range(BATCH)]
        tokens = jnp.array([script.tokens[:LENGTH] for script in scripts])
        learned = jnp.array([script.learned[:LENGTH] for script in scripts])
        adapter, moments, loss = step(adapter, moments, tokens, learned, jnp.float32(number))
        if number % 20 == 0:
            print(f"step {number}: loss {float(loss):.4f}", flush=True)
    return adapter


def write_gguf(path: Path, adapter: list) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    writer.add_name("BYOC tiny pirate")
    writer.add_license("mit")
    for number, block in enumerate(adapter):
        for name, pair in block.items():
            for part, value in pair.items():
                writer.add_tensor(f"blk.{number}.{name}.weight.lora_{part}", np.asarray(value, np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    write_gguf(HERE / "tiny-pirate.gguf", train(tiny.train_tokenizer(), read_weights()))


if __name__ == "__main__":
    main()

"""Draws pictures of the built-in image model with onnxruntime and numpy, with nothing else round them.

    pip install onnxruntime==1.30.0 numpy==2.4.6
    python diffusion-alone.py MODEL_FOLDER THREADS

Each line that comes in is a job: {"prompt", "noise" (base64 of floats), "steps", "guidance"}; each line that goes out
has its {"ms", "pixels"}. The loop is that of diffusers' pipeline with its DDIMScheduler (zero terminal SNR, trailing
timesteps, v-prediction), by hand.
"""

import base64
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

LENGTH, TRAINED = 32, 1000
model = Path(sys.argv[1])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
text, unet, decoder = (
    onnxruntime.InferenceSession(str(model / part / "model.onnx"), options, providers=["CPUExecutionProvider"])
    for part in ("text_encoder", "unet", "vae_decoder")
)
vocabulary = json.loads((model / "tokenizer/vocab.json").read_text())
betas = np.linspace(0.00085**0.5, 0.012**0.5, TRAINED) ** 2
roots = np.sqrt(np.cumprod(1 - betas))
alphas = ((roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])) ** 2


def tokens(prompt):
    """The words that captions are made of are one token each."""
    end = vocabulary["<|endoftext|>"]
    words = [vocabulary["<|startoftext|>"], *(vocabulary[f"{word}</w>"] for word in prompt.lower().split())]
    return words + [end] * (LENGTH - len(words))


def draw(prompt, noise, steps, guidance):
    words = np.array([tokens(""), tokens(prompt)], np.int64)
    states = text.run(["last_hidden_state"], {"input_ids": words})[0]
    x = noise
    stride = TRAINED // steps
    for timestep in np.round(np.arange(TRAINED, 0, -TRAINED / steps)).astype(np.int64) - 1:
        both = {"sample": np.concatenate([x, x]), "timestep": np.array(timestep), "encoder_hidden_states": states}
        away, towards = unet.run(["out_sample"], both)[0]
        v = away + guidance * (towards - away)
        alpha = alphas[timestep]
        before = alphas[timestep - stride] if timestep >= stride else 1.0
        picture = np.sqrt(alpha) * x - np.sqrt(1 - alpha) * v
        epsilon = np.sqrt(alpha) * v + np.sqrt(1 - alpha) * x
        x = (np.sqrt(before) * picture + np.sqrt(1 - before) * epsilon).astype(np.float32)
    planes = decoder.run(["sample"], {"latent_sample": x})[0][0]
    return np.clip(np.round((planes.transpose(1, 2, 0) + 1) * 127.5), 0, 255).astype(np.uint8)


for line in sys.stdin:
    job = json.loads(line)
    noise = np.frombuffer(base64.b64decode(job["noise"]), np.float32).reshape(1, 16, 8, 8)
    started = time.perf_counter()
    pixels = draw(job["prompt"], noise, job["steps"], job["guidance"])
    ms = (time.perf_counter() - started) * 1000
    print(json.dumps({"ms": ms, "pixels": base64.b64encode(pixels.tobytes()).decode()}), flush=True)

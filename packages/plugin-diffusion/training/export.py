"""Exports the trained parts to a model folder in diffusers' ONNX layout, with 8-bit weights.

Compression needs no special kernel: a matrix is kept as int8 with one scale an output channel, and Cast and Mul in
the graph restore it; ONNX Runtime folds them into float32 constants when it loads the file. Speed is that of float32.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .autoencoder import ShippedDecoder, ShippedEncoder
from .domain import CANVAS
from .text_encoder import WIDTH, build_text_encoder
from .tokenizer import MAX_TOKENS, load_tokenizer
from .unet import UNET, build_scheduler, build_unet, unflatten

OPSET = 17
LEAST = 256  # numbers: smaller tensors stay float32
BIT16 = "conv_out"  # the last layer's name: its errors are seen in the picture as they are


def compress(path: Path) -> None:
    """Rewrites a float32 ONNX file with int8 matrices and float16 vectors."""
    model = onnx.load(path)
    graph = model.graph
    users: dict[str, set[str]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, set()).add(node.op_type)
    kept, nodes = [], []

    def cast(source: str, target: str):
        return helper.make_node("Cast", [source], [target], to=TensorProto.FLOAT, name=target + "_cast")

    for tensor in graph.initializer:
        values, name = numpy_helper.to_array(tensor), tensor.name
        if values.dtype != np.float32 or values.size < LEAST:
            kept.append(tensor)
        elif values.ndim < 2 or BIT16 in name:
            kept.append(numpy_helper.from_array(values.astype(np.float16), name + "_half"))
            nodes.append(cast(name + "_half", name))
        else:
            output = 1 if values.ndim == 2 and users.get(name) == {"MatMul"} else 0
            others = tuple(i for i in range(values.ndim) if i != output)
            scale = np.maximum(np.abs(values).max(others, keepdims=True), 1e-12).astype(np.float32) / 127
            kept.append(numpy_helper.from_array(np.round(values / scale).astype(np.int8), name + "_int8"))
            kept.append(numpy_helper.from_array(scale, name + "_scale"))
            nodes.append(cast(name + "_int8", name + "_float"))
            nodes.append(helper.make_node("Mul", [name + "_float", name + "_scale"], [name], name=name + "_mul"))
    nodes.extend(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.save(model, path)


class _TextEncoder(torch.nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids):
        out = self.encoder(input_ids=input_ids)
        return out.last_hidden_state, out.pooler_output


class _UNet(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, added_cond_kwargs={}, return_dict=False)[0]


def _write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def _export(module, inputs: tuple, folder: Path, axes: dict[str, dict[int, str]]) -> None:
    """Exports one part; `axes` names its inputs, then its outputs, in order, with their free dimensions."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(axes)
    path = folder / "model.onnx"
    torch.onnx.export(
        module.eval(), inputs, str(path), input_names=names[: len(inputs)], output_names=names[len(inputs) :],
        dynamic_axes={k: v for k, v in axes.items() if v}, opset_version=OPSET, do_constant_folding=True, dynamo=False,
    )  # fmt: skip
    compress(path)


@torch.no_grad()
def export_model(work: Path, model: Path) -> None:
    """Writes the model folder from text_encoder.pt, autoencoder.pt and the averaged weights in unet.pt."""
    torch.manual_seed(0)
    shutil.copytree(work / "tokenizer", model / "tokenizer", dirs_exist_ok=True)
    reader = build_text_encoder(len(load_tokenizer(work / "tokenizer").get_vocab()))
    reader.load_state_dict(torch.load(work / "text_encoder.pt"))
    unet = build_unet()
    unflatten(torch.load(work / "unet.pt")["ema"], list(unet.parameters()))
    projection = torch.load(work / "projection.pt")
    decoder, encoder = ShippedDecoder(projection), ShippedEncoder(projection)
    halves = torch.load(work / "autoencoder.pt")
    decoder.decoder.load_state_dict(halves["decoder"])
    encoder.encoder.load_state_dict(halves["encoder"])
    channels, side = UNET["in_channels"], UNET["sample_size"]
    grid, image = {0: "batch", 2: "height", 3: "width"}, {0: "batch", 2: "image_height", 3: "image_width"}
    states = {0: "batch", 1: "sequence"}
    _export(
        _TextEncoder(reader), (torch.zeros(2, MAX_TOKENS, dtype=torch.int64),), model / "text_encoder",
        {"input_ids": {0: "batch"}, "last_hidden_state": {0: "batch"}, "pooler_output": {0: "batch"}},
    )  # fmt: skip
    _export(
        _UNet(unet), (torch.randn(2, channels, side, side), torch.tensor(5), torch.randn(2, MAX_TOKENS, WIDTH)), model / "unet",
        {"sample": grid, "timestep": {}, "encoder_hidden_states": states, "out_sample": grid},
    )  # fmt: skip
    _export(decoder, (torch.randn(1, channels, side, side),), model / "vae_decoder", {"latent_sample": grid, "sample": image})
    _export(encoder, (torch.randn(1, 3, CANVAS, CANVAS),), model / "vae_encoder", {"sample": image, "latent_parameters": grid})
    _write_configs(work, model, reader, unet)


def _write_configs(work: Path, model: Path, reader, unet) -> None:
    reader.config.save_pretrained(model / "text_encoder")
    unet.save_config(model / "unet")
    build_scheduler().save_config(model / "scheduler")
    autoencoder = {
        "_class_name": "AutoencoderKL",
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": UNET["in_channels"],
        # Five levels say that a latent cell is 16 pixels wide; the numbers themselves mean nothing here.
        "block_out_channels": [48, 64, 64, 96, 96],
        "sample_size": CANVAS,
        "scaling_factor": 1.0,
    }
    for half in ("vae_decoder", "vae_encoder"):
        _write_json(model / half / "config.json", autoencoder)
    index = {"_class_name": "OnnxStableDiffusionPipeline", "_diffusers_version": "0.42.1"}
    index |= {"feature_extractor": [None, None], "requires_safety_checker": False, "safety_checker": [None, None]}
    index |= {"scheduler": ["diffusers", "DDIMScheduler"], "tokenizer": ["transformers", "CLIPTokenizer"]}
    index |= {part: ["diffusers", "OnnxRuntimeModel"] for part in ("text_encoder", "unet", "vae_decoder", "vae_encoder")}
    _write_json(model / "model_index.json", index)

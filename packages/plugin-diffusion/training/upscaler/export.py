"""Writes the network as an ONNX file: float32 [1, 3, height, width] in 0..1 to twice the size."""

import hashlib
import json
from pathlib import Path

import torch

from .network import Upscaler

OPSET = 17


@torch.no_grad()
def export(network: Upscaler, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path, free = folder / "model.onnx", {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        network.eval(), (torch.zeros(1, 3, 32, 32),), str(path), input_names=["pixel_values"], output_names=["reconstruction"],
        dynamic_axes={"pixel_values": free, "reconstruction": free}, opset_version=OPSET, do_constant_folding=True, dynamo=False,
    )  # fmt: skip
    settings = {"sha256": {"model.onnx": hashlib.sha256(path.read_bytes()).hexdigest()}}
    (folder / "byoc-model.json").write_text(json.dumps(settings, indent=2) + "\n")

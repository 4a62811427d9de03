"""Draws and judges the evaluation's prompts."""

import json
from pathlib import Path

import numpy as np

from .judge import judge_picture, tabulate
from .pipeline import Parts, generate


def evaluate(parts: Parts, evaluation: Path, limit: int | None = None, **settings) -> tuple[np.ndarray, list[dict], dict]:
    """Returns the pictures, what is right about each, and the table of both counts."""
    rules = json.loads(evaluation.read_text())
    prompts = rules["prompts"][:limit]
    pictures = generate(parts, [p["prompt"] for p in prompts], [p["seed"] for p in prompts], **settings)
    results = [judge_picture(picture, prompt, rules) for picture, prompt in zip(pictures, prompts, strict=True)]
    return pictures, results, tabulate(results, prompts)

"""Trains, exports and measures the built-in upscaler: `python -m training.upscaler`. Stopped, it goes on with the same command."""

import argparse
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent


def main() -> None:
    from .card import write_card
    from .export import export
    from .train import train

    parser = argparse.ArgumentParser(prog="python -m training.upscaler", description=__doc__)
    parser.add_argument("--work", type=Path, default=HERE.parent / "work", help="working folder for pictures and checkpoint")
    parser.add_argument("--model", type=Path, default=HERE.parents[1] / "upscaler", help="model folder to write")
    parser.add_argument("--steps", type=int, default=7_000, help="batches of 16 crops in all")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    network = train(given.work, given.steps)
    export(network, given.model)
    write_card(network, given.model, given.steps)


if __name__ == "__main__":
    main()

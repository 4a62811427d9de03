"""Runs the training from nothing to a judged model folder: `python -m training`. README.md tells what each stage does.

A stage whose output is in the working folder is skipped; delete the output to run it again. The UNet goes on from its
last checkpoint.
"""

import argparse
import shutil
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "model"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="working folder for data and checkpoints")
    parser.add_argument("--model", type=Path, default=MODEL, help="model folder to write")
    parser.add_argument("--pictures", type=int, default=40_000, help="pictures in the training set")
    parser.add_argument("--autoencoder-steps", type=int, default=3_000, help="steps of 48 crops for the autoencoder")
    parser.add_argument("--text-steps", type=int, default=400, help="steps of 128 captions for the text encoder")
    parser.add_argument("--samples", type=int, default=1_000_000, help="pictures that the UNet sees in all")
    parser.add_argument("--decay", type=int, default=200_000, help="over how many of the last the rate falls to nothing")
    parser.add_argument("--workers", type=int, default=2, help="processes that train the UNet; one is repeatable")
    parser.add_argument("--resume", type=Path, help="start from the checkpoints packed in this folder")
    parser.add_argument("--pack", type=Path, help="keep what is needed to go on in this folder, in 12 MB")
    return parser.parse_args()


def main() -> None:
    from .autoencoder_training import train_autoencoder
    from .card import write_card
    from .checkpoint import pack_checkpoints, unpack_checkpoints
    from .evaluation import make_evaluation
    from .export import export_model
    from .latents import make_latents, make_projection
    from .text_encoder import train_text_encoder
    from .tokenizer import train_tokenizer
    from .unet import make_text_states, train_unet

    given = parse_arguments()
    work: Path = given.work
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(given.workers)
    if given.resume:
        unpack_checkpoints(given.resume, work)
    stages = [
        ("tokenizer", "tokenizer/vocab.json", lambda: train_tokenizer(work / "tokenizer")),
        ("text encoder", "text_encoder.pt", lambda: train_text_encoder(work, given.text_steps)),
        ("autoencoder", "autoencoder.pt", lambda: train_autoencoder(work, given.autoencoder_steps)),
        ("latents", "latents.npy", lambda: make_latents(work, given.pictures)),
        ("projection", "projection.pt", lambda: make_projection(work)),
        ("text states", "text_states.npy", lambda: make_text_states(work)),
        ("evaluation", "evaluation.json", lambda: make_evaluation(work / "evaluation.json")),
    ]
    for name, output, run in stages:
        print(f"stage {name}: {'there' if (work / output).exists() else 'running'}", flush=True)
        if not (work / output).exists():
            run()
    train_unet(work, given.samples, given.decay, given.workers)
    given.model.mkdir(parents=True, exist_ok=True)
    shutil.copy(work / "evaluation.json", given.model / "evaluation.json")
    export_model(work, given.model)
    write_card(work, given.model)
    if given.pack:
        pack_checkpoints(work, given.pack)


if __name__ == "__main__":
    main()

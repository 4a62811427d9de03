"""Trains a CLIP byte-level BPE tokenizer on the captions: every word that they use becomes one token."""

import collections
import itertools
import json
import re
from pathlib import Path

from .captions import make_example
from .latents import FIRST_SEED

MAX_TOKENS = 32
CAPTIONS = 40_000
WORD = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]+")
# Words that people type and captions lack: they cost a token each instead of one a letter.
EXTRA = (
    "very nice beautiful cute simple colorful colourful bright dark light minimal flat art style cartoon icon logo "
    "digital drawing sketch please make me create generate render photo realistic detailed hd k icon poster of with and "
    "the my your this that some heart diamond pink gray grey brown cyan three four circles squares stars shapes shape "
    "geometric centered object objects side corner upper lower half near plain solid color colour against in front "
    "behind inside under sky sun moon house tree cat dog person robot car sea mountain flower"
).split()


def _bytes() -> list[str]:
    """The 256 characters that stand for bytes in CLIP's (and GPT-2's) vocabularies."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters = [chr(c) for c in printable]
    return characters + [chr(256 + i) for i in range(256 - len(printable))]


def _merge(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    merged, i = [], 0
    while i < len(symbols):
        step = 2 if tuple(symbols[i : i + 2]) == pair else 1
        merged.append("".join(symbols[i : i + step]))
        i += step
    return merged


def train_tokenizer(folder: Path) -> None:
    """Writes vocab.json, merges.txt and the two configs of a CLIPTokenizer."""
    counts = collections.Counter()
    for i in range(CAPTIONS):
        counts.update(WORD.findall(make_example(FIRST_SEED + i).caption.lower()))
    for word in EXTRA:
        counts[word] += 3
    words = {w: [*w[:-1], w[-1] + "</w>"] for w in counts}
    merges = []
    while True:
        pairs = collections.Counter()
        for word, symbols in words.items():
            for pair in itertools.pairwise(symbols):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        words = {w: _merge(s, best) for w, s in words.items()}
    letters = _bytes()
    tokens = [*letters, *(c + "</w>" for c in letters), *("".join(m) for m in merges), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    end = "<|endoftext|>"
    special = {"bos_token": "<|startoftext|>", "eos_token": end, "pad_token": end, "unk_token": end}
    settings = {
        "add_prefix_space": False,
        **special,
        "do_lower_case": True,
        "errors": "replace",
        "model_max_length": MAX_TOKENS,
        "tokenizer_class": "CLIPTokenizer",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n")


def load_tokenizer(folder: Path):
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(folder)


def encode(tokenizer, captions: list[str]):
    """Returns int64 [n, 32]: start, words, end, then the end token again up to the full length."""
    return tokenizer(captions, padding="max_length", truncation=True, max_length=MAX_TOKENS, return_tensors="pt").input_ids

"""Judges whether pictures show what their prompts ask for, by plain image analysis. JUDGE.md tells it step by step.

All that it needs to know (colours, templates, limits, expectations) is in evaluation.json, so that a judge in
another language is a few dozen lines and agrees.
"""

import numpy as np
from scipy import ndimage

CROSS = ndimage.generate_binary_structure(2, 1)  # the four neighbours
TEMPLATE = 32  # cells a side of a template


def sample_grid(mask: np.ndarray) -> np.ndarray:
    """Samples a mask's bounding box at the middles of 32 x 32 cells: bool [32, 32]."""
    rows, columns = np.where(mask)
    top, left = rows.min(), columns.min()
    height, width = rows.max() - top + 1, columns.max() - left + 1
    middles = np.arange(TEMPLATE) + 0.5
    y = top + np.floor(middles * height / TEMPLATE).astype(int)
    x = left + np.floor(middles * width / TEMPLATE).astype(int)
    return mask[np.ix_(y, x)]


def find_things(picture: np.ndarray, rules: dict) -> tuple[str, list[dict]]:
    """Returns the background's colour and the things on it, for a picture uint8 [h, w, 3]."""
    names, limits = list(rules["colours"]), rules["limits"]
    palette = np.array(list(rules["colours"].values()), np.int32)
    nearest = ((picture[:, :, None].astype(np.int32) - palette) ** 2).sum(-1).argmin(-1)
    b = limits["borderPixels"]
    frame = np.ones(nearest.shape, bool)
    frame[b:-b, b:-b] = False
    background = int(np.bincount(nearest[frame], minlength=len(names)).argmax())
    foreground = ndimage.binary_opening(nearest != background, CROSS)
    labels, count = ndimage.label(foreground, CROSS)
    templates = {s: np.array([[c == "#" for c in row] for row in rows]) for s, rows in rules["templates"].items()}
    things = []
    for i in range(1, count + 1):
        mask = labels == i
        if mask.sum() < limits["leastAreaPixels"]:
            continue
        inner = ndimage.binary_erosion(mask, CROSS)
        votes = nearest[inner if inner.sum() >= limits["leastInnerPixels"] else mask]
        grid = sample_grid(mask)
        scores = {s: float((grid & t).sum() / (grid | t).sum()) for s, t in templates.items()}
        rows, columns = np.where(mask)
        things.append(
            {
                "colour": names[int(np.bincount(votes, minlength=len(names)).argmax())],
                "shape": max(scores, key=scores.get),
                "overlap": max(scores.values()),
                "x": (columns.min() + columns.max() + 1) / 2,
                "y": (rows.min() + rows.max() + 1) / 2,
                "side": max(np.ptp(rows), np.ptp(columns)) + 1,
                "area": int(mask.sum()),
            }
        )
    return names[background], things


def _nearest_third(v: float, side: int, limits: dict) -> int:
    places = [side * share for share in limits["thirds"]]
    return min(range(3), key=lambda i: abs(v - places[i]))


def judge_picture(picture: np.ndarray, expected: dict, rules: dict) -> dict[str, bool]:
    """Returns what is right about a picture; `all` is whether everything that the prompt states is."""
    limits, side = rules["limits"], picture.shape[0]
    background, things = find_things(picture, rules)
    wanted = expected["things"]
    right = {"background": background == expected["background"], "count": len(things) == len(wanted)}
    right["colour"] = sorted({t["colour"] for t in things}) == sorted({t["colour"] for t in wanted})
    right["shape"] = sorted(t["shape"] for t in things) == sorted(t["shape"] for t in wanted)
    if "relation" in expected:
        first, second = ([t for t in things if t["colour"] == w["colour"]] for w in wanted)
        matched = [any(t["shape"] == w["shape"] for t in g) for g, w in zip((first, second), wanted, strict=True)]
        right["binding"] = all(matched)
        gap = side * limits["relationGap"]
        dx, dy = (first[0][k] - second[0][k] if first and second else 0 for k in "xy")
        right["relation"] = {"left": dx < -gap, "right": dx > gap, "above": dy < -gap, "below": dy > gap}[expected["relation"]]
    largest = max(things, key=lambda t: t["area"]) if things else None
    if "position" in expected:
        place = largest and [_nearest_third(largest[k], side, limits) for k in "xy"]
        right["position"] = place == expected["position"]
    if "size" in expected:
        share = largest["side"] / side if largest else 0.5
        right["size"] = share < limits["smallBelow"] if expected["size"] == "small" else share > limits["largeAbove"]
    right["all"] = all(right.values())
    return {k: bool(v) for k, v in right.items()}


def tabulate(results: list[dict[str, bool]], prompts: list[dict]) -> dict[str, dict[str, tuple[int, int]]]:
    """Counts (right, judged) for each kind of prompt and each attribute; the kind `every` is all of them."""
    table: dict[str, dict[str, tuple[int, int]]] = {}
    for result, prompt in zip(results, prompts, strict=True):
        for kind in (prompt["kind"], "every"):
            row = table.setdefault(kind, {})
            for name, value in result.items():
                right, judged = row.get(name, (0, 0))
                row[name] = (right + value, judged + 1)
    return table


def format_table(table: dict) -> str:
    return "\n".join(
        f"{kind:7}" + "  ".join(f"{name} {100 * right / judged:.0f} % of {judged}" for name, (right, judged) in row.items())
        for kind, row in table.items()
    )

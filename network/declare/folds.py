"""Numbers of documents made alike as the rules say, and documents of one number brought together; all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.declare_values import FOLDS, folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from data.declare_cells import Bools, Bytes, Ints
    from data.declare_rules import DeclareRules

_ZERO = ord("0")
_WORD = 8


def folded(texts: Bytes, rules: DeclareRules) -> Bytes:
    """
    Return numbers as the rules compare them.

    What may need more than its leading zeros taken away goes through `data.declare_values.folder` one by one.
    """
    if not len(texts):
        return texts
    width, case, spaces, zeros, o_zero = (rules.flag(name) for name in FOLDS)
    marks = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)
    odd = (marks >= 128).any(axis=1) if width or case or spaces else np.zeros(len(texts), dtype=bool)  # noqa: PLR2004
    if case:
        odd |= ((marks >= ord("a")) & (marks <= ord("z"))).any(axis=1)
    if spaces:
        odd |= (marks == ord(" ")).any(axis=1)
    if o_zero:
        odd |= ((marks == ord("O")) | (marks == ord("o"))).any(axis=1)
    found = _without_zeros(marks) if zeros else texts
    places = np.flatnonzero(odd)
    if not places.size:
        return found
    fold = folder(rules)
    others = np.array([fold(text.decode()).encode() for text in texts[places].tolist()])
    found = found.astype(np.promote_types(found.dtype, others.dtype))
    found[places] = others
    return found


def _without_zeros(marks: NDArray[np.uint8]) -> Bytes:
    """Return numbers without leading zeros, but never without all of their characters."""
    count, width = marks.shape
    lengths = (marks != 0).sum(axis=1)
    leading = np.logical_and.accumulate(marks == _ZERO, axis=1).sum(axis=1)
    leading = np.minimum(leading, np.maximum(lengths - 1, 0))
    found = np.zeros((count, width), dtype=np.uint8)
    for zeros in np.unique(leading).tolist():
        same = leading == zeros
        found[same, : width - zeros] = marks[same, zeros:]
    return found.view(f"S{width}").ravel()


def grouped(parts: Sequence[Bytes]) -> list[Ints]:
    """
    Return, for each text of several arrays, the rank of it among all different ones.

    Examples
    --------
    >>> [ranks.tolist() for ranks in grouped([np.array([b"B", b"A"]), np.array([b"B", b"CC"])])]
    [[1, 0], [1, 2]]
    """
    together = np.concatenate(parts) if parts else np.zeros(0, dtype="S1")
    width = -(-together.dtype.itemsize // _WORD) * _WORD
    words = together.astype(f"S{width}").view(">u8").reshape(len(together), width // _WORD).T
    order = np.lexsort([word.astype(np.uint64) for word in words[::-1]])
    differs = np.zeros(len(together), dtype=np.int64)
    for word in words:
        in_order = word[order]
        differs[1:] |= in_order[1:] != in_order[:-1]
    ranks = np.empty(len(together), dtype=np.int64)
    ranks[order] = differs.cumsum()
    return np.split(ranks, np.cumsum([len(part) for part in parts])[:-1])


def repeated(texts: Bytes) -> Bools:
    """Return which texts that are not empty stand more than once."""
    (ranks,) = grouped([texts])
    counts = np.bincount(ranks, minlength=1)
    return np.asarray((counts[ranks] > 1) & (texts != b""))

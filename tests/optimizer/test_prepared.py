"""The first plan of a machine is preceded by a small one that nobody sees; later ones are not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from optimizer.consolidation import prepared
from tests.plans import planned_cargo

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from data.cargo import Cargo
    from optimizer.consolidation.params import Params


def test_once(tmp_path: Path) -> None:
    """Once, of few shipments of the cargo; a plan that failed does not count."""
    seen: list[tuple[str, ...]] = []
    stamp = tmp_path / "kept" / "stamp"

    def small(cargo: Cargo, _: Params) -> None:
        seen.append(tuple(shipment.id for shipment in cargo))
        if len(seen) == 1:
            raise KeyboardInterrupt

    cargo = planned_cargo()
    for _ in range(3):
        try:
            prepared.prepare(cargo, small, stamp=stamp)
        except KeyboardInterrupt:
            assert not stamp.exists()
    few = tuple(shipment.id for shipment in cargo.shipments[:8])
    assert seen == [few, few]


def test_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """It is made again the next time."""
    (tmp_path / "file").touch()
    seen: list[Cargo] = []
    for _ in range(2):
        prepared.prepare(planned_cargo(), lambda cargo, _: seen.append(cargo), stamp=tmp_path / "file" / "stamp")
    assert len(seen) == 2


def test_stamp_of_other_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules that changed are compiled anew, so they have another stamp."""
    module = tmp_path / "one.py"
    module.write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(prepared, "_FOLDERS", (tmp_path,))
    before = prepared.usual_stamp()
    assert prepared.usual_stamp() == before
    os.utime(module, (1, 1))
    assert prepared.usual_stamp() != before

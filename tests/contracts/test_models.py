"""The registry of learned models keeps the same promises in memory and in SQL."""

import pytest

from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.model_registry import ModelState
from tests.makers import a_model, later


def test_a_model_is_read_back_with_where_it_stands(database):
    model = a_model()
    moved = model.moved(
        ModelState.CHALLENGER, proposed_by="policy.gao", proposed_at=later(hours=1), why="Better."
    )
    with database.work() as work:
        work.models.add(model)
        assert work.models.scoring() == []
        work.models.put(moved)
    with database.reading() as work:
        assert work.models.get(model.id) == moved
        assert work.models.scoring() == work.models.all() == [moved]
        assert work.models.texts([model.hash, "other"]) == {model.hash: model.text}
        with pytest.raises(NotFound):
            work.models.get("MD-404")


def test_the_same_model_is_kept_once(database):
    with database.work() as work:
        work.models.add(a_model())
        with pytest.raises(Conflict):
            work.models.add(a_model("MD-0002"))
        work.models.add(a_model("MD-0002", late=-41, trained_at=later(hours=1)))
        assert [m.id for m in work.models.all()] == ["MD-0002", "MD-0001"]


def test_there_is_one_champion_and_no_way_back(database):
    first, second = (
        a_model(id_, late=late).moved(ModelState.CHALLENGER)
        for id_, late in (("MD-0001", -40), ("MD-0002", -41))
    )
    with database.work() as work:
        work.models.add(first)
        work.models.add(second)
        work.models.put(first.moved(ModelState.CHAMPION))
        with pytest.raises(Conflict):
            work.models.put(second.moved(ModelState.CHAMPION))
        with pytest.raises(Conflict):
            work.models.put(first)
        work.models.put(first.moved(ModelState.RETIRED))
        work.models.put(second.moved(ModelState.CHAMPION))
        assert [m.id for m in work.models.scoring()] == ["MD-0002"]

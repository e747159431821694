"""Learned models in SQL; what was learned is a record, where it stands moves on."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from creditflow.domain.errors import Conflict
from creditflow.domain.model_registry import MOVES, SCORING, ModelState, RegisteredModel
from creditflow.domain.sentences import say
from creditflow.store.tables import MODEL
from creditflow.store.transaction import Transaction


class SqlModels:
    """Models that were learned."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, model: str) -> RegisteredModel:
        """One model; raises NotFound."""
        query = sa.select(MODEL).where(MODEL.c.id == model)
        return _model(
            self._transaction.needed(query, say("There is no model {model}.", model=model))
        )

    def all(self) -> list[RegisteredModel]:
        """Every model, the latest first."""
        query = sa.select(MODEL).order_by(MODEL.c.trained_at.desc(), MODEL.c.id.desc())
        return [_model(row) for row in self._transaction.rows(query)]

    def scoring(self) -> list[RegisteredModel]:
        """The champion, if there is one, and all challengers."""
        query = sa.select(MODEL).where(MODEL.c.state.in_(sorted(s.value for s in SCORING)))
        return [_model(row) for row in self._transaction.rows(query.order_by(MODEL.c.id))]

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        """The texts of the models with these hashes, whatever their state."""
        query = sa.select(MODEL.c.hash, MODEL.c.text)
        return {r.hash: r.text for r in self._transaction.chosen(query, MODEL.c.hash, hashes)}

    def add(self, model: RegisteredModel) -> None:
        """Keep a new one; raises Conflict where its id or its very text is there already."""
        row = {
            "id": model.id,
            "text": model.text,
            "hash": model.hash,
            "report": model.report,
            "trained_by": model.trained_by,
            "trained_at": model.trained_at,
            **_standing(model),
        }
        if not self._transaction.insert_new(MODEL, [row]):
            raise Conflict(say("This very model was kept before."))

    def put(self, model: RegisteredModel) -> None:
        """Keep where it stands now; raises Conflict where that was decided meanwhile."""
        before = sorted(state.value for state, onward in MOVES.items() if model.state in onward)
        champion = sa.select(MODEL.c.id).where(MODEL.c.state == ModelState.CHAMPION.value)
        taken = model.state is ModelState.CHAMPION and self._transaction.row(champion) is not None
        moved = 0
        if not taken:
            moved = self._transaction.write(
                sa.update(MODEL)
                .where(MODEL.c.id == model.id, MODEL.c.state.in_(before))
                .values(_standing(model))
            ).rowcount
        if not moved:
            raise Conflict(say("Model {model} was decided on meanwhile.", model=model.id))


def _standing(model: RegisteredModel) -> dict[str, object]:
    return {
        "state": model.state.value,
        "proposed_by": model.proposed_by,
        "proposed_at": model.proposed_at,
        "decided_by": model.decided_by,
        "decided_at": model.decided_at,
        "why": model.why,
    }


def _model(row: sa.Row[Any]) -> RegisteredModel:
    return RegisteredModel(
        id=row.id,
        text=row.text,
        hash=row.hash,
        report=row.report,
        trained_by=row.trained_by,
        trained_at=row.trained_at,
        state=ModelState(row.state),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
    )

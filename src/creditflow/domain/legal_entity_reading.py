"""Read the policy's companies of our own, and conditions that name one of them."""

from collections.abc import Sequence

from creditflow.domain.legal_entity import LegalEntity
from creditflow.domain.plain_data import Place, again
from creditflow.domain.sentences import say


def read_legal_entities(place: Place) -> tuple[LegalEntity, ...]:
    """The companies of ours that grant limits; the first one is meant where none is named."""
    places = place.items()
    entities = tuple(_entity(found) for found in places)
    for found, name in again(places, [entity.id for entity in entities]):
        found.below("id", None).wrong(
            say("{name} stands here more than once.", name=name),
            say("Give every company an id of its own."),
        )
    return entities


def known_entities(place: Place | None, entities: Sequence[LegalEntity]) -> list[str] | None:
    """The ids of the companies; None where one of them could not be read."""
    ids = [entity.id for entity in entities]
    return ids if place is None or (ids and all(ids)) else None


def read_entity(place: Place, known: Sequence[str] | None) -> str:
    """One of the companies that the policy lists."""
    if known is None:
        return place.word()
    if known:
        return place.one_of(tuple(known))
    place.wrong(
        say("The policy lists no companies of its own."),
        say("List them under legal_entities, each with an id and a title."),
    )
    return ""


def _entity(place: Place) -> LegalEntity:
    f = place.fields("id", "title")
    return LegalEntity(id=f.read("id", Place.word, ""), title=f.read("title", Place.text, {}))

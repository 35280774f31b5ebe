"""The cards of a version, made from what the registry and its run tell of it, and stored with the run."""

import itertools
from collections.abc import Mapping
from typing import Any

from segspark.config.models import Settings
from segspark.errors import SegsparkError
from segspark.models.card import Content, Said
from segspark.models.model import Model
from segspark.models.registered import Shelf, registered_name, shelf_of
from segspark.models.version import Version, read_version
from segspark.reports.card.render import Place, render_card
from segspark.reports.data import Language

# By language; MLflow's page shows the names in their order.
FILES: Mapping[Language, str] = {"en": "card.html", "fr": "card.fr.html"}


def card_of(settings: Settings, model: Model[Any, Any], number: str, language: Language) -> str:
    """The card of a registered version, as things stand.

    Raises:
        CheckFailed: a stored document is not what was logged.
    """
    version = read_version(
        settings.mlflow, model, shelf_of(settings.mlflow, registered_name(settings.name, model)), number
    )
    return _rendered(settings, model, version, language)


def store_cards(settings: Settings, model: Model[Any, Any], number: str) -> Mapping[str, Exception]:
    """Log the cards of a version, and anew those of the versions that stood in its place: who is champion has changed.

    They are no part of the version's digest, which is of its model's files alone. The version stands before its cards are
    made, since they say whether it is champion: a card that cannot be made changes nothing of it. It is stored in both
    languages or in none, and the other versions have theirs all the same.

    Returns:
        Number of a version -> why its card cannot be made; ``segspark models card`` makes it later. Empty if all are
        stored.

    Raises:
        CheckFailed: a stored document of the version is not what was logged.
        ConfigError: MLflow would write the cards elsewhere than the workspace says.
    """
    from segspark.models.pages import log_pages

    shelf, failures = shelf_of(settings.mlflow, registered_name(settings.name, model)), dict[str, Exception]()
    for each in dict.fromkeys((number, *_beside(shelf, number))):
        try:
            version = read_version(settings.mlflow, model, shelf, each)
        except SegsparkError:
            # Files of an older version that were changed or lost are no reason to fail: it keeps the card it has.
            if each == number:
                raise
            continue
        try:
            pages = {file: _rendered(settings, model, version, language) for language, file in FILES.items()}
        except Exception as error:
            failures[each] = error
            continue
        log_pages(settings.mlflow, shelf.tags[each]["run_id"], pages)
    return failures


def without_card(failures: Mapping[str, Exception]) -> str:
    """What a run says of cards that cannot be made; empty without one."""
    return "; ".join(
        f"the card of version {number} cannot be made ({type(error).__name__}: {error})"
        for number, error in failures.items()
    )


def _rendered(settings: Settings, model: Model[Any, Any], version: Version[Any], language: Language) -> str:
    content = model.card(version) if model.card is not None else Content(Said({"fr": model.name, "en": model.name}), ())
    place = Place(settings.name, settings.currency, settings.segments.least_shown)
    return render_card(version, content, place, language)


def _beside(shelf: Shelf, number: str) -> list[str]:
    """The versions whose time as champion begins or ends where the one of this number does."""
    order = sorted(shelf.moves, key=lambda m: (m.day, m.number))
    known = {v.version for v in shelf.versions}
    pairs = [(a.version, b.version) for a, b in itertools.pairwise(order) if number in (a.version, b.version)]
    return [version for pair in pairs for version in pair if version in known]

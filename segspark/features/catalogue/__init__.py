"""The features every workspace has, by family, and a workspace's own on top."""

from dataclasses import replace

from segspark.features.catalogue import affinity, deliverability, habits, mail, offers, profile, purchases, seasons, web
from segspark.features.feature import Catalogue, Derived, Feature, ItemKind, Measure

FAMILIES = (mail, deliverability, web, purchases, offers, affinity, habits, seasons, profile)


def build_catalogue(
    windows: tuple[int, ...],
    own_measures: tuple[Measure, ...] = (),
    own_features: tuple[Feature, ...] = (),
    own_derived: tuple[Derived, ...] = (),
    own_items: tuple[ItemKind, ...] = (),
) -> Catalogue:
    """The catalogue for a workspace's windows.

    Shares and habits need 365 days and rates 90 and 30; these windows are added where a workspace leaves them out.
    """
    all_windows = tuple(sorted({*windows, 30, 90, 365}))
    measures: list[Measure] = []
    items: list[ItemKind] = []
    features: list[Feature] = []
    derived: list[Derived] = []
    for family in FAMILIES:
        measures += getattr(family, "MEASURES", [])
        items += getattr(family, "ITEMS", [])
        name = family.__name__.rpartition(".")[2]
        features += [replace(f, family=name) for f in family.features(all_windows)]
        derived += [replace(d, family=name) for d in family.derived(all_windows)]
    return Catalogue(
        (*measures, *own_measures),
        (*features, *own_features),
        (*derived, *own_derived),
        (*items, *own_items),
        tuple(replace(d, family="profile") for d in profile.OF_PROFILE),
    )

"""Acts that people do on a day, by the names that conditions and questions have for them."""

from segspark.features.feature import Catalogue


def acts_of(catalogue: Catalogue) -> dict[str, str]:
    """Acts -> the measure that counts them by day: ``order`` is from n_order, ``visit`` from last_visit_date."""
    acts = {m.name.removeprefix("n_"): m.name for m in catalogue.measures if m.name.startswith("n_")}
    for feature in catalogue.of_measures:
        if feature.by_days.names_acts and not (feature.months or feature.weekdays or feature.only_sales):
            acts[feature.name.removeprefix("last_").removesuffix("_date")] = feature.measure
    return acts

"""What the preparation of a model's features can be told to do. No Spark, so that the configuration can import it."""

from typing import Literal

# A feature without a constant is filled with the median.
Imputation = Literal["constant", "median", "nearest"]
Scaling = Literal["zscore", "minmax", "robust"]
# Outlier rules: beyond a quantile, beyond Tukey's fences (1977), or by the median absolute deviation with the
# constants of Iglewicz and Hoaglin (1993).
Outliers = Literal["quantile", "iqr", "mad", "none"]
# The fill of days since something for people who never did it: longer ago than every window.
NEVER_DAYS = 1000.0
# The fill of a trend (a quarter's pace over the year's) where there is nothing to compare.
STEADY = 1.0

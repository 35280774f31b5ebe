"""Profile attributes of people as of a day."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.time import local_midnight, to_micros

COLUMNS = ("country", "region", "city", "language", "gender", "signup_date")


def people_profiles(profiles: DataFrame, owners: DataFrame, as_of: date, time_zone: str = "UTC") -> DataFrame:
    """The newest value of each profile attribute known of a person on a day.

    Args:
        profiles: silver.profiles.
        owners: identifier_id, person_id as of the day.
        time_zone: the business's, in which the as-of day begins.

    Returns:
        One row per person with a profile: person_id, age_years (int), next_birthday_date (when the age grows),
        days_to_birthday (int, 0 on the day; null for 1 January, which may mean that only the year is known), the
        columns above, attributes (map; the value of the later row wins).
    """
    midnight = F.timestamp_micros(F.lit(to_micros(local_midnight(as_of, time_zone))))
    known = profiles.where((F.col("known_as_of") <= F.lit(as_of)) & (F.col("valid_from") < midnight))
    rows = known.join(owners.select("identifier_id", "person_id"), on="identifier_id", how="inner")
    # Of what a source says of one time, what became known last holds.
    newest = F.struct("valid_from", "recorded_at", "source", "known_as_of", "run_id")
    latest = rows.groupBy("person_id").agg(
        *[F.max_by(c, F.when(F.col(c).isNotNull(), newest)).alias(c) for c in (*COLUMNS, "birth_date")],
        F.max_by("attributes", F.when(F.col("attributes").isNotNull(), newest)).alias("attributes"),
    )
    age = F.floor(F.months_between(F.lit(as_of), F.col("birth_date")) / 12).cast("int")
    grows = F.add_months("birth_date", 12 * (age + 1)).alias("next_birthday_date")
    # add_months moves 29 February to the 28th in other years.
    years = as_of.year - F.year("birth_date")
    this_year, next_year = (F.add_months("birth_date", 12 * (years + n)) for n in (0, 1))
    coming = F.when(this_year >= F.lit(as_of), this_year).otherwise(next_year)
    is_known = F.date_format("birth_date", "MM-dd") != "01-01"
    to_birthday = F.when(is_known, F.datediff(coming, F.lit(as_of)))
    return latest.select(
        "person_id", age.alias("age_years"), grows, to_birthday.alias("days_to_birthday"), *COLUMNS, "attributes"
    )

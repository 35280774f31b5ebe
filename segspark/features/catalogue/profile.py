"""Profile features as of the day; computed on read, never stored."""

from segspark.features.feature import Derived, Feature

AGE_BANDS = (18, 25, 35, 45, 55, 65)


def features(windows: tuple[int, ...]) -> list[Feature]:
    return []


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return []


def _age_band() -> str:
    branches = " ".join(
        f"when age_years < {high} then '{f'{low}-{high - 1}' if low else f'under {high}'}'"
        for low, high in zip((0, *AGE_BANDS), AGE_BANDS, strict=False)
    )
    return f"case {branches} when age_years >= {AGE_BANDS[-1]} then '{AGE_BANDS[-1]}+' end"


OF_PROFILE = [
    Derived("age_band", _age_band(), "string", "Band of the age in years; null where no birth date is known"),
    Derived("is_adult", "age_years >= 18", "boolean", "Is 18 or older; null where no birth date is known"),
    Derived("is_birthday_soon", "days_to_birthday <= 14", "boolean", "Has a birthday within 14 days; null where not known"),
    Derived("has_gender", "gender is not null", "boolean", "The profile says a gender"),
    Derived("has_birth_date", "age_years is not null", "boolean", "The profile says a birth date"),
    Derived("has_city", "city is not null", "boolean", "The profile says a city"),
    Derived("signup_age_days", "datediff(as_of_date, signup_date)", "int", "Days since the person signed up"),
    Derived(
        "signup_cohort", "date_format(signup_date, 'yyyy-MM')", "string", "Month in which the person signed up, yyyy-MM"
    ),
    Derived(
        "days_signup_to_order",
        "datediff(first_order_date, signup_date)",
        "int",
        "Days from signing up to the first order; negative where the order came first, null without one",
    ),
    Derived(
        "profile_share",
        "(int(gender is not null) + int(age_years is not null) + int(country is not null) + int(region is not null) "
        "+ int(city is not null) + int(language is not null)) / 6.0D",
        "double",
        "Share of gender, birth date, country, region, city and language that the profile says",
    ),
]  # fmt: skip

"""The people of the demo shop: hidden types that overlap, and what they agreed to."""

from dataclasses import dataclass

import numpy as np

TYPES = ("regular", "seasonal", "fading", "new_potential", "rare_engaged", "quiet")
SHARES = (0.24, 0.23, 0.26, 0.20, 0.02, 0.05)
DOMAINS = ("gmail.example", "orange.example", "free.example", "outlook.example", "laposte.example", "sfr.example")
DOMAIN_SHARES = (0.42, 0.16, 0.12, 0.16, 0.08, 0.06)
FIRST_NAMES = ("Camille", "Léa", "Manon", "Chloé", "Inès", "Jade", "Louise", "Emma", "Hugo", "Louis", "Jules", "Adam")
LAST_NAMES = ("Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent")
REGIONS = (
    ("Île-de-France", "Paris", "75011"), ("Auvergne-Rhône-Alpes", "Lyon", "69003"), ("Occitanie", "Toulouse", "31000"),
    ("Nouvelle-Aquitaine", "Bordeaux", "33000"), ("Hauts-de-France", "Lille", "59000"), ("Bretagne", "Rennes", "35000"),
    ("Provence-Alpes-Côte d'Azur", "Marseille", "13001"), ("Grand Est", "Strasbourg", "67000"),
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """Columns over people; days are counted from the first day of the history."""

    type: np.ndarray
    joined_day: np.ndarray
    fade_day: np.ndarray
    taste: np.ndarray
    hour: np.ndarray
    device: np.ndarray
    provider: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    emails: list[str]
    numbers: list[str]
    may_mail: np.ndarray
    may_open: np.ndarray
    may_profile: np.ndarray

    def __len__(self) -> int:
        return len(self.type)


def draw_people(n: int, n_days: int, rng: np.random.Generator) -> People:
    """Types with the shares above; each person's own rate is gamma around the type's, so that types overlap."""
    kind = rng.choice(len(TYPES), n, p=SHARES)
    joined = rng.integers(-400, n_days - 420, n)
    newly = kind == TYPES.index("new_potential")
    joined[newly] = n_days - rng.integers(5, 150, newly.sum())
    fade = np.full(n, 10**6)
    fading = kind == TYPES.index("fading")
    fade[fading] = rng.integers(n_days - 400, n_days - 120, fading.sum())
    taste = rng.gamma(8.0, 1 / 8.0, n)
    provider = rng.choice(3, n, p=[0.6, 0.25, 0.15])
    names = rng.integers(0, len(FIRST_NAMES), n)
    domains = rng.choice(len(DOMAINS), n, p=DOMAIN_SHARES)
    emails = [
        f"{_plain(FIRST_NAMES[a])}.{i:06d}@{DOMAINS[d]}" for i, (a, d) in enumerate(zip(names, domains, strict=True))
    ]
    return People(
        type=kind,
        joined_day=joined,
        fade_day=fade,
        taste=taste,
        hour=np.clip(rng.normal(18, 3.5, n), 0, 23).astype(int),
        device=rng.choice(3, n, p=[0.62, 0.31, 0.07]),
        provider=provider,
        first_name=names,
        last_name=rng.integers(0, len(LAST_NAMES), n),
        emails=emails,
        numbers=[str(700_000_000 + 7 * i) for i in range(n)],
        may_mail=rng.random(n) < 0.88,
        may_open=rng.random(n) < 0.55,
        may_profile=rng.random(n) < 0.95,
    )


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèëï", "eeei"))

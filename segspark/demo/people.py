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
# Assumed: two thirds of a shop's customers accept its mails, half of its visitors accept to be measured.
MAIL_SHARE, MEASURED_SHARE = 0.65, 0.5
# Of people who are neither new nor fading, those who joined in the last fourteen months.
LATE_SHARE = 0.04
# Of one, two and three mails a week.
FREQUENCY_SHARES = (0.5, 0.35, 0.15)
PROVIDER_SHARES = (0.62, 0.18, 0.20)
PREFETCH_SHARE = 0.33


@dataclass(frozen=True)
class People:
    """Columns over people; days are counted from the first day of the history.

    ``may_measure`` is the site's cookie banner, ``has_prefetch`` a mailbox whose machine opens mails in advance.
    """

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
    may_measure: np.ndarray
    mails_a_week: np.ndarray
    has_prefetch: np.ndarray
    curiosity: np.ndarray

    def __len__(self) -> int:
        return len(self.type)


def draw_people(n: int, n_days: int, rng: np.random.Generator) -> People:
    """Types with the shares above; each person's own rate is gamma around the type's, so that types overlap."""
    kind = rng.choice(len(TYPES), n, p=SHARES)
    joined = rng.integers(-400, n_days - 420, n)
    newly = kind == TYPES.index("new_potential")
    joined[newly] = n_days - rng.integers(1, 150, newly.sum())
    fade = np.full(n, 10**6)
    fading = kind == TYPES.index("fading")
    # Each week brings people of other types too.
    is_late = ~newly & ~fading & (rng.random(n) < LATE_SHARE)
    n_late = int(is_late.sum())
    joined[is_late] = n_days - 1 - rng.permutation(n_late) * 419 // max(n_late, 1)
    fade[fading] = rng.integers(n_days - 400, n_days - 120, fading.sum())
    device = rng.choice(3, n, p=[0.62, 0.31, 0.07])
    taste = rng.gamma(8.0, 1 / 8.0, n)
    provider = rng.choice(3, n, p=PROVIDER_SHARES)
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
        device=device,
        provider=provider,
        first_name=names,
        last_name=rng.integers(0, len(LAST_NAMES), n),
        emails=emails,
        numbers=[str(700_000_000 + 7 * i) for i in range(n)],
        may_mail=rng.random(n) < MAIL_SHARE,
        may_open=rng.random(n) < 0.55,
        may_profile=rng.random(n) < 0.95,
        may_measure=rng.random(n) < MEASURED_SHARE,
        mails_a_week=rng.choice((1, 2, 3), n, p=FREQUENCY_SHARES),
        # The mail app of the iPhone; the agent of device 0 is one.
        has_prefetch=(device == 0) & (rng.random(n) < PREFETCH_SHARE),
        curiosity=rng.gamma(6.0, 1 / 6.0, n),
    )


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèëï", "eeei"))

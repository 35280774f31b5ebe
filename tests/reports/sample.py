"""A report of an invented shop, with every section filled; tests change what they look at."""

from dataclasses import replace
from datetime import date
from math import cos, sin
from typing import Any

from segspark.models.clustering.documents.groups import GroupDocument, Groups
from segspark.models.clustering.documents.map import Map, Place
from segspark.models.clustering.documents.migration import Alarm, Migration, Move
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.rare import Rare, RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep, SweepRow
from segspark.models.clustering.documents.tree import Join, Tree
from segspark.models.clustering.sections import Clusters, behaviour_section, rare_section
from segspark.models.evaluate.evaluation import Decile, Evaluation
from segspark.models.model import Trained
from segspark.models.monitoring.since import Ended, Moved, SinceTraining
from segspark.models.propensity.documents import PropensityDocuments
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.sections import propensity_sections
from segspark.reports.data import (
    Headline,
    KpiRow,
    Kpis,
    Language,
    LedgerRow,
    Measured,
    QuarantineCount,
    ReportData,
    Scheme,
    SegmentProfile,
    SegmentSize,
    Sizes,
)
from segspark.sections import Section, Words
from segspark.segments import level_section, rfm_section
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import Rfm, RfmCell, RfmSquare

NAMES: dict[Language, dict[str, str]] = {
    "fr": {
        "active": "Actifs 30 jours", "silent": "Inactifs 90 jours", "cart": "Paniers abandonnés",
        "premium": "Premium mode en juin", "tiny": "Testeurs internes", "champions": "Champions", "loyal": "Fidèles",
        "risk": "À risque", "never": "Jamais acheté", "lost": "Perdus", "frequent": "Acheteurs fréquents",
        "sales": "Visiteurs saisonniers", "inactive": "Inactifs récents", "potential": "Clients à potentiel",
        "many": "achats fréquents, achat récent, dépenses élevées", "in_sales": "achats pendant les soldes",
        "quiet": "inactifs, dernier achat ancien, peu de visites", "new": "nouveaux, visites en hausse",
        "young": "18 à 34 ans", "older": "35 ans et plus", "reader": "Lecteurs assidus", "buyer": "A acheté",
        "visitor": "N'a pas acheté", "summer": "Soldes d'été", "plain": "Hors soldes", "levels_1": "Âge",
        "levels_2": "Comportement", "levels_3": "Achats", "levels_4": "Contexte", "passer": "De passage",
        "rare_1": "Acheteurs de gros", "rare_1_say": "très nombreux achats, peu de visites", "rare_2": "Revendeurs",
        "unusual": "Profils atypiques", "unusual_say": "personnes qui ne ressemblent à aucun groupe",
        "usual": "Profils habituels",
    },
    "en": {
        "active": "Active 30 days", "silent": "Inactive 90 days", "cart": "Abandoned carts",
        "premium": "Premium fashion in June", "tiny": "In-house testers", "champions": "Champions",
        "loyal": "Loyal customers", "risk": "At risk", "never": "Never bought", "lost": "Lost",
        "frequent": "Frequent buyers", "sales": "Seasonal visitors", "inactive": "Recently inactive",
        "potential": "Customers with potential", "many": "many orders, recent order, high spending",
        "in_sales": "buys in sales", "quiet": "inactive, last order long ago, few visits",
        "new": "new, visits rising", "young": "18 to 34", "older": "35 and over", "reader": "Keen readers",
        "buyer": "Has bought", "visitor": "Has not bought", "summer": "Summer sales", "plain": "Outside of sales",
        "levels_1": "Age", "levels_2": "Behaviour", "levels_3": "Purchases", "levels_4": "Context",
        "passer": "Passing by", "rare_1": "Wholesale buyers", "rare_1_say": "very many orders, few visits",
        "rare_2": "Resellers", "unusual": "Unusual profiles", "unusual_say": "people who are like no group",
        "usual": "Usual profiles",
    },
}  # fmt: skip


def sample(language: Language = "fr", **changes: object) -> ReportData:
    """A filled report; ``changes`` replace fields of ReportData."""
    n = NAMES[language]
    data = ReportData(
        workspace="Maison Alizé",
        as_of=date(2026, 6, 1),
        language=language,
        headline=Headline(
            48_210, 39_874, {"no_consent": 5_120, "unsubscribed": 2_455, "hard_bounced": 731, "complained": 18,
                             "no_address": 12}, 1_048_332, date(2024, 5, 1), date(2026, 5, 31),
        ),
        sizes=_sizes(n),
        sections=(
            Section("levels", level_section.TITLE, _levels(n), "levels"),
            Section("rfm", rfm_section.TITLE, _rfm(n), "rfm", short=rfm_section.SHORT),
            behaviour_section(CLUSTERS),
            rare_section(RARE),
            _churn(),
        ),
        kpis=_kpis(n),
        profiles=_profiles(n),
        ledger=(
            LedgerRow("sendgrid", 842_310, 836_502, 3_120, 41, 212, 2_301, 134),
            LedgerRow("shopify", 61_020, 60_874, 96, 0, 0, 0, 50),
            LedgerRow("site_web", 214_004, 213_900, 0, 12, 0, 0, 92),
            LedgerRow("crm", 48_300, 48_288, 0, 0, 0, 0, 12),
        ),
        quarantine=(
            QuarantineCount("sendgrid", "json", 88), QuarantineCount("sendgrid", "time_unit:timestamp", 46),
            QuarantineCount("shopify", "scale:total_price", 50), QuarantineCount("site_web", "future:occurred_at", 92),
            QuarantineCount("crm", "address", 11), QuarantineCount("crm", "moon_phase:birth_date", 1),
        ),
    )  # fmt: skip
    return replace(data, **changes)  # type: ignore[arg-type]


def content(data: ReportData, name: str) -> Any:
    """What a section shows."""
    return next(s.content for s in data.sections if s.name == name)


def with_content(data: ReportData, name: str, shown: object) -> ReportData:
    """The report with something else in a section."""
    return replace(data, sections=tuple(replace(s, content=shown) if s.name == name else s for s in data.sections))


def without(data: ReportData, *names: str) -> ReportData:
    """The report without some sections."""
    return replace(data, sections=tuple(s for s in data.sections if s.name not in names))


def _sizes(n: dict[str, str]) -> Sizes:
    rules = Scheme(
        "rules",
        (
            SegmentSize(n["active"], 18_402, 17_950, 18_120, 611, 329),
            SegmentSize(n["silent"], 14_870, 9_032, 14_902, 118, 150),
            SegmentSize(n["cart"], 1_204, 1_101, 1_032, 402, 230),
            SegmentSize(n["premium"], 322, 318, None, 322, 0),
            SegmentSize(n["tiny"], 7, 7, 6, 1, 0),
        ),
        is_exclusive=False,
    )
    rfm = Scheme(
        "rfm",
        (
            SegmentSize(n["champions"], 3_310, 3_180, 3_287, 61, 38),
            SegmentSize(n["loyal"], 5_904, 5_490, 5_911, 40, 47),
            SegmentSize(n["risk"], 4_122, 3_208, 4_098, 72, 48),
            SegmentSize(n["lost"], 6_230, 3_950, 6_214, 22, 6),
            SegmentSize(n["never"], 28_644, 24_046, 28_590, 104, 50),
        ),
    )
    return Sizes(48_210, date(2026, 5, 31), (rules, rfm))


def _levels(n: dict[str, str]) -> LevelSizes:
    paths = []
    for age, base in (("young", 1), ("older", 2)):
        for act, weight in (("reader", 3), ("passer", 2)):
            for bought, part in (("buyer", 500), ("visitor", 900)):
                for season, share in (("summer", 1), ("plain", 3)):
                    path = (n[age], n[act], n[bought], n[season])
                    paths.append(PathSize(path, base * weight * part * share))
    paths.append(PathSize((n["young"], n["reader"]), 31))
    paths.append(PathSize((n["older"], n["passer"], n["buyer"], "Noël"), 9))
    return LevelSizes((n["levels_1"], n["levels_2"], n["levels_3"], n["levels_4"]), tuple(paths))


def _rfm(n: dict[str, str]) -> Rfm:
    squares = tuple(
        RfmSquare(r, f, int(320 + 260 * (6 - abs(r - f) * 2)) if abs(r - f) < 4 else 12, 3_900.0 * f + 500 * r)
        for r in range(1, 6)
        for f in range(1, 6)
        if (r, f) != (1, 4)
    )
    cells = (
        RfmCell(n["champions"], 3_310, 31_250.0), RfmCell(n["loyal"], 5_904, 18_420.0),
        RfmCell(n["risk"], 4_122, 15_230.0), RfmCell(n["lost"], 6_230, 5_120.0), RfmCell(n["never"], 28_644),
    )  # fmt: skip
    return Rfm(5, 365, squares, cells)


def _words(key: str) -> Words:
    return {language: names[key] for language, names in NAMES.items()}


NOTHING = {"fr": "", "en": ""}
ROWS = (
    ("frequent", "many", 9_102, (-1.2, 2.1, 1.8, -0.3, 0.9, 1.1, 0.1, 0.6)),
    ("sales", "in_sales", 7_044, (0.2, 0.3, -0.2, 1.9, -0.1, 0.0, -0.4, 0.2)),
    ("inactive", "quiet", 14_300, (1.3, -0.6, -0.5, -0.2, -0.9, -1.0, -0.7, 0.5)),
    ("potential", "new", 5_010, (-0.2, -0.3, -0.4, -0.1, 0.7, 0.8, 1.4, -1.6)),
)


def _groups() -> Groups:
    features = ("days_since_order", "n_order_365d", "net_order_cents_365d", "sale_share_365d", "n_click_90d",
                "n_visit_day_90d", "visit_trend", "tenure_days")  # fmt: skip
    groups = tuple(
        GroupDocument(at, key, _words(key), _words(said), size, z, dict(zip(features, z, strict=True)))
        for at, (key, said, size, z) in enumerate(ROWS)
    )
    return Groups(groups, 4, "", features)


def _sweep() -> Sweep:
    rows = (
        (2, 0.312, 6.9, 0.41, 0.99),
        (3, 0.351, 5.6, 0.2, 0.97),
        (4, 0.402, 4.4, 0.14, 0.94),
        (5, 0.407, 4.1, 0.09, 0.71),
        (6, 0.365, 3.9, 0.06, 0.55),
        (7, 0.341, 3.75, 0.0001, 0.49),
    )
    return Sweep(tuple(SweepRow(*row) for row in rows))


def _tree() -> Tree:
    """Forty leaves in four groups: they join side by side within their group, then the groups do."""
    joins: list[tuple[int, int, float]] = []
    tops = []
    for group in range(4):
        top = group * 10
        for at in range(1, 10):
            joins.append((top, group * 10 + at, 1 + at + group / 10))
            top = 40 + len(joins) - 1
        tops.append(top)
    order = sorted(range(len(joins)), key=lambda at: joins[at][2])
    place = {40 + at: 40 + new for new, at in enumerate(order)}
    joins = [(place.get(a, a), place.get(b, b), h) for a, b, h in (joins[at] for at in order)]
    tops = [place[t] for t in tops]
    joins += [(tops[0], tops[1], 14.0), (tops[2], tops[3], 17.0), (76, 77, 25.0)]
    groups = tuple(at // 10 for at in range(40))
    return Tree(4, "micro", tuple(Join(*j, 2) for j in joins), (1_000,) * 40, (), groups, (4,), {4: groups}, {})


def _people_map() -> Map:
    centres = ((3.0, 1.0, 0), (0.5, 2.5, 1), (-3.0, -0.5, 2), (0.5, -2.5, 3))
    points = tuple(
        Place(round(x + 1.5 * cos(at * 2.4) * (at % 97) / 97, 3), round(y + 1.3 * sin(at * 2.4) * (at % 89) / 89, 3), g)
        for at in range(250)
        for x, y, g in centres
    )
    return Map(points, tuple(Place(*c) for c in centres), (0.41, 0.22))


def _migration() -> Migration:
    keys = [key for key, *_ in ROWS]
    counts = ((8_420, 311, 204, 0), (390, 6_120, 512, 40), (61, 402, 13_200, 8), (231, 211, 384, 4_962))
    matrix = tuple(
        Move(before, after, n)
        for before, row in zip(keys, counts, strict=True)
        for after, n in zip(keys, row, strict=True)
        if n
    )
    alarms = (Alarm("share", 0.12, 0.1, "potential"), Alarm("rand", 0.58, 0.6))
    return Migration("behaviour/2", 0.58, matrix, (), alarms)


def _rare() -> Rare:
    rows = (("rare_1", 64, "group", _words("rare_1_say")), ("rare_2", 8, "group", _words("rare_1_say")),
            ("unusual", 410, "unusual", _words("unusual_say")), ("usual", 34_974, "usual", NOTHING))  # fmt: skip
    groups = tuple(RareGroup(key, key, _words(key), said, kind, size, {}, ()) for key, size, kind, said in rows)
    distances = tuple(0.1 + (at / 100) ** 6 for at in range(120))
    return Rare("dbscan", False, 0.62, "", 10, distances, 35_456, 2, 410, 0.0, (), groups, "")


RARE = _rare()
DOCUMENTS = ClusteringDocuments(
    _groups(), _sweep(), Preparation(()), _tree(), _people_map(), _migration(), RARE
)  # fmt: skip
CLUSTERS = Clusters(DOCUMENTS, "behaviour/3", date(2026, 5, 1))


def _profiles(n: dict[str, str]) -> tuple[tuple[str, tuple[SegmentProfile, ...]], ...]:
    def profile(name: str, n_people: int, z: float, share: float) -> SegmentProfile:
        p = 0.3 if abs(z) < 0.3 else 0.0001

        def part(value: float) -> Measured:
            half = 1.5 / n_people**0.5
            return Measured(value, None, max(0.0, value - half), min(1.0, value + half), p, 0.2)

        measures = {
            "days_since_order": Measured(180 - 90 * z, -z, None, None, p, 160.0),
            "n_order_365d": Measured(2 + z, z, None, None, p, 2.0),
            "net_order_cents_365d": Measured(9_400 + 4_000 * z, z * 0.9, None, None, p, 9_000.0),
            "tenure_days": Measured(420.0, 0.02, None, None, 0.8, 421.0),
            "ordered_share_365d": part(share),
            "visited_share_90d": part(share * 0.7),
            **{f"clicked_share_{d}d": part(share * d / 400) for d in (7, 30, 90, 365)},
            **{f"reactivity_{h}h_30d": part(share * 0.1 * h**0.4) for h in (1, 4, 24)},
            "click_rate_raw_30d": part(share * 0.3), "click_rate_30d": part(share * 0.2),
            "click_rate_weighted_30d": part(share * 0.21), "open_rate_raw_30d": part(share * 0.8),
            "open_rate_30d": part(share * 0.5), "open_rate_weighted_30d": part(share * 0.52),
        }  # fmt: skip
        return SegmentProfile(n[name], n_people, measures)

    behaviour = (
        profile("frequent", 9_102, 1.9, 0.92), profile("sales", 7_044, 0.2, 0.51), profile("inactive", 14_300, -1.2, 0.11),
        profile("potential", 5_010, 0.6, 0.37), profile("tiny", 7, 9.9, 0.777),
    )  # fmt: skip
    rules = (profile("active", 18_402, 0.8, 0.6), profile("premium", 322, 2.4, 0.97))
    return ("behaviour", behaviour), ("rules", rules)


def _churn() -> Section:
    scores = (0.93, 0.86, 0.78, 0.69, 0.6, 0.49, 0.38, 0.29, 0.19, 0.09)
    rates = (0.95, 0.84, 0.79, 0.66, 0.61, 0.47, 0.35, 0.3, 0.16, 0.07)
    simple = (0.82, 0.78, 0.71, 0.64, 0.55, 0.5, 0.42, 0.38, 0.24, 0.16)
    base = 0.52
    deciles = tuple(Decile(1_142, s, r, r / base) for s, r in zip(scores, rates, strict=True))
    model = Evaluation(11_420, base, 0.836, 0.812, 0.158, 1.83, deciles)
    by_recency = tuple(Decile(1_142, r, r, r / base) for r in simple)
    recency = Evaluation(11_420, base, 0.771, 0.741, 0.189, 1.58, by_recency)
    importances = {"days_since_order": 0.31, "n_order_365d": 0.14, "days_since_visit": 0.11, "visit_trend": 0.08}
    documents = PropensityDocuments(model, recency, importances, (date(2025, 12, 3),), date(2026, 3, 3), 30_000, {})
    trained = Trained("churn/2", date(2026, 6, 1), {"label_days": "90"}, documents)
    (section,) = propensity_sections(NO_ORDER, trained, _since())
    return section


def _since() -> SinceTraining:
    """Two windows, of which the newer has more people without an order than the training; one alarm, and one to be watched."""
    newer = Ended(date(2026, 3, 2), 11_200, 0.61, 0.601, 0.619, 0.52, 0.828, 0.82, 0.836, 0.512, 0.041)
    older = Ended(date(2026, 2, 23), 11_080, 0.53, 0.521, 0.539, 0.52, 0.833, 0.825, 0.841, 0.498, 0.006)
    moved = (Moved("n_order_90d", False, 0.31, "alarm"), Moved("churn", True, 0.14, "look"))
    return SinceTraining((newer, older), moved, 34, date(2026, 8, 30), 0.05)


def _kpis(n: dict[str, str]) -> Kpis:
    words = (
        "delivered_30d", "click_rate_30d", "orders_30d", "revenue_cents_30d", "bounce_rate_30d", "complaint_rate_30d",
        "unsubscribe_rate_30d", "open_rate_30d",
    )  # fmt: skip

    def row(name: str, n_people: int, *values: float | None) -> KpiRow:
        return KpiRow(name, n_people, dict(zip(words, values, strict=True)))

    rules = (
        row(n["active"], 18_402, 140_220, 0.052, 3_120, 24_810_000.0, 0.0021, 0.0002, 0.0011, 0.31),
        row(n["silent"], 14_870, 88_104, 0.004, 96, 611_000.0, 0.0103, 0.0006, 0.0041, 0.06),
        row(n["cart"], 1_204, 9_800, 0.081, 410, 2_950_000.0, 0.0018, 0.0, 0.0009, 0.38),
        row(n["premium"], 322, 0, None, 201, 4_480_000.0, None, None, None, None),
        row(n["tiny"], 7, 77, 0.777, 7, 77_700.0, 0.0, 0.0, 0.0, 0.777),
    )
    rfm = (
        row(n["champions"], 3_310, 26_100, 0.091, 2_010, 17_300_000.0, 0.0009, 0.0001, 0.0006, 0.41),
        row(n["loyal"], 5_904, 45_830, 0.058, 1_120, 8_650_000.0, 0.0012, 0.0001, 0.0009, 0.33),
        row(n["never"], 28_644, 180_410, 0.011, 0, 0.0, 0.0066, 0.0005, 0.0032, 0.12),
    )
    return Kpis(30, (("rules", rules), ("rfm", rfm)))

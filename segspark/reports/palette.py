"""The colours of the page in both themes, as data for the style sheet; a test checks their contrast."""

LIGHT = {
    "page": "#f5f6f8", "surface": "#ffffff", "soft": "#eef1f5", "line": "#d8dde5",
    "text": "#1b2230", "muted": "#545f70", "accent": "#1d5b9e", "second": "#8a5200",
    "good": "#1a6b45", "bad": "#a8281e", "good_soft": "#e4f3ea", "bad_soft": "#fbe9e7",
}  # fmt: skip
DARK = {
    "page": "#10141b", "surface": "#181e28", "soft": "#222a36", "line": "#333d4c",
    "text": "#e7eaf0", "muted": "#a5b0c0", "accent": "#86b7ef", "second": "#e5b567",
    "good": "#7ccfa3", "bad": "#f2a097", "good_soft": "#1b3429", "bad_soft": "#40211f",
}  # fmt: skip

# (background, ink) from low to high, and from far below to far above the list's mean.
HEAT_LIGHT = (
    ("#f3f6fa", "#1b2230"), ("#dfeaf6", "#1b2230"), ("#c3d9ef", "#1b2230"), ("#9cc2e5", "#1b2230"),
    ("#6fa5d6", "#121722"), ("#2a6bb0", "#ffffff"), ("#164a82", "#ffffff"),
)  # fmt: skip
HEAT_DARK = (
    ("#1c2430", "#e7eaf0"), ("#1f3147", "#e7eaf0"), ("#234060", "#e7eaf0"), ("#27517c", "#eef2f8"),
    ("#2c6299", "#ffffff"), ("#6aa6e2", "#0c1118"), ("#a9cff5", "#0c1118"),
)  # fmt: skip
ODDS_LIGHT = (
    ("#1f6a78", "#ffffff"), ("#7fc0ca", "#121722"), ("#d3eaee", "#1b2230"), ("#f7f8fa", "#1b2230"),
    ("#fbe6cb", "#1b2230"), ("#f0b568", "#1b2230"), ("#96560a", "#ffffff"),
)  # fmt: skip
ODDS_DARK = (
    ("#7cc9d6", "#0c1118"), ("#2b7583", "#ffffff"), ("#1e4049", "#e7eaf0"), ("#1c222c", "#e7eaf0"),
    ("#46361f", "#f3ead9"), ("#855411", "#ffffff"), ("#f0b762", "#0c1118"),
)  # fmt: skip

# One per group of a model, in order; colours repeat after the last, and numbers distinguish the groups.
GROUPS_LIGHT = ("#1d5b9e", "#b25a00", "#23784a", "#a3357c", "#14767f", "#6a4cbf", "#b3372b", "#6f5a2a")
GROUPS_DARK = ("#86b7ef", "#f0b762", "#7ccfa3", "#e79ccb", "#6fd0dd", "#b9a5f5", "#f2a097", "#cfc08a")

_Pairs = tuple[tuple[str, str], ...]


def heat_step(value: float, largest: float) -> int:
    """The step, 0 to 6, of a count on a scale from 0 to ``largest``; only a count of zero has step 0."""
    return 0 if value <= 0 or largest <= 0 else 1 + min(5, int(6 * value / largest))


def odds_step(z_score: float) -> int:
    """The step, 0 to 6, of a z-score; 3 is near the mean (within a quarter of a standard deviation)."""
    size = 3 if abs(z_score) >= 1.5 else 2 if abs(z_score) >= 0.75 else 1 if abs(z_score) >= 0.25 else 0
    return 3 + (size if z_score > 0 else -size)


def group_class(group: int) -> str:
    """The CSS class for the colour of a group, numbered from 0."""
    return f"group-{group % len(GROUPS_LIGHT)}"


def _variables(colours: dict[str, str], heat: _Pairs, odds: _Pairs, groups: tuple[str, ...]) -> str:
    pairs = [(name.replace("_", "-"), value) for name, value in colours.items()]
    pairs += [(f"of-group-{at}", value) for at, value in enumerate(groups)]
    for name, steps in (("heat", heat), ("odds", odds)):
        for at, (back, ink) in enumerate(steps):
            pairs += [(f"{name}-{at}", back), (f"{name}-{at}-ink", ink)]
    return "".join(f"--{name}:{value};" for name, value in pairs)


def palette_css() -> str:
    """Custom properties of both themes (paper is always light), and the classes of the heat steps and the groups."""
    light = _variables(LIGHT, HEAT_LIGHT, ODDS_LIGHT, GROUPS_LIGHT)
    dark = _variables(DARK, HEAT_DARK, ODDS_DARK, GROUPS_DARK)
    steps = "".join(
        f".{n}-{i}{{background:var(--{n}-{i});color:var(--{n}-{i}-ink)}}" for n in ("heat", "odds") for i in range(7)
    )
    steps += "".join(f".group-{i}{{--group:var(--of-group-{i})}}" for i in range(len(GROUPS_LIGHT)))
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}{steps}"

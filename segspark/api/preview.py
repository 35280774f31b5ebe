"""What a rule would give before it is published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from segspark.api.curve import Curve
from segspark.api.people import People
from segspark.api.shown import floor_note, in_code, money, people, table
from segspark.api.words import PROVIDERS, WORDS
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.query.answers import NO_PROVIDER, Overlap
from segspark.query.curve import Direction
from segspark.query.people import people_of_rule
from segspark.query.summary import condition_text
from segspark.reports.labels import not_contactable_label, scheme_label
from segspark.reports.page import Page
from segspark.reports.small_groups import share_of, show
from segspark.segments.definitions import Rule
from segspark.segments.rules.functions import WordError
from segspark.segments.rules.sql import parse_text
from segspark.tables.open import open_lake

_OVERLAPS = 10


@dataclass(frozen=True, repr=False)
class Preview:
    """A rule on a stored day. Numbers are exact; what is shown follows the floor of small groups.

    Attributes:
        name: the rule's; ``condition`` for a condition that was given as text.
        people, contactable: in it, and how many of those may be written to.
        revenue_cents: net spending of everybody in it over 365 days, in minor units of ``currency``.
        margin_cents: the same less what the goods have cost; None where no measure ``cost_cents`` counts it.
        left_out: reason not to write to somebody -> people.
        mailbox_providers: family of mailbox providers -> people who may be written to there, the largest first.
        overlaps: the day's stored segments (scheme, segment) with the people in both, the largest first.
        change, since: against the stored day before; None where there is none.
        among_previewed: name of a rule previewed with it -> the people in both.
        sample: some person_ids.
        engine, is_verified: who counted, and whether all files were compared with their checksums.
    """

    name: str
    as_of: date
    people: int
    contactable: int
    revenue_cents: int
    margin_cents: int | None
    currency: str
    left_out: Mapping[str, int]
    mailbox_providers: Mapping[str, int]
    overlaps: tuple[Overlap, ...]
    change: int | None
    since: date | None
    among_previewed: Mapping[str, int]
    sample: tuple[str, ...]
    engine: str
    is_verified: bool
    _rule: Rule
    _workspace: Workspace
    _page: Page

    @classmethod
    def of(cls, row: Mapping[str, Any], rule: Rule, workspace: Workspace, page: Page) -> "Preview":
        """
        Args:
            row: of answers.previews_of.
        """
        return cls(
            row["name"],
            row["as_of"],
            row["people"],
            row["contactable"],
            row["revenue_cents_365d"],
            row["margin_cents_365d"],
            row["currency"],
            row["left_out"],
            row["mailbox_providers"],
            tuple(Overlap(**overlap) for overlap in row["overlaps"]),
            row["change"],
            row["since"],
            row["among_previewed"],
            tuple(row["sample"]),
            row["engine"],
            row["is_verified"],
            rule,
            workspace,
            page,
        )

    @property
    def title(self) -> str:
        """The rule's name as people see it; of a condition its text."""
        return self._rule.name[self._page.language]

    @property
    def condition(self) -> str:
        """The condition in one line, with the segments that it names resolved."""
        return condition_text(self._rule.when)

    def members(self) -> People:
        """Who is in it: person_id and not_contactable_reason, which is null for those who may be written to."""
        found = people_of_rule(self._workspace, open_lake(self._workspace), self._rule, self.as_of)
        return People.of(self.title, found, self._page)

    def curve(self, along: str, direction: Direction | None = None, within: int | None = None) -> Curve:
        """Its size and revenue for every threshold of a feature, or for every window of an act, in one pass.

        The rule's own comparison with the feature, alone or joined by ``and``, is the one that moves. A threshold holds those
        who are just on it: ``> 60`` days is the point 61.

        Args:
            along: a feature, score or value of the profile that is a number, such as ``days_since_order``; or an act, such
                as ``click``: who did it in the last 1, 2, 3 … days, whether such a window is declared or not.
            direction: ``at_least`` or ``at_most``; by default that of the rule's own comparison, else at most for days
                since something, and at least for what is counted.
            within: of an act, by the number of distinct days in the last so many.

        Raises:
            UnknownName: there is no such value or act; says what may be meant.
            GateClosed: of an act, the day has no bitmaps.
        """
        from segspark.query.curves import curve

        lake = open_lake(self._workspace)
        counted = curve(self._workspace, lake, self._rule, along, self.as_of, direction, within)
        return Curve.of(counted, self.title, self._page)

    def to_yaml(self, name: str, fr: str, en: str) -> str:
        """The rule as the text of a file of segments, to be put into the workspace's ``segments/``.

        Args:
            name: the stable key, lower case.
            fr, en: the names as people see them.

        Raises:
            ConfigError: no text stands for the condition, because of a quote in a value.
        """
        import yaml

        try:
            is_same = condition_text(parse_text(self.condition)) == self.condition
        except WordError:
            is_same = False
        if not is_same:
            raise ConfigError(f"{self.condition} cannot be written as text: write its parts as mappings, by hand.")

        rule = {"name": name, "title": {"fr": fr, "en": en}, "when": self.condition}
        return str(yaml.safe_dump({"segments": [rule]}, allow_unicode=True, sort_keys=False, width=1_000))

    def __repr__(self) -> str:
        return (
            f"Preview({self.title!r}, {self.as_of}: {people(in_code(self._page), self.people)} people, "
            f"{people(in_code(self._page), self.contactable)} may be written to, "
            f"{money(in_code(self._page), self.revenue_cents, self.people)} in 365 days)"
        )

    def _repr_html_(self) -> str:
        text, page = self._page.texts, self._page
        head = [text("people"), text("contactable"), text.say(WORDS["revenue"])]
        row = [people(page, self.people), people(page, self.contactable), money(page, self.revenue_cents, self.people)]
        if self.margin_cents is not None:
            head.append(text.say(WORDS["margin"]))
            row.append(money(page, self.margin_cents, self.people))
        for reason, n in self.left_out.items():
            head.append(not_contactable_label(reason, page.language))
            row.append(people(page, n))
        caption = text.say(WORDS["preview"], name=self.title, day=page.formats.day(self.as_of))
        note = "" if self.condition == self.title else text.say(WORDS["condition"], text=self.condition)
        sizes = table(head, [row], caption, note, n_texts=0)
        return sizes + self._providers_html() + self._overlaps_html()

    def _providers_html(self) -> str:
        page = self._page
        whole = show(self.contactable, page.least)
        rows = [
            (
                page.texts.say(PROVIDERS.get(provider, (provider, provider))),
                people(page, n),
                page.formats.share(share_of(show(n, page.least), whole), 0),
            )
            for provider, n in self.mailbox_providers.items()
        ]
        say = page.texts.say
        head = [say(WORDS["mailbox_provider"]), page.texts("contactable"), say(WORDS["share"])]
        return table(head, rows, "", "", n_texts=1) if set(self.mailbox_providers) - {NO_PROVIDER} else ""

    def _overlaps_html(self) -> str:
        text, page = self._page.texts, self._page
        whole = show(self.people, page.least)
        rows = [
            (scheme_label(o.scheme, page.language), o.segment, people(page, o.people),
             page.formats.share(share_of(show(o.people, page.least), whole), 0))
            for o in self.overlaps[:_OVERLAPS]
        ]  # fmt: skip
        head = [
            text.say(WORDS["scheme"]),
            text("segment_name"),
            text.say(WORDS["in_both"]),
            text.say(WORDS["share_of_rule"]),
        ]
        return table(head, rows, "", floor_note(page), n_texts=2) if rows else f"<p>{floor_note(page)}</p>"


@dataclass(frozen=True, repr=False)
class Previews:
    """Several rules previewed together; iterate over them."""

    rules: tuple[Preview, ...]
    _page: Page

    def __iter__(self) -> Iterator[Preview]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __repr__(self) -> str:
        return f"Previews({', '.join(map(repr, self.rules))})"

    def _repr_html_(self) -> str:
        """The people in both of each pair; the diagonal has the size of each."""
        rows = [
            (one.name, *(people(self._page, one.people if one is other else one.among_previewed[other.name]) for other in self))
            for one in self
        ]  # fmt: skip
        in_both = self._page.texts.say(WORDS["in_both"])
        return table(["", *(one.name for one in self)], rows, in_both, floor_note(self._page))

"""Mail engagement. Clicks come first; opens are seen only with their own consent and enter nothing else."""

from segspark.features.feature import Derived, Feature, Measure, counts

_HUMAN = "coalesce(not is_machine, true)"

MEASURES = [
    Measure("n_sent", ("sent",), "email_marketing", "mails", "Mails accepted by a provider"),
    Measure("n_delivered", ("delivered",), "email_marketing", "mails", "Mails taken by the mailbox"),
    Measure("n_bounce", ("bounce_hard", "bounce_soft", "blocked"), "email_marketing", "mails", "Mails that came back"),
    Measure("n_complaint", ("complaint",), "email_marketing", "complaints", "Spam complaints"),
    Measure("n_unsubscribe", ("unsubscribe",), "email_marketing", "requests", "Unsubscribe requests"),
    Measure("n_click", ("click",), "email_marketing", "clicks", "Human clicks in mails", _HUMAN),
    Measure("n_click_machine", ("click",), "email_marketing", "clicks", "Clicks by machines", "is_machine"),
    Measure("n_open", ("open",), "open_tracking", "opens", "Human opens, of people who agreed to it", _HUMAN),
    Measure(
        "n_open_machine", ("open",), "open_tracking", "opens", "Opens by machines, of people who agreed", "is_machine"
    ),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES], windows),
        *counts([("n_sent", MEASURES[0].describe), ("n_click", "Human clicks in mails")], (0,)),
        Feature("last_sent_date", "n_sent", "Last mail sent", "last"),
        Feature("last_delivered_date", "n_delivered", "Last mail delivered", "last"),
        Feature("last_click_date", "n_click", "Last human click", "last"),
        Feature("last_open_date", "n_open", "Last human open", "last"),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    rates = [
        Derived(f"{name}_{w}d", f"try_divide({top}_{w}d, {bottom}_{w}d)", "double", f"{describe}, {w} days")
        for w in windows
        for name, top, bottom, describe in (
            ("click_rate", "n_click", "n_delivered", "Human clicks per delivered mail"),
            ("open_rate", "n_open", "n_delivered", "Human opens per delivered mail, of people who agreed"),
            ("bounce_rate", "n_bounce", "n_sent", "Bounces per sent mail"),
        )
    ]
    since = [
        Derived(f"days_since_{x}", f"datediff(as_of_date, last_{x}_date)", "int", f"Days since the last {x}")
        for x in ("sent", "delivered", "click", "open")
    ]
    machine = Derived(
        "machine_share_365d",
        "try_divide(n_click_machine_365d, n_click_365d + n_click_machine_365d)",
        "double",
        "Share of clicks made by machines, 365 days",
    )
    return [*rates, *since, machine]

"""Mail by mail: who clicked how soon, and what consent lets be seen."""

from datetime import date, datetime

from pyspark.sql import SparkSession

from segspark.measure.reactions import mail_reactions

AS_OF = date(2026, 6, 1)
DDL = (
    "identifier_id string, message_id string, event_type string, occurred_at timestamp, event_date date, "
    "known_as_of date, is_machine boolean, p_human double"
)


def event(who, message, kind, at, *, is_machine=None, p_human=None, known=AS_OF):
    when = datetime.fromisoformat(at)
    return who, message, kind, when, when.date(), known, is_machine, p_human


def test_reactions_by_person(spark: SparkSession) -> None:
    events = spark.createDataFrame(
        [
            # ann reads on two addresses: at once, after five hours, and never.
            event("ann@a", "m1", "delivered", "2026-05-20T08:00:00"),
            event("ann@a", "m1", "click", "2026-05-20T08:00:02", is_machine=True, p_human=0.0),
            event("ann@a", "m1", "click", "2026-05-20T08:59:00", is_machine=False, p_human=0.9),
            event("ann@b", "m2", "delivered", "2026-05-21T08:00:00"),
            event("ann@b", "m2", "click", "2026-05-21T13:00:00"),
            event("ann@b", "m3", "delivered", "2026-05-22T08:00:00"),
            # Too young to be judged, and yet unknown.
            event("ann@b", "m4", "delivered", "2026-05-31T08:00:00"),
            event("ann@b", "m4", "click", "2026-05-31T08:01:00"),
            event("ann@b", "m3", "click", "2026-05-22T08:01:00", known=date(2026, 6, 2)),
            # Of the evening before the window's first local day.
            event("ann@b", "m5", "delivered", "2026-04-30T21:30:00"),
            # bob agreed to the measuring of opens on 20 May, eve never; neither was his to click before 15 May.
            event("bob", "m1", "delivered", "2026-05-10T08:00:00"),
            event("bob", "m1", "click", "2026-05-10T08:01:00"),
            event("bob", "m2", "delivered", "2026-05-19T08:00:00"),
            event("bob", "m2", "open", "2026-05-19T08:01:00"),
            event("bob", "m3", "delivered", "2026-05-21T08:00:00"),
            event("bob", "m3", "open", "2026-05-21T08:01:00", is_machine=True),
            event("bob", None, "open", "2026-05-22T08:01:00", p_human=0.25),
            event("eve", "m1", "delivered", "2026-05-21T08:00:00"),
            event("eve", "m1", "open", "2026-05-21T08:00:01"),
        ],
        DDL,
    )
    owners = spark.createDataFrame(
        [("ann@a", "ann"), ("ann@b", "ann"), ("bob", "bob"), ("eve", "eve")], "identifier_id string, person_id string"
    )
    permissions = spark.createDataFrame(
        [("ann", date(2020, 1, 1), None), ("bob", date(2026, 5, 15), date(2026, 5, 20)), ("eve", None, None)],
        "person_id string, email_marketing_from date, open_tracking_from date",
    )
    rows = mail_reactions(events, owners, permissions, AS_OF, "Europe/Paris").collect()
    ann, bob = (next(r for r in rows if r["person_id"] == who) for who in ("ann", "bob"))
    assert len(rows) == 2
    assert (ann["n_mail_30d"], ann["n_mail_clicked_1h_30d"], ann["n_mail_clicked_24h_30d"]) == (3, 1, 2)
    assert ann["n_mail_clicked_4h_30d"] == 1
    assert (ann["n_click_raw_30d"], ann["click_weight_30d"]) == (4, 2.9)
    assert (ann["n_open_raw_30d"], ann["n_delivered_tracked_30d"]) == (0, 0)
    assert (bob["n_mail_30d"], bob["n_click_raw_30d"]) == (2, 0)
    assert (bob["n_delivered_tracked_30d"], bob["n_open_raw_30d"], bob["open_weight_30d"]) == (1, 2, 0.25)

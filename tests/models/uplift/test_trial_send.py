"""The people of a trial from a small lake: arms, permission, features of the morning, and what was done afterwards."""

from datetime import date, timedelta

import numpy as np
import pytest
from builders import make_workspace, source, with_model, write_consents, write_orders
from models.uplift.declared import declaration, write_trial
from pyspark.sql import SparkSession

from segspark.app.uplift import estimate_trial
from segspark.config.models import Workspace
from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.models.uplift import trial_send
from segspark.models.uplift.config import UPLIFT
from segspark.models.uplift.trial import Assigned
from segspark.models.uplift.trial_file import TrialSend
from segspark.models.uplift.trial_send import NEEDS, READS, read_trial_send
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import Question, look
from segspark.sections import Reason
from segspark.tables.io.spark_lake import SparkLake

SENT_ON = date(2026, 5, 10)
MAILS = source("mails", "events", "event_id: id, event_type: type, occurred_at: at, campaign_id: campaign")
SEND = TrialSend.model_validate(
    {
        "sent_on": SENT_ON,
        "campaigns": {"mail": ["spring"]},
        "held_out": {"file": "data/held.csv", "column": "email"},
        "measure": "n_order",
        "days": 3,
    }
)


def address(who: str) -> str:
    return f"{who}@example.com"


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """Six people bought in April. ann, bob, eve and tim were sent the campaign on 10 May, ida and joe were held out; tim
    withdrew the permission of profiling afterwards, and new was not known before the mail.

    ann bought on the day before the mail, bob on its day, ida within three days, eve on the fourth day.
    """
    workspace = make_workspace(tmp_path_factory.mktemp("sent") / "w")
    data = workspace.folder / "data"
    (workspace.folder / "sources" / "mails.yaml").write_text(MAILS)

    def order(who: str, day: date) -> tuple[str, str, str, str]:
        return f"{who}-{day}", address(who), f"{day} 15:00:00", "20.00"

    april = date(2026, 4, 1)
    write_orders(workspace, april, *[order(who, april) for who in ("ann", "bob", "eve", "tim", "ida", "joe")])
    for who, days in (("ann", -1), ("bob", 0), ("ida", 2), ("eve", 3)):
        day = SENT_ON + timedelta(days=days)
        write_orders(workspace, day, order(who, day))
    sent = [f"s-{who},{address(who)},sent,{SENT_ON} 09:00:00,spring" for who in ("ann", "bob", "eve", "tim", "new")]
    other = [f"o-joe,{address('joe')},sent,{SENT_ON} 09:00:00,other"]
    (data / f"mails-{SENT_ON}.csv").write_text("\n".join(["id,email,type,at,campaign", *sent, *other]) + "\n")
    write_consents(workspace, date(2026, 5, 12), (address("tim"), "profiling", "withdrawn", "2026-05-12 08:00:00"))
    (data / "held.csv").write_text(f"email\n{address('IDA')}\n{address('joe')}\n{address('nobody')}\n\n")
    lake = SparkLake(workspace.lake, spark)
    for flow in (INGEST, TILES):
        run_flow(flow, workspace, lake, date(2026, 5, 15))
    return workspace, lake


def read(shop: tuple[Workspace, SparkLake], send: TrialSend = SEND) -> Assigned | tuple[Reason, ...]:
    workspace, lake = shop
    with look(Question("uplift", READS, NEEDS), workspace, lake, SENT_ON) as view:
        return read_trial_send(view, send, "none", Url(str(workspace.folder / "data" / "held.csv")))


def changed(**values: object) -> TrialSend:
    return SEND.model_copy(update=values)


def test_everybody_is_in_an_arm_with_what_was_known_that_morning(shop: tuple[Workspace, SparkLake]) -> None:
    people = read(shop)
    assert isinstance(people, Assigned)
    assert sorted(people.arms) == ["mail", "mail", "mail", "none", "none"]
    column = people.names.index("days_since_order")
    found = sorted(zip(people.arms, people.outcome, people.features[:, column], strict=True))
    # ann's order of the day before is a feature; bob's of the same day counts; eve's of the fourth day does neither.
    assert found == [("mail", 0, 1), ("mail", 0, 39), ("mail", 1, 39), ("none", 0, 39), ("none", 1, 39)]
    assert np.isfinite(people.features).all()


def test_an_amount_is_summed(shop: tuple[Workspace, SparkLake]) -> None:
    people = read(shop, changed(measure="order_cents", counts="how_much"))
    assert isinstance(people, Assigned)
    assert sorted(people.outcome) == [0, 0, 0, 2000, 2000]


def test_it_is_too_early_while_days_that_count_are_unknown(shop: tuple[Workspace, SparkLake]) -> None:
    assert read(shop, changed(days=10)) == (Reason("window_open", {"ready": date(2026, 5, 20)}),)


def test_people_in_two_arms(shop: tuple[Workspace, SparkLake], monkeypatch: pytest.MonkeyPatch) -> None:
    both = changed(campaigns={"mail": ("spring", "other")})
    assert read(shop, both) == (Reason("in_two_arms", {"n": 1}),)
    monkeypatch.setattr(trial_send, "MOST_IN_TWO", 0.5)
    people = read(shop, both)
    assert isinstance(people, Assigned)
    assert sorted(people.arms) == ["mail", "mail", "mail", "none"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"measure": "n_smile"}, "There is no measure 'n_smile'. Did you mean n_sent"),
        ({"campaigns": {"mail": ("autumn",)}}, "Nobody was sent these campaigns"),
        ({"sent_on": SENT_ON + timedelta(days=1)}, "The first mail is of 2026-05-10, before sent_on: 2026-05-11"),
        ({"held_out": SEND.held_out.model_copy(update={"column": "mail"})}, "mail"),
    ],
)
def test_what_is_not_as_declared(shop: tuple[Workspace, SparkLake], values: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(shop, changed(**values))


def test_a_send_is_answered_through_the_product(
    shop: tuple[Workspace, SparkLake], spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = with_model(shop[0], UPLIFT, trials=("trials/*.yaml",))
    monkeypatch.setattr("segspark.spark.session.session_for", lambda *given: spark)
    send = SEND.model_dump(mode="json")
    send["held_out"]["file"] = "data/held.csv"
    write_trial(workspace.folder, declaration(table=None, send=send))
    answer = estimate_trial(workspace, "spring")
    # Three of the mailed and two of those held out permit profiling and were known.
    assert answer.reasons == ("few_in_arm", "few_in_arm")
    assert answer.sentences[0] == "The arm mail has 3 people where 500 are needed."
    assert not list((workspace.folder / "lake").glob("_staging/questions/*"))

"""Postmark: every word of its records and bounces, and every part of what an event becomes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from segspark.sources import postmark
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

CONTEXT = Context("commandes", None, "EUR")
IN_PARIS = Context("commandes", "Europe/Paris", "EUR")
MESSAGE = "7f3c1a52-0b1d-4a86-9f0e-6d2f1c9b7a10"


def message(word: str, **more: Any) -> dict[str, Any]:
    """A record about a message that went to a recipient, without its time."""
    return {
        "RecordType": word,
        "MessageID": MESSAGE,
        "Recipient": "jeanne@exemple.fr",
        "ServerID": 42,
        **more,
    }


def opened(**more: Any) -> dict[str, Any]:
    return message("Open", ReceivedAt="2026-03-02T08:30:00.1234567Z", FirstOpen=True, **more)


def bounce(kind: str | None, **more: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "ID": 692_560_173,
        "Type": kind,
        "MessageID": MESSAGE,
        "Email": "jeanne@exemple.fr",
        "From": "nous@poste.example",
        "BouncedAt": "2026-03-02T09:30:00+01:00",
        **more,
    }


def subscription(suppresses: Any, reason: Any = None, **more: Any) -> dict[str, Any]:
    return message(
        "SubscriptionChange",
        ChangedAt="2026-03-02T08:30:00Z",
        Origin="Recipient",
        SuppressSending=suppresses,
        SuppressionReason=reason,
        **more,
    )


def parse(record: dict[str, Any], context: Context) -> Produced:
    """A record as it comes out of a JSON text: none of its texts is the very object that a constant is."""
    return postmark.parse(json.loads(json.dumps(record)), context)


def produced(event_type: str, word: str, **columns: Any) -> Produced:
    event = {
        "event_id": None,
        "source_event": word,
        "event_type": event_type,
        "identifier": Identifier("email", "jeanne@exemple.fr"),
        "occurred_at": 1_772_440_200_000_000,
        "message_id": MESSAGE,
        "campaign_id": None,
        "topic": None,
        "url": None,
        "duration_s": None,
        "device": None,
        "country": None,
        "region": None,
        "attributes": {},
    }
    assert columns.keys() <= event.keys()
    return Produced(events=[event | columns])


def produced_open(**columns: Any) -> Produced:
    return produced("open", "Open", **{"occurred_at": 1_772_440_200_123_456, **columns})


def refusal(record: dict[str, Any], context: Context = CONTEXT) -> list[str]:
    with pytest.raises(Rejected) as refused:
        parse(record, context)
    return refused.value.reasons


def without(key: str, record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k != key}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            message("Delivery", DeliveredAt="2026-03-02T08:30:00Z", Details="250 accepté"),
            produced("delivered", "Delivery"),
        ),
        (opened(), produced_open()),
        (message("Click", ReceivedAt="2026-03-02T08:30:00Z", ClickLocation="HTML"), produced("click", "Click")),
        (
            bounce("SpamComplaint") | {"RecordType": "SpamComplaint"},
            produced("complaint", "SpamComplaint:SpamComplaint", event_id="SpamComplaint:692560173"),
        ),
        (
            without("Type", bounce(None)) | {"RecordType": "SpamComplaint"},
            produced("complaint", "SpamComplaint", event_id="SpamComplaint:692560173"),
        ),
        (subscription(True, "ManualSuppression"), produced("unsubscribe", "SubscriptionChange")),
        (message("Teleported", ReceivedAt="2026-03-02T08:30:00Z"), produced("unknown", "Teleported")),
        (message("Amended", ReceivedAt="2026-03-02T08:30:00Z"), produced("unknown", "Amended")),
        (message("open", ReceivedAt="2026-03-02T08:30:00Z"), produced("unknown", "open")),
    ],
)
def test_every_word_has_its_type_and_unknown_words_are_kept(record: dict[str, Any], expected: Produced) -> None:
    assert parse(record, CONTEXT) == expected


@pytest.mark.parametrize(
    ("kind", "event_type"),
    [
        ("HardBounce", "bounce_hard"),
        ("BadEmailAddress", "bounce_hard"),
        ("SoftBounce", "bounce_soft"),
        ("Unknown", "bounce_soft"),
        ("Transient", "deferred"),
        ("DnsError", "deferred"),
        ("Blocked", "blocked"),
        ("DMARCPolicy", "blocked"),
        ("SpamNotification", "blocked"),
        ("VirusNotification", "blocked"),
        ("ManuallyDeactivated", "suppressed"),
        ("Unconfirmed", "suppressed"),
        ("SpamComplaint", "complaint"),
        ("Unsubscribe", "unsubscribe"),
        ("Subscribe", "resubscribe"),
    ],
)
def test_every_type_of_bounce_has_its_event_type(kind: str, event_type: str) -> None:
    assert parse(bounce(kind), CONTEXT) == produced(event_type, f"Bounce:{kind}", event_id="Bounce:692560173")


@pytest.mark.parametrize(
    "kind",
    [
        "AutoResponder",
        "AddressChange",
        "OpenRelayTest",
        "ChallengeVerification",
        "SMTPApiError",
        "InboundError",
        "TemplateRenderingFailed",
        "hardbounce",
        "A type of tomorrow",
        None,
        "",
    ],
)
def test_a_bounce_that_says_nothing_about_the_address_is_ignored(kind: str | None) -> None:
    assert parse(bounce(kind), CONTEXT) == Produced(ignored=True)


def test_a_bounce_without_a_type_is_ignored() -> None:
    assert parse(without("Type", bounce(None)), CONTEXT) == Produced(ignored=True)


def test_a_bounce_keeps_nothing_of_its_explanations() -> None:
    record = bounce(
        "HardBounce", TypeCode=1, Name="Rebond définitif", Description="Boîte inconnue", Details="550 5.1.1",
        DumpAvailable=True, Inactive=True, CanActivate=True, MessageStream="outbound",
    )  # fmt: skip
    assert parse(record, CONTEXT) == produced(
        "bounce_hard", "Bounce:HardBounce", event_id="Bounce:692560173", topic="outbound"
    )


@pytest.mark.parametrize("inactive", [False, None])
def test_an_active_address_is_what_the_type_says(inactive: bool | None) -> None:
    assert parse(bounce("SoftBounce", Inactive=inactive), CONTEXT) == produced(
        "bounce_soft", "Bounce:SoftBounce", event_id="Bounce:692560173"
    )
    assert parse(bounce("AutoResponder", Inactive=inactive), CONTEXT) == Produced(ignored=True)


@pytest.mark.parametrize("kind", ["HardBounce", "SoftBounce", "Blocked", "AutoResponder", "A type of tomorrow"])
def test_an_address_that_was_made_inactive_is_dead_whatever_the_type(kind: str) -> None:
    assert parse(bounce(kind, Inactive=True), CONTEXT) == produced(
        "bounce_hard", f"Bounce:{kind}", event_id="Bounce:692560173"
    )


@pytest.mark.parametrize(
    ("kind", "event_type"),
    [
        ("SpamComplaint", "complaint"),
        ("ManuallyDeactivated", "suppressed"),
        ("Unsubscribe", "unsubscribe"),
        ("Subscribe", "resubscribe"),
    ],
)
def test_an_address_that_somebody_made_inactive_is_not_dead(kind: str, event_type: str) -> None:
    assert parse(bounce(kind, Inactive=True), CONTEXT).events[0]["event_type"] == event_type


@pytest.mark.parametrize("value", ["true", "false", 1, 0, []])
def test_booleans_are_no_texts_and_no_numbers(value: Any) -> None:
    assert refusal(bounce("HardBounce", Inactive=value)) == ["type:Inactive"]
    assert refusal(opened() | {"FirstOpen": value}) == ["type:FirstOpen"]


def test_only_a_bounce_is_decided_by_its_type() -> None:
    record = opened(Type="HardBounce")
    assert parse(record, CONTEXT) == produced_open(source_event="Open:HardBounce")


@pytest.mark.parametrize(
    ("suppresses", "reason", "event_type"),
    [
        (True, "ManualSuppression", "unsubscribe"),
        (True, None, "unsubscribe"),
        (True, "", "unsubscribe"),
        (False, None, "resubscribe"),
        (False, "ManualSuppression", "resubscribe"),
        (False, "HardBounce", "resubscribe"),
        (False, "SpamComplaint", "resubscribe"),
    ],
)
@pytest.mark.parametrize("origin", ["Recipient", "Customer", "Admin"])
def test_a_change_of_subscription_is_told_by_whether_it_suppresses(
    suppresses: bool, reason: str | None, event_type: str, origin: str
) -> None:
    record = subscription(suppresses, reason) | {"Origin": origin}
    assert parse(record, CONTEXT) == produced(event_type, "SubscriptionChange")


@pytest.mark.parametrize("reason", ["HardBounce", "SpamComplaint", "A reason of tomorrow"])
def test_the_echo_of_a_bounce_or_complaint_is_ignored(reason: str) -> None:
    assert parse(subscription(True, reason), CONTEXT) == Produced(ignored=True)


def test_a_change_of_subscription_without_a_reason_suppresses_by_hand() -> None:
    record = without("SuppressionReason", subscription(True))
    assert parse(record, CONTEXT) == produced("unsubscribe", "SubscriptionChange")


@pytest.mark.parametrize("suppresses", ["true", "false", 1, 0, []])
def test_a_change_of_subscription_must_say_whether_it_suppresses(suppresses: Any) -> None:
    assert refusal(subscription(suppresses)) == ["type:SuppressSending"]
    assert refusal(subscription(None)) == ["missing:SuppressSending"]


def test_the_reason_of_a_change_is_a_text() -> None:
    assert refusal(subscription(True, ["HardBounce"])) == ["type:SuppressionReason"]  # type: ignore[arg-type]


def test_only_a_change_of_subscription_must_say_whether_it_suppresses() -> None:
    record = opened(SuppressSending="no", SuppressionReason="HardBounce")
    assert parse(record, CONTEXT) == produced_open()


@pytest.mark.parametrize(
    ("own", "event_id"), [(7, "Bounce:7"), ("7", "Bounce:7"), (0, "Bounce:0"), ("", None), (None, None)]
)
def test_the_key_is_the_records_own_with_its_word(own: Any, event_id: str | None) -> None:
    assert parse(bounce("HardBounce", ID=own), CONTEXT) == produced(
        "bounce_hard", "Bounce:HardBounce", event_id=event_id
    )


def test_without_a_key_of_its_own_the_door_makes_one() -> None:
    assert parse(without("ID", bounce("HardBounce")), CONTEXT) == produced(
        "bounce_hard", "Bounce:HardBounce", event_id=None
    )


@pytest.mark.parametrize("own", [True, 1.5, ["7"], {"a": 1}])
def test_a_key_is_a_text_or_a_whole_number(own: Any) -> None:
    assert refusal(bounce("HardBounce", ID=own)) == ["type:ID"]


def test_who_it_is_stands_under_either_name() -> None:
    # Webhooks of bounces say Email, all others Recipient; a pull may mix them up.
    record = without("Recipient", opened()) | {"Email": "jeanne@exemple.fr"}
    assert parse(record, CONTEXT) == produced_open()
    assert parse(opened(Email="autre@exemple.fr"), CONTEXT) == produced_open()
    record = bounce("HardBounce", Recipient="autre@exemple.fr")
    assert parse(record, CONTEXT) == produced("bounce_hard", "Bounce:HardBounce", event_id="Bounce:692560173")


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (message("Delivery", DeliveredAt="2026-03-02T08:30:00Z"), "Recipient"),
        (opened(), "Recipient"),
        (message("Click", ReceivedAt="2026-03-02T08:30:00Z"), "Recipient"),
        (subscription(True), "Recipient"),
        (message("Teleported", ReceivedAt="2026-03-02T08:30:00Z"), "Recipient"),
        (bounce("HardBounce"), "Email"),
        (bounce("SpamComplaint") | {"RecordType": "SpamComplaint"}, "Email"),
    ],
)
def test_a_record_about_nobody_is_refused(record: dict[str, Any], key: str) -> None:
    assert refusal(without(key, record)) == [f"missing:{key}"]
    assert refusal(record | {key: ""}) == [f"missing:{key}"]
    assert refusal(record | {key: 7}) == [f"type:{key}"]


def test_a_bounce_is_never_for_its_other_name_for_the_recipient() -> None:
    record = without("Email", bounce("HardBounce")) | {"Recipient": "jeanne@exemple.fr"}
    assert refusal(record) == ["missing:Email"]


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (message("Delivery"), "DeliveredAt"),
        (message("Open"), "ReceivedAt"),
        (message("Click"), "ReceivedAt"),
        (without("BouncedAt", bounce("HardBounce")), "BouncedAt"),
        (without("BouncedAt", bounce("SpamComplaint")) | {"RecordType": "SpamComplaint"}, "BouncedAt"),
        (without("ChangedAt", subscription(True)), "ChangedAt"),
    ],
)
def test_every_record_has_its_own_time_and_no_other_counts(record: dict[str, Any], key: str) -> None:
    others = dict.fromkeys({"DeliveredAt", "ReceivedAt", "BouncedAt", "ChangedAt"} - {key}, "2026-01-01T00:00:00Z")
    assert refusal(record | others) == [f"missing:{key}"]
    told = record | others | {key: "2026-03-02T08:30:00Z"}
    assert parse(told, CONTEXT).events[0]["occurred_at"] == 1_772_440_200_000_000


def test_an_unknown_record_takes_the_first_time_that_it_has() -> None:
    times = {
        "ReceivedAt": ("2026-03-02T08:30:00Z", 1_772_440_200_000_000),
        "DeliveredAt": ("2026-03-02T08:30:01Z", 1_772_440_201_000_000),
        "BouncedAt": ("2026-03-02T08:30:02Z", 1_772_440_202_000_000),
        "ChangedAt": ("2026-03-02T08:30:03Z", 1_772_440_203_000_000),
    }
    record = message("Teleported") | {k: text for k, (text, _) in times.items()}
    for key, (_, micros) in times.items():
        assert parse(record, CONTEXT) == produced("unknown", "Teleported", occurred_at=micros)
        record = without(key, record)
    assert refusal(record) == ["missing:ReceivedAt"]


@pytest.mark.parametrize(
    ("at", "micros"),
    [
        ("2026-03-02T08:30:00Z", 1_772_440_200_000_000),
        ("2026-03-02T08:30:00.9999999Z", 1_772_440_200_999_999),
        ("2026-03-02T03:30:00.0000000-05:00", 1_772_440_200_000_000),
    ],
)
def test_times_have_up_to_seven_digits_of_a_fraction_and_an_offset(at: str, micros: int) -> None:
    assert parse(message("Open", ReceivedAt=at), CONTEXT) == produced_open(occurred_at=micros)


def test_a_time_without_offset_takes_the_sources_zone_or_is_refused() -> None:
    record = message("Open", ReceivedAt="2026-03-02T09:30:00")
    assert parse(record, IN_PARIS) == produced_open(occurred_at=1_772_440_200_000_000)
    assert refusal(record) == ["time_zone:ReceivedAt"]


@pytest.mark.parametrize(
    ("told", "campaign", "topic", "attributes"),
    [
        ({"Tag": "soldes"}, "soldes", None, {}),
        ({"Tag": "", "MessageStream": ""}, None, None, {}),
        ({"Tag": None, "MessageStream": None, "Metadata": None}, None, None, {}),
        ({"MessageStream": "lettres"}, None, "lettres", {}),
        (
            {"Tag": "soldes", "MessageStream": "lettres", "Metadata": {"campaign_id": "hiver-26", "topic": "thés"}},
            "hiver-26",
            "thés",
            {},
        ),
        (
            {"Tag": "soldes", "MessageStream": "lettres", "Metadata": {"campaign_id": "", "topic": ""}},
            "soldes",
            "lettres",
            {},
        ),
        (
            {"Tag": "soldes", "MessageStream": "lettres", "Metadata": {"campaign_id": 7, "topic": 8}},
            "soldes",
            "lettres",
            {},
        ),
        (
            {"Metadata": {"boutique": "Lyon", "vague": 3, "essai": True, "absent": None, "vide": "", "objet": {}}},
            None,
            None,
            {},
        ),
        ({"Metadata": {}}, None, None, {}),
    ],
)
def test_campaign_and_topic_of_the_metadata_go_before_tag_and_stream(
    told: dict[str, Any], campaign: str | None, topic: str | None, attributes: dict[str, str]
) -> None:
    assert parse(opened(**told), CONTEXT) == produced_open(campaign_id=campaign, topic=topic, attributes=attributes)


def test_of_the_metadata_the_declared_ones_become_attributes() -> None:
    context = replace(CONTEXT, keep={"boutique": "label"})
    assert parse(opened(Metadata={"boutique": "Lyon", "who": "Anne"}), context) == produced_open(
        attributes={"boutique": "Lyon"}
    )


def test_a_click_keeps_its_page_without_query() -> None:
    record = message(
        "Click", ReceivedAt="2026-03-02T08:30:00Z", OriginalLink="https://boutique.example/thé?c=7&u=jeanne#avis"
    )
    assert parse(record, CONTEXT) == produced("click", "Click", url="https://boutique.example/thé")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4, 4.0), (4.5, 4.5), (0, 0.0), (None, None)],
)
def test_the_seconds_of_reading_are_a_number(seconds: Any, said: float | None) -> None:
    result = parse(opened(ReadSeconds=seconds), CONTEXT)
    assert result == produced_open(duration_s=said)
    assert type(result.events[0]["duration_s"]) is type(said)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (True, "type"),
        (False, "type"),
        ("4", "type"),
        ("", "type"),
        ([4], "type"),
        (-1, "negative"),
        (10**400, "range"),
        (1e300, "range"),
    ],
)
def test_what_are_no_seconds_of_reading_is_refused(seconds: Any, code: str) -> None:
    assert refusal(opened(ReadSeconds=seconds)) == [f"{code}:ReadSeconds"]


@pytest.mark.parametrize(
    ("platform", "device"),
    [
        ("Desktop", "desktop"),
        ("Mobile", "mobile"),
        ("WebMail", None),
        ("Unknown", None),
        ("desktop", None),
        ("", None),
        (None, None),
    ],
)
def test_the_device_is_the_platform(platform: Any, device: str | None) -> None:
    told = {"Platform": platform, "Client": {"Name": "Courrier", "Family": "Courrier"}, "UserAgent": "x/1 (iPhone)"}
    assert parse(opened(**told), CONTEXT) == produced_open(device=device)


@pytest.mark.parametrize("platform", [7, True, ["Desktop"], {}])
def test_a_platform_is_a_text(platform: Any) -> None:
    assert refusal(opened(Platform=platform)) == ["type:Platform"]


def test_the_place_is_country_and_region_and_its_ip_address_a_direct_identifier() -> None:
    place = {
        "CountryISOCode": "FR", "Country": "France", "RegionISOCode": "ARA", "Region": "Auvergne-Rhône-Alpes",
        "City": "Lyon", "Zip": "69001", "Coords": "45.7,4.8", "IP": "192.0.2.17",
    }  # fmt: skip
    assert parse(opened(Geo=place), CONTEXT) == produced_open(country="FR", region="Auvergne-Rhône-Alpes")


@pytest.mark.parametrize("place", [None, {}, {"CountryISOCode": "", "Region": None, "IP": ""}, {"IP": 7}])
def test_the_place_may_be_absent(place: Any) -> None:
    assert parse(opened(Geo=place), CONTEXT) == produced_open()


def test_ip_address_subject_and_content_are_direct_identifiers_in_this_order() -> None:
    record = bounce("HardBounce", Content="Bonjour Jeanne", Subject="Jeanne, à bientôt", Geo={"IP": "192.0.2.17"})
    assert parse(record, CONTEXT) == produced(
        "bounce_hard", "Bounce:HardBounce", event_id="Bounce:692560173",
    )  # fmt: skip


@pytest.mark.parametrize("nothing", ["", None, 7, ["x"]])
def test_a_subject_or_content_that_is_no_text_is_left_out(nothing: Any) -> None:
    expected = produced("bounce_hard", "Bounce:HardBounce", event_id="Bounce:692560173")
    assert parse(bounce("HardBounce", Subject=nothing, Content=nothing), CONTEXT) == expected


@pytest.mark.parametrize("own", [{}, {"MessageID": None}, {"MessageID": ""}])
def test_the_message_may_be_absent(own: dict[str, Any]) -> None:
    assert parse(without("MessageID", opened()) | own, CONTEXT) == produced_open(message_id=None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"RecordType": None}, "missing:RecordType"),
        ({"RecordType": ""}, "missing:RecordType"),
        ({"RecordType": 7}, "type:RecordType"),
        ({"Type": 1}, "type:Type"),
        ({"Geo": "FR"}, "type:Geo"),
        ({"Geo": {"CountryISOCode": 33}}, "type:CountryISOCode"),
        ({"Geo": {"Region": 69}}, "type:Region"),
        ({"Metadata": "x"}, "type:Metadata"),
        ({"Metadata": ["x"]}, "type:Metadata"),
        ({"Recipient": 7}, "type:Recipient"),
        ({"ReceivedAt": 1_772_440_200}, "type:ReceivedAt"),
        ({"ReceivedAt": "2026-03-02"}, "time_zone:ReceivedAt"),
        ({"ReceivedAt": "02/03/2026 08:30"}, "time_format:ReceivedAt"),
        ({"ReceivedAt": "0001-01-01T00:00:00Z"}, "time_range:ReceivedAt"),
        ({"MessageID": 7}, "type:MessageID"),
        ({"Tag": 7}, "type:Tag"),
        ({"MessageStream": 7}, "type:MessageStream"),
        ({"OriginalLink": 7}, "type:OriginalLink"),
    ],
)
def test_a_missing_or_wrong_field_is_refused_by_its_name(wrong: dict[str, Any], code: str) -> None:
    assert refusal(opened() | wrong) == [code]


def test_a_record_must_say_its_word() -> None:
    assert refusal(without("RecordType", opened())) == ["missing:RecordType"]

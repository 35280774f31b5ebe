"""Events, orders, profiles, consents and identity links in one vocabulary."""

from segspark.tables.contracts.contract import Contract, optional, personal, required

EVENTS = Contract(
    name="silver.events",
    grain="one event of one recipient or visitor",
    key=("source", "event_id", "fingerprint"),
    partition_by=("event_date",),
    version=2,
    columns=(
        required("event_id", "string", "The source's key, or a documented hash where it gives none", shape="id"),
        # Among the first columns, which have file statistics: late rows are found by them.
        required("known_as_of", "date", "First as-of day that may know the event"),
        required("fingerprint", "string", "Keyed hash of what the event says; equal id and fingerprint is a duplicate"),
        required("source", "string", "Name of the source in the workspace"),
        optional("source_event", "string", "The provider's own word for the event", shape="label"),
        required("event_type", "string", "Word of the shared vocabulary"),
        optional("identifier_id", "string", "Pseudonym of the address or customer number; null for guests"),
        optional("anonymous_id", "string", "Pseudonym of the visitor's cookie or device"),
        required("occurred_at", "timestamp", "When it happened (UTC)"),
        required("received_at", "timestamp", "When it was received (UTC)"),
        required("event_date", "date", "UTC date of occurred_at"),
        optional("message_id", "string", "Mail the event is about", shape="id"),
        optional("campaign_id", "string", "Campaign the mail belongs to", shape="label"),
        optional("topic", "string", "Subscription topic", shape="label"),
        personal("mailbox_provider", "string", "Family of the recipient's mailbox provider, e.g. gmail", shape="word"),
        optional("session_id", "string", "Web session", shape="id"),
        optional("order_id", "string", "Order the event is about", shape="id"),
        personal("url", "string", "Page or link, without query string", shape="path"),
        personal(
            "product_id",
            "string",
            "Product the event is about; of an order, the one with the largest amount",
            shape="id",
        ),
        personal("category", "string", "Product category; of an order, the one with the largest amount", shape="label"),
        personal(
            "amount_cents", "bigint", "Amount in minor units of currency; of a refund, the positive amount given back"
        ),
        optional("currency", "string", "ISO 4217 code", shape="word"),
        personal("n_items", "int", "Articles in the order or refund"),
        personal("duration_s", "double", "Time spent, in seconds"),
        personal("device", "string", "desktop, mobile or tablet", shape="word"),
        personal("country", "string", "ISO 3166 code or the source's word", shape="label"),
        personal("region", "string", "Region as the source names it", shape="label"),
        optional("is_machine", "boolean", "The provider's verdict; null when it says nothing"),
        optional("p_human", "double", "Probability that a human acted, 0 to 1"),
        personal("attributes", "map<string,string>", "What else the source's YAML or its adapter declares as kept"),
        required("run_id", "string", "Run that took the event in"),
    ),
)

ORDERS = Contract(
    name="silver.orders",
    grain="one order, present state",
    key=("source", "order_id"),
    partition_by=("order_date",),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("order_id", "string", "The shop's order or invoice number", shape="id"),
        optional("identifier_id", "string", "Pseudonym of the buyer; null for guests"),
        required("order_type", "string", "sale, refund or other"),
        required("ordered_at", "timestamp", "When it was placed (UTC)"),
        required("order_date", "date", "UTC date of ordered_at"),
        optional("updated_at", "timestamp", "Last change the shop reported (UTC)"),
        optional("status", "string", "The shop's word, e.g. paid or cancelled", shape="label"),
        personal("amount_cents", "bigint", "Goods after discounts, minor units; of a refund, the positive amount"),
        personal("refunded_cents", "bigint", "Refunded so far, minor units"),
        optional("currency", "string", "ISO 4217 code", shape="word"),
        personal("n_items", "int", "Articles"),
        personal("country", "string", "Country of delivery", shape="label"),
        personal("attributes", "map<string,string>", "What else the source's YAML or its adapter declares as kept"),
        required("run_id", "string", "Run that last wrote the row"),
    ),
)

ORDER_LINES = Contract(
    name="silver.order_lines",
    grain="one line of one order",
    key=("source", "order_id", "line_id"),
    partition_by=("order_date",),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("order_id", "string", "The shop's order or invoice number", shape="id"),
        required("line_id", "string", "The shop's line number, else content hash and position", shape="id"),
        optional("identifier_id", "string", "Pseudonym of the buyer; null for guests"),
        required("line_type", "string", "sale, refund or other"),
        required("ordered_at", "timestamp", "When it was placed (UTC)"),
        required("order_date", "date", "UTC date of ordered_at"),
        personal("product_id", "string", "Product or stock code", shape="id"),
        personal("title", "string", "Product's name", shape="label"),
        personal("category", "string", "Product category", shape="label"),
        personal("quantity", "int", "Articles; negative where the source says so"),
        personal("unit_price", "decimal(18,6)", "Price of one article in major units"),
        personal("amount_cents", "bigint", "quantity x unit price less discount, minor units"),
        optional("currency", "string", "ISO 4217 code", shape="word"),
        personal("country", "string", "Country of the buyer", shape="label"),
        personal("attributes", "map<string,string>", "What else the source's YAML or its adapter declares as kept"),
        optional("flags", "array<string>", "What was noticed or mended, e.g. rounded"),
        required("run_id", "string", "Run that last wrote the row"),
    ),
)

PROFILES = Contract(
    name="silver.profiles",
    grain="one identifier, one version; of those of one time the one known last holds",
    key=("source", "identifier_id", "valid_from", "run_id"),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        optional("identifier_id", "string", "Pseudonym of the person"),
        required("valid_from", "timestamp", "From when the attributes hold (UTC)"),
        required("recorded_at", "timestamp", "When the source recorded them (UTC)"),
        personal("birth_date", "date", "Date of birth; 1 January where only the year is known"),
        personal("gender", "string", "female, male or other", shape="word"),
        personal("country", "string", "ISO 3166 code or the source's word", shape="label"),
        personal("region", "string", "Region or department", shape="label"),
        personal("city", "string", "City", shape="label"),
        personal("language", "string", "BCP 47 language", shape="label"),
        personal("signup_date", "date", "Local date of the first registration"),
        personal("attributes", "map<string,string>", "What else the source's YAML or its adapter declares as kept"),
        optional("flags", "array<string>", "What was noticed or mended, e.g. absurd:birth_date"),
        required("known_as_of", "date", "First as-of day that may know the row"),
        required("run_id", "string", "Run that took the row in"),
    ),
)

CONSENTS = Contract(
    name="silver.consents",
    grain="one change of one consent, as one run learnt it; of one time a withdrawal holds",
    key=("source", "identifier_id", "purpose", "topic", "effective_at", "value", "run_id"),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        optional("identifier_id", "string", "Pseudonym of the person"),
        required("purpose", "string", "email_marketing, open_tracking or profiling"),
        optional("topic", "string", "Subscription topic; null is every topic", shape="label"),
        personal("value", "string", "granted or withdrawn", required=True),
        personal("basis", "string", "Legal basis as the source names it", shape="label"),
        required("effective_at", "timestamp", "When the person decided (UTC)"),
        required("recorded_at", "timestamp", "When the source recorded it (UTC)"),
        personal("expires_at", "timestamp", "When the permission ends by itself (UTC)"),
        personal("proof", "string", "Reference of the proof", shape="id"),
        required("known_as_of", "date", "First as-of day that may know the row"),
        required("run_id", "string", "Run that took the row in"),
    ),
)

IDENTITY_LINKS = Contract(
    name="silver.identity_links",
    grain="one identifier joining one person",
    key=("identifier_id", "person_id", "known_as_of"),
    columns=(
        optional("identifier_id", "string", "Pseudonym that joins"),
        required("person_id", "string", "Person from known_as_of on: the id of the person's first identifier"),
        required("rule", "string", "first_seen, crm, shop, identify, or merge of two persons"),
        required("is_anonymous", "boolean", "The identifier is a cookie or device"),
        required("effective_at", "timestamp", "When the source saw the link (UTC)"),
        required("recorded_at", "timestamp", "When the link was received (UTC)"),
        required("known_as_of", "date", "First as-of day that may know the link"),
        required("run_id", "string", "Run that took the link in"),
        optional("step", "int", "Place among the identifier's rows of this as-of day, from 0; the last one holds"),
    ),
)

UNINTRODUCED = Contract(
    name="silver.unintroduced",
    grain="one identifier that records named before it was introduced, alone or linked with another identifier",
    key=("identifier_id", "linked_id"),
    columns=(
        required("identifier_id", "string", "Pseudonym that was not introduced when the record became known"),
        required("known_as_of", "date", "First as-of day that may know the record"),
        optional("linked_id", "string", "Pseudonym that the record linked it with; null: the record alone"),
        optional("linked_is_anonymous", "boolean", "What it was linked with is a cookie or device"),
        optional("rule", "string", "Of a link: where it comes from"),
        required("effective_at", "timestamp", "When the record's event happened (UTC)"),
        required("recorded_at", "timestamp", "When the record was received (UTC)"),
        required("run_id", "string", "Run that took the record in"),
    ),
)

# Every day needs all objections of all time; they are few.
OBJECTION_TYPES = ("unsubscribe", "resubscribe", "complaint", "bounce_hard")
OBJECTIONS = Contract(
    name="silver.objections",
    grain="one event that stands against writing to an address, or takes that back; also in silver.events",
    key=("source", "event_id", "fingerprint"),
    columns=(
        required("identifier_id", "string", "Pseudonym of the address"),
        required("known_as_of", "date", "First as-of day that may know the event"),
        required("event_type", "string", "unsubscribe, resubscribe, complaint or bounce_hard"),
        required("occurred_at", "timestamp", "When it happened (UTC)"),
        required("source", "string", "Name of the source in the workspace"),
        required("event_id", "string", "As in silver.events"),
        required("fingerprint", "string", "As in silver.events"),
        required("run_id", "string", "Run that took the event in"),
    ),
)

TABLES = (EVENTS, ORDERS, ORDER_LINES, PROFILES, CONSENTS, IDENTITY_LINKS, OBJECTIONS, UNINTRODUCED)

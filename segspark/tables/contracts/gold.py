"""Tiles, features, scores and segments; features and tiles get their measures from the catalogue."""

from segspark.tables.contracts.contract import Contract, optional, personal, required

ACTIVITY_DAILY = Contract(
    name="gold.activity_daily",
    grain="one person, one local day",
    key=("person_id", "activity_date"),
    partition_by=("activity_date",),
    columns=(
        required("person_id", "string", "Person, by the links known when the tile was closed"),
        required("activity_date", "date", "Local day of the business's time zone"),
    ),
)

ACTIVITY_CORRECTIONS = Contract(
    name="gold.activity_corrections",
    grain="one person, one closed local day, one as-of day, one reason",
    key=("person_id", "activity_date", "applied_as_of", "reason"),
    partition_by=("applied_as_of",),
    columns=(
        required("person_id", "string", "Person"),
        required("activity_date", "date", "Closed local day that is corrected"),
        required("applied_as_of", "date", "First as-of day that knows the correction"),
        required("reason", "string", "late, moved_in or moved_out"),
    ),
)

ACTIVITY_ITEMS = Contract(
    name="gold.activity_items",
    grain="one person, one kind, one item, one local day, one as-of day",
    key=("person_id", "kind", "item", "activity_date", "applied_as_of"),
    # Partitioned by the day on which it became known, so a rerun replaces its own rows and nothing of closed days; the
    # day itself is among the columns with file statistics.
    partition_by=("applied_as_of",),
    columns=(
        required("person_id", "string", "Person"),
        required("activity_date", "date", "Local day of the business's time zone"),
        required("applied_as_of", "date", "The morning after the day; later for corrections"),
        personal("n", "bigint", "Events that named the item; negative where they are taken away", required=True),
        required("kind", "string", "Item kind of the catalogue, e.g. category_seen"),
        personal("item", "string", "What was named"),
    ),
)

ITEM_LAST_DAYS = Contract(
    name="gold.item_last_days",
    grain="one person, one kind, one item, one as-of day",
    key=("person_id", "kind", "item", "as_of_date"),
    partition_by=("as_of_date",),
    retention_days=8,
    columns=(
        required("person_id", "string", "Person"),
        required("as_of_date", "date", "First day that is not observed"),
        required("kind", "string", "Item kind of the catalogue"),
        personal("last_date", "date", "Last local day on which the item was named, of those the purpose may see"),
        personal("n", "bigint", "Events that named it in the kind's own window"),
        personal("item", "string", "What was named"),
    ),
)

FEATURES = Contract(
    name="gold.features",
    grain="one person, one as-of day",
    key=("person_id", "as_of_date"),
    partition_by=("as_of_date",),
    retention_days=100,
    keeps_month_ends=True,
    columns=(
        required("person_id", "string", "Person"),
        required("as_of_date", "date", "First day that is not observed"),
        # The permission under which the features were computed; null is none.
        personal("email_marketing_from", "date", "Local day since which e-mail marketing may use the person's events"),
        personal("open_tracking_from", "date", "Local day since which opens may be used"),
        personal("profiling_from", "date", "Local day since which profiling may use the person's events"),
    ),
)

PEOPLE = Contract(
    name="gold.people",
    grain="one person, one as-of day",
    key=("person_id", "as_of_date"),
    partition_by=("as_of_date",),
    retention_days=100,
    keeps_month_ends=True,
    columns=(
        required("person_id", "string", "Person"),
        required("as_of_date", "date", "First day that is not observed"),
        required("is_contactable", "boolean", "May be written to that morning"),
        optional(
            "not_contactable_reason", "string", "unsubscribed, complained, hard_bounced, no_consent or no_address"
        ),
        personal("country", "string", "ISO 3166 code or the source's word"),
        personal("region", "string", "Region or department"),
        personal("city", "string", "City"),
        personal("language", "string", "BCP 47 language"),
        personal("gender", "string", "female, male or other"),
        personal("signup_date", "date", "Local date of the first registration"),
        personal("age_years", "int", "Age in whole years"),
        personal("next_birthday_date", "date", "When the age grows"),
        personal(
            "days_to_birthday", "int", "Days to the next birthday, 0 on the day; null where only the year is known"
        ),
        personal("attributes", "map<string,string>", "What else the sources keep of the profile"),
        personal(
            "mailbox_provider", "string", "Family of the mailbox provider of the address that would be written to"
        ),
    ),
)

FEATURES_RESTATED = Contract(
    name="gold.features_restated",
    grain="one person, one as-of day, as known when it was restated",
    key=("person_id", "as_of_date"),
    partition_by=("as_of_date",),
    retention_days=100,
    columns=FEATURES.columns,
)

# Why a score is what it is.
REASONS = "array<struct<input:string,value:double,effect:double>>"
SCORES = Contract(
    name="gold.scores",
    grain="one person, one as-of day, one score",
    key=("person_id", "as_of_date", "score"),
    partition_by=("as_of_date", "score"),
    columns=(
        required("person_id", "string", "Person"),
        required("as_of_date", "date", "First day that is not observed"),
        required("score", "string", "recency, frequency, monetary, rfm, engagement, and a model's, e.g. churn_90d"),
        personal("value", "double", "The score; a probability is 0 to 1"),
        personal("band", "string", "Name of the range the value falls in"),
        optional("model_version", "string", "Registered model and version, null for rules"),
        personal(
            "reasons",
            REASONS,
            "The inputs that moved a model's score most, the strongest first: the person's value, and the effect in log-odds",
        ),
    ),
)

SEGMENTS = Contract(
    name="gold.segments",
    grain="one person, one scheme, one segment, one day",
    key=("person_id", "scheme", "segment_id", "segment_date"),
    partition_by=("segment_date",),
    retention_days=730,
    columns=(
        required("person_id", "string", "Person"),
        required("segment_date", "date", "Morning of this day; equals as_of_date of the features used"),
        required("scheme", "string", "levels, rfm, rules, behaviour or rare"),
        required("segment_id", "string", "Minted once in gold.segment_registry, never a cluster's label"),
        required("segment_name", "string", "Name in the workspace's language"),
        required("level", "int", "Depth in the scheme, from 1; the deepest level of the path"),
        required("path", "string", "Groups from the first level to this one, joined by `/`"),
        personal("score", "double", "What the scheme ranks by, else null"),
        optional("branch_id", "string", "Branch of the definition that decided"),
        required("definition_version", "string", "Content hash of the definition"),
        optional("model_version", "string", "Registered model and version, null for rules"),
        required("is_contactable", "boolean", "May be written to that morning"),
        optional(
            "not_contactable_reason", "string", "unsubscribed, complained, hard_bounced, no_consent or no_address"
        ),
        required("valid_until", "date", "First day on which the membership may have changed"),
        optional("is_provisional", "boolean", "Made from the part of a day that was there; the daily run replaces it"),
    ),
)

SEGMENT_CHANGES = Contract(
    name="gold.segment_changes",
    grain="one person, one scheme, one segment, one change",
    key=("person_id", "scheme", "segment_id", "segment_date", "change"),
    partition_by=("segment_date",),
    retention_days=730,
    columns=(
        required("person_id", "string", "Person"),
        required("segment_date", "date", "Day of the change"),
        required("scheme", "string", "Scheme"),
        required("segment_id", "string", "Segment entered or left"),
        required("change", "string", "entered, left, moved_in or moved_out"),
        optional("other_segment_id", "string", "On moving in an exclusive scheme: the segment on the other side"),
        optional("previous_date", "date", "Day the change is measured against"),
        personal(
            "deciding_values",
            "array<struct<name:string,number:double,text:string,date:date>>",
            "The values of the conditions that decided, typed: one of number, text, date is filled",
        ),
        optional("definition_version", "string", "Content hash of the definition"),
    ),
)

SEGMENT_PROFILES = Contract(
    name="gold.segment_profiles",
    grain="one segment, one day, one measure",
    key=("scheme", "segment_id", "segment_date", "measure"),
    partition_by=("segment_date",),
    columns=(
        required("scheme", "string", "Scheme"),
        required("segment_id", "string", "Segment"),
        required("segment_date", "date", "Day"),
        required("segment_name", "string", "Name in the workspace's language"),
        required("measure", "string", "Feature or KPI"),
        required(
            "n_people", "bigint", "People of the segment, to multiples of twice segments.min_size; 0 in old rows: fewer"
        ),
        optional("numerator", "double", "Sum over the segment, or the rate's numerator; of people as n_people"),
        optional("denominator", "double", "People, or the rate's denominator; of people as n_people"),
        optional("value", "double", "numerator / denominator; null where too few people contribute"),
        optional("median", "double", "Median over the segment's people"),
        optional(
            "z_score", "double", "Distance of the segment's mean from the list's, in the list's standard deviations"
        ),
        optional("rest_value", "double", "The same value over everybody who is not in the segment"),
        optional("low", "double", "Lower end of the value's 95 % interval"),
        optional("high", "double", "Upper end of the value's 95 % interval"),
        optional(
            "p_value",
            "double",
            "Chance of such a difference from the rest, adjusted over the scheme's comparisons; null for a measure that "
            "defines the segment",
        ),
        optional(
            "members_date",
            "date",
            "Day of the members that are measured: of found segments an earlier one, before the days of the measure",
        ),
    ),
)

SEGMENT_REGISTRY = Contract(
    name="gold.segment_registry",
    grain="one segment",
    key=("scheme", "segment_id"),
    columns=(
        required("scheme", "string", "Scheme"),
        required("segment_id", "string", "Minted once, stable"),
        required("segment_key", "string", "What identifies the segment in its definition"),
        required("name_fr", "string", "French name"),
        required("name_en", "string", "English name"),
        optional("description_fr", "string", "What sets the group apart, French"),
        optional("description_en", "string", "What sets the group apart, English"),
        required("first_date", "date", "First segment_date"),
        optional("centre", "array<double>", "Cluster centre in scaled space, for matching"),
        optional("model_version", "string", "Model the centre belongs to"),
    ),
)

SEGMENT_MIGRATIONS = Contract(
    name="gold.segment_migrations",
    grain="one new model of groups, one group of the last model, one of the new",
    key=("model_version", "from_segment_id", "to_segment_id"),
    columns=(
        required("as_of_date", "date", "Day of the snapshot that both models were applied to"),
        required("model_version", "string", "The new model"),
        required("previous_version", "string", "The model before it"),
        required("from_segment_id", "string", "Segment under the last model"),
        required("to_segment_id", "string", "Segment under the new model"),
        required("n_people", "bigint", "People of the snapshot"),
    ),
)

DEFINITIONS = Contract(
    name="gold.definitions",
    grain="one definition version",
    key=("definition_version",),
    columns=(
        required("definition_version", "string", "Content hash"),
        required("scheme", "string", "Scheme"),
        required("name", "string", "Name of the definition"),
        required("content", "string", "The definition as canonical JSON"),
        required("first_date", "date", "First segment_date it was used for"),
    ),
)

TRAINING_SETS = Contract(
    name="gold.training_sets",
    grain="one training set, one person, one cut",
    key=("dataset_id", "person_id", "cut_date"),
    partition_by=("dataset_id",),
    columns=(
        required("dataset_id", "string", "Content hash of what the set was made from"),
        required("person_id", "string", "Person"),
        required("cut_date", "date", "Features know the days before, the label the days from it"),
        required("role", "string", "train, recent (its window overlaps that of validate) or validate"),
        personal("label", "int", "1 where the outcome came about in the label window"),
        personal(
            "values",
            "array<double>",
            "Features in the order recorded with the model or on the card; null where missing",
        ),
    ),
)

MODEL_DRIFT = Contract(
    name="gold.model_drift",
    grain="one model version, one as-of day, one of its inputs or scores",
    key=("model_version", "as_of_date", "kind", "name"),
    partition_by=("as_of_date",),
    columns=(
        required("model", "string", "Model, e.g. churn"),
        required("model_version", "string", "Registered model and version that scored the day"),
        required("as_of_date", "date", "The day of the people who are compared with those of the training"),
        required("kind", "string", "input or score"),
        required("name", "string", "The input, or the score's column, e.g. churn"),
        required("psi", "double", "Population stability index: 0 is as at the training"),
        required("psi_by_chance", "double", "What as many people of one population give on average"),
        required("level", "string", "steady, look or alarm: psi less psi_by_chance against monitoring.psi_*"),
    ),
)

MODEL_PERFORMANCE = Contract(
    name="gold.model_performance",
    grain="one model version, one of its scores, one as-of day whose label window has ended",
    key=("model_version", "score", "as_of_date"),
    columns=(
        required("model", "string", "Model, e.g. churn"),
        required("model_version", "string", "Registered model and version that gave the score"),
        required("score", "string", "As in gold.scores, e.g. churn_90d"),
        required("as_of_date", "date", "The day of the scores; the first one of its week"),
        required("window_end_date", "date", "First day after the label window"),
        required(
            "measured_date", "date", "As-of day of the run that judged them; the events known then made the labels"
        ),
        required(
            "n_people", "bigint", "People judged, who still permit profiling; of more than 50,000 a part, by their ids"
        ),
        required("base_rate", "double", "Share of them with the outcome"),
        required("base_rate_low", "double", "Lower end of its 95 % interval"),
        required("base_rate_high", "double", "Upper end of its 95 % interval"),
        optional(
            "trained_rate", "double", "The same share of the people on whom the version was judged at its training"
        ),
        required("roc_auc", "double", "Chance that somebody with the outcome has a higher score than somebody without"),
        required("roc_auc_low", "double", "Lower end of its 95 % interval"),
        required("roc_auc_high", "double", "Upper end of its 95 % interval"),
        required("log_loss", "double", "Mean of -log of the probability of what happened"),
        required(
            "calibration_error",
            "double",
            "Mean distance of announced and observed over ten bins of equally many people",
        ),
        required("calibration_excess", "double", "The same less what chance alone gives"),
        required("brier", "double", "Mean squared distance of probability and outcome"),
    ),
)

ORDINALS = Contract(
    name="gold.ordinals",
    grain="one number by which bitmaps name a person",
    key=("ordinal",),
    columns=(
        required("ordinal", "bigint", "Dense from 0; never given again"),
        optional("person_id", "string", "Person; null of who was erased, or merged into somebody else"),
        required("since_date", "date", "As-of day of the first bitmaps with it"),
        optional("ended_date", "date", "As-of day since which nobody has it"),
    ),
)

_SLICE_COLUMNS = (
    required("block", "int", "The ordinals from block * 2^20 on"),
    personal(
        "bytes", "binary", "Places in the block as a serialized roaring bitmap; of kind about JSON", required=True
    ),
)

BITS = Contract(
    name="gold.bits",
    grain="one slice, one block of 2^20 ordinals, one as-of day",
    key=("as_of_date", "kind", "slice", "block"),
    partition_by=("as_of_date",),
    retention_days=32,
    columns=(
        required("as_of_date", "date", "First day that is not observed"),
        required("kind", "string", "feature, person, member (of a segment) or about"),
        required(
            "slice",
            "string",
            "Of a feature name:bit, name:- (below zero; bits are of the size) and name:null; a date is the days before "
            "as_of_date; of members scheme:segment_id; here, contactable",
        ),
        *_SLICE_COLUMNS,
    ),
)

DAY_BITS = Contract(
    name="gold.day_bits",
    grain="what one as-of day changed: one slice, one block of 2^20 ordinals",
    key=("as_of_date", "kind", "slice", "block"),
    partition_by=("as_of_date",),
    # The days that are kept, as known on any of as many as-of days.
    retention_days=800,
    columns=(
        required("as_of_date", "date", "First as-of day that knows the change"),
        required("kind", "string", "cleared: who loses all days before; did: who did it, set after that; or about"),
        required("slice", "string", "Of did the act and the local day, click:2026-05-31; all"),
        *_SLICE_COLUMNS,
    ),
)

TABLES = (
    ACTIVITY_DAILY, ACTIVITY_CORRECTIONS, ACTIVITY_ITEMS, ITEM_LAST_DAYS, FEATURES, PEOPLE, FEATURES_RESTATED, SCORES,
    SEGMENTS, SEGMENT_CHANGES, SEGMENT_PROFILES, SEGMENT_REGISTRY, SEGMENT_MIGRATIONS, DEFINITIONS, TRAINING_SETS,
    MODEL_DRIFT, MODEL_PERFORMANCE, ORDINALS, BITS, DAY_BITS,
)  # fmt: skip

-- The last gate: who of a segment may be written to now, at which address, and why not the others.
-- It runs in Spark and in DuckDB (activation/last_gate.py). Tables: members (person_id of those who could be written to
-- on the segment's day), links, consents (with local_date, the business's day of effective_at), objections, emails
-- (identifier_id). Parameters: day, of the segment; known, the newest day of consents, at least day; midnight, at which
-- day begins; purpose; is_assumed, whether the purpose is permitted where nothing is recorded.
WITH owners AS (
    SELECT identifier_id, person_id
    FROM (
        SELECT
            identifier_id,
            person_id,
            ROW_NUMBER() OVER (
                PARTITION BY identifier_id
                ORDER BY known_as_of DESC, COALESCE(step, 0) DESC, person_id DESC
            ) AS nth
        FROM links
        WHERE known_as_of <= :day
    ) AS ranked
    WHERE nth = 1
),

ours AS (
    SELECT owners.identifier_id, owners.person_id
    FROM owners
    WHERE owners.person_id IN (SELECT members.person_id FROM members)
),

-- Permission: the start of the current unbroken run of grants; an expiry that was not renewed before ends a run.
words AS (
    SELECT
        ours.person_id,
        consents.identifier_id,
        consents.value,
        consents.effective_at,
        consents.recorded_at,
        consents.expires_at,
        GREATEST(consents.local_date + 1, consents.known_as_of) AS start_date,
        consents.known_as_of
    FROM consents
    JOIN ours ON ours.identifier_id = consents.identifier_id
    WHERE consents.topic IS NULL AND consents.purpose = :purpose AND consents.known_as_of <= :known
),

in_order AS (
    SELECT
        words.*,
        ROW_NUMBER() OVER (
            PARTITION BY identifier_id
            ORDER BY
                effective_at ASC NULLS FIRST, recorded_at ASC NULLS FIRST, value ASC NULLS FIRST,
                expires_at ASC NULLS FIRST, start_date ASC NULLS FIRST, known_as_of ASC NULLS FIRST
        ) AS nth
    FROM words
),

runs AS (
    SELECT
        now_.*,
        SUM(
            CASE
                WHEN before_.value IS NULL OR before_.value <> 'granted' OR before_.expires_at < now_.effective_at THEN 1
                ELSE 0
            END
        ) OVER (PARTITION BY now_.identifier_id ORDER BY now_.nth) AS run
    FROM in_order AS now_
    LEFT JOIN in_order AS before_
        ON before_.identifier_id = now_.identifier_id AND before_.nth = now_.nth - 1
),

of_runs AS (
    SELECT
        runs.*,
        MIN(start_date) OVER (PARTITION BY identifier_id, run ORDER BY nth) AS run_start,
        ROW_NUMBER() OVER (PARTITION BY identifier_id ORDER BY nth DESC) AS nth_last
    FROM runs
),

permissions AS (
    SELECT
        person_id,
        MIN(CASE WHEN value = 'granted' AND (expires_at IS NULL OR expires_at > :midnight) THEN 1 ELSE 0 END) AS is_granted,
        MAX(run_start) AS start_date
    FROM of_runs
    WHERE nth_last = 1
    GROUP BY person_id
),

-- Addresses: a complaint or an unsubscription at one address holds for the person, a bounce for its address.
choices AS (
    SELECT
        identifier_id,
        event_type,
        ROW_NUMBER() OVER (PARTITION BY identifier_id ORDER BY occurred_at DESC, event_type DESC) AS nth
    FROM objections
    WHERE event_type IN ('unsubscribe', 'resubscribe')
),

against AS (
    SELECT
        ours.person_id,
        ours.identifier_id,
        MAX(CASE WHEN objections.event_type = 'complaint' THEN 1 ELSE 0 END) AS has_complaint,
        MAX(CASE WHEN objections.event_type = 'bounce_hard' THEN 1 ELSE 0 END) AS has_bounce,
        MAX(CASE WHEN choices.event_type = 'unsubscribe' THEN 1 ELSE 0 END) AS has_unsubscribed
    FROM ours
    JOIN emails ON emails.identifier_id = ours.identifier_id
    LEFT JOIN objections ON objections.identifier_id = ours.identifier_id
    LEFT JOIN choices ON choices.identifier_id = ours.identifier_id AND choices.nth = 1
    GROUP BY ours.person_id, ours.identifier_id
),

addresses AS (
    SELECT
        person_id,
        MIN(CASE WHEN has_bounce = 0 THEN identifier_id END) AS identifier_id,
        MAX(has_complaint) AS has_complaint,
        MAX(has_unsubscribed) AS has_unsubscribed,
        MIN(has_bounce) AS all_bounce
    FROM against
    GROUP BY person_id
)

SELECT
    members.person_id,
    CASE
        WHEN permissions.person_id IS NULL AND NOT :is_assumed THEN 'no_consent'
        WHEN permissions.is_granted = 0 OR permissions.start_date > :known THEN 'no_consent'
        WHEN addresses.person_id IS NULL THEN 'no_address'
        WHEN addresses.has_complaint = 1 THEN 'complained'
        WHEN addresses.all_bounce = 1 THEN 'hard_bounced'
        WHEN addresses.has_unsubscribed = 1 THEN 'unsubscribed'
    END AS removed,
    addresses.identifier_id
FROM members
LEFT JOIN permissions ON permissions.person_id = members.person_id
LEFT JOIN addresses ON addresses.person_id = members.person_id

"""The vault (the only place where a pseudonym can be reversed), and the last open date for list hygiene."""

from segspark.tables.contracts.contract import Contract, personal, required

IDENTITIES = Contract(
    name="privacy.identities",
    grain="one identifier",
    key=("identifier_id",),
    columns=(
        required("identifier_id", "string", "Keyed pseudonym, 32 hexadecimal digits"),
        required("kind", "string", "email, customer, user, anonymous or phone"),
        personal("sealed", "binary", "The identifier, encrypted with the workspace's key"),
        required("key_epoch", "int", "Which key sealed it"),
        required("run_id", "string", "Run that first met the identifier"),
        personal(
            "mailbox_provider",
            "string",
            "Family of an address's mailbox provider, e.g. gmail; null of other kinds, and of addresses that an earlier "
            "release met until the key is rotated",
            shape="word",
        ),
    ),
)

LAST_OPENS = Contract(
    name="privacy.last_opens",
    grain="one identifier",
    key=("identifier_id",),
    columns=(
        required("identifier_id", "string", "Keyed pseudonym"),
        personal("last_open_date", "date", "UTC date of the last open, overwritten; list hygiene only"),
    ),
)

TABLES = (IDENTITIES, LAST_OPENS)

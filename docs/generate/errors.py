"""docs/reference/errors.md and definition-errors.md: exit codes, dispositions, quarantine reasons, codes of errors."""

from docs.generate.markdown import code, table, text
from docs.generate.markdown import page as whole
from segspark import errors
from segspark.cli.ending import EXIT_TERMINATED
from segspark.cli.failures import BUG, EXIT_INTERRUPTED, INTERRUPTED, KINDS, TERMINATED, USAGE
from segspark.privacy.contactability import REASONS
from segspark.reports.reasons import EXPLANATIONS
from segspark.segments.validation_errors import WHY

# Exit code -> what it means, what to do.
_EXITS: dict[int, tuple[str, str]] = {
    0: ("Done.", ""),
    errors.EXIT_CHECK_FAILED: (
        "A check failed: data does not meet its contract, or `segspark doctor` found something wrong.",
        "Read the message: it names the table or the check. Correct the cause and run again.",
    ),
    errors.EXIT_USAGE: (
        "The command line, a file of the workspace or a definition is wrong, or executors cannot reach what they need as this "
        "is configured. Nothing was run.",
        "Correct what the message names: file, line, key, and what is allowed.",
    ),
    errors.EXIT_GATE_CLOSED: (
        "A data or privacy gate refused to go on, because going on would lose data or break a promise.",
        "Look at what the message names, for example a source whose records are mostly quarantined. A retry alone "
        "gives the same answer.",
    ),
    errors.EXIT_INFRASTRUCTURE: (
        "Java, memory, disk, a lock, the store or a destination is not as needed: also a lost executor, a jar that could "
        "not be fetched, and a store that does not answer.",
        "Wait, or correct it, and run again: a retry is safe and completes what is unfinished. It is the only code on "
        "which a scheduler should retry by itself.",
    ),
    errors.EXIT_BUG: (
        "A bug of the program. A traceback is shown.",
        "Report it with the lines shown; look them over first, they may name files or values.",
    ),
    EXIT_INTERRUPTED: ("Interrupted with Ctrl-C.", "Run again: what is unfinished is completed."),
    EXIT_TERMINATED: ("Ended by SIGTERM.", "Run again: what is unfinished is completed."),
}
_ERROR_KEYS = {
    "kind": "One of the words below.",
    "exit_code": "The exit code of the process.",
    "message": "What people read on standard error.",
    "issues": "Only where files or definitions are wrong: each fault by itself, with `code`, `where`, `what` and `fix`; "
    "those of definitions also say `why`.",
    "suggestions": "Only where a name does not exist, or not once: names that may be meant.",
}
_DISPOSITIONS = {
    "accepted": "At least a part of the record is in a silver table.",
    "duplicate": "All that it says was known already.",
    "expired": "Its events are older than `ingest.late_horizon_days`, and this is not the first load of its source.",
    "ignored": "It is valid, and of a kind that is about no person. Its declared fields are kept in `bronze.records`.",
    "withheld": "It may not be kept: an open of somebody who did not agree to have opens measured. It is counted only.",
    "quarantined": "It is refused. `bronze.quarantine` holds the reasons and, for `ingest.sealed_days`, the record itself, encrypted.",
}
_NOT_CONTACTABLE = {
    "complained": "The person reported a mail as spam, at any address.",
    "hard_bounced": "Every address of the person bounced for good.",
    "unsubscribed": "The person unsubscribed at some address, and did not subscribe again.",
    "no_consent": "No consent to e-mail marketing holds on the day.",
    "no_address": "No e-mail address of the person is known.",
}


def page() -> str:
    exits = [[code(number), *map(text, _EXITS[number])] for number in sorted(_EXITS)]
    return whole(
        "Errors and exit codes",
        "Every error is one message that says what is wrong, where, what exists, and what to do next.",
        "",
        "## Exit codes",
        "",
        "The code says whether a retry makes sense, so that a scheduler can decide.",
        *table(["code", "meaning", "what to do"], exits),
        "In the code each class of errors has one exit code (`segspark/errors.py`):",
        *table(["class", "exit code", "raised when"], _classes()),
        "## Errors as JSON",
        "",
        "With `--json` a command writes one JSON document to standard output, whether it succeeds or not. Of an error it is",
        "an object with the key `error`; the same message goes to standard error, as without `--json`. Its keys are stable:",
        *table(["key", "what it holds"], [[code(key), text(what)] for key, what in _ERROR_KEYS.items()]),
        *table(["kind", "exit code"], [[code(kind), code(number)] for kind, number in _kinds()]),
        "A command that has looked and found faults (`segments check`, `sources check`, `doctor`) has succeeded: it writes",
        "what it found, and only its exit code says that something is wrong.",
        "",
        "## Definitions",
        "",
        "Errors of levels and rules have a code of their own: [Errors of definitions](definition-errors.md).",
        "",
        "## Dispositions of records",
        "",
        "Every record that came in has exactly one disposition. `ops.ledger` counts them by file, and the report shows",
        "them by source.",
        *table(["disposition", "meaning"], [[code(word), text(said)] for word, said in _DISPOSITIONS.items()]),
        "## Reasons of quarantine",
        "",
        "A quarantined record has one reason or several, written as `reason`, or `reason:column` where one column is",
        "meant. If more than `ingest.max_quarantined_share` of a source's new records are quarantined, the run stops with exit",
        "code 3 and writes nothing.",
        *table(["reason", "meaning"], [[code(word), text(said)] for word, (_, said) in sorted(EXPLANATIONS.items())]),
        "## Reasons of people who may not be written to",
        "",
        "`not_contactable_reason` of `gold.segments`. If several apply, the first of this list is stored.",
        *table(["reason", "meaning"], [[code(word), text(_NOT_CONTACTABLE[word])] for word in REASONS]),
    )


def _kinds() -> list[tuple[str, int]]:
    own = [
        (USAGE, errors.EXIT_USAGE),
        (BUG, errors.EXIT_BUG),
        (INTERRUPTED, EXIT_INTERRUPTED),
        (TERMINATED, EXIT_TERMINATED),
    ]
    return [*((kind, known.exit_code) for known, kind in KINDS.items()), *own]


def _classes() -> list[list[str]]:
    """The classes of segspark/errors.py."""
    found = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SegsparkError)
    ]
    below = [kind for kind in found if kind is not errors.SegsparkError]
    return [
        [
            code(kind.__name__),
            code(kind.exit_code),
            text((kind.__doc__ or "").partition(";")[0].rstrip(".") + "."),
        ]
        for kind in below
    ]


def definition_errors_page() -> str:
    return whole(
        "Errors of definitions",
        "`segspark segments check` reports all errors of all definitions at once, without Spark. So does every command",
        "that needs the definitions, and then runs nothing and ends with exit code 2.",
        "",
        "Each error has five parts: what is wrong, where (file and line), why it is refused, how to correct it, and one",
        "of the codes below. With `--json` they are keys of an object: `what`, `where`, `why`, `fix`, `code`. Codes are",
        "stable: programs may rely on them.",
        *table(["code", "why it is refused"], [[code(word), text(_sentence(why))] for word, why in WHY.items()]),
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."

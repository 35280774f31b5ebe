"""No direct identifier past the gateway: canaries in every place of every provider's records.

Each canary is planted in one place of one record, plain or encoded, the record goes through the whole gateway, and what
the gateway staged is read back from its Parquet files. Sealed columns are the only ones that may hold it, encrypted.
"""

import base64
import html
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from sources.in_process import Rows, stage
from sources.places import RECORDS, Canary, Place, Record, canary

Encoding = Callable[[str], str]
# Written without the program's own decoder.
ENCODINGS: dict[str, Encoding] = {
    "plain": lambda text: text,
    "upper case": str.upper,
    "percent": lambda text: text.replace("@", "%40").replace("+", "%2B"),
    "every byte percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "escapes of JSON": lambda text: text.replace("@", "\\u0040").replace("+", "\\u002b"),
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "entities by name": lambda text: html.escape(text).replace("@", "&commat;").replace("+", "&plus;"),
    "quoted-printable": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of links": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 behind letters": lambda text: "id" + base64.b64encode(text.encode()).decode(),
    "base64 on lines": lambda text: "\r\n".join(re.findall(".{1,12}", base64.b64encode(text.encode()).decode())),
    "compressed": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "spelled": lambda text: text.replace("@", " (at) ").replace("+33", "+33 (0) "),
    "spelled in one word": lambda text: text.replace("@", "_at_"),
    "hexadecimal": lambda text: text.encode().hex(),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "invisible characters": lambda text: text.replace("@", "\u200b@\u00ad").replace("+", "+\u200b"),
}


def content(rows_by_kind: Rows) -> str:
    """Every decoded value of every staged file but the sealed ones."""
    return "\n".join(
        f"{column}={value}"
        for rows in rows_by_kind.values()
        for row in rows
        for column, value in row.items()
        if column != "sealed"
    )


@dataclass(frozen=True)
class Case:
    place: Place
    identifier: str
    outcome: str
    canary: Canary
    written: str
    record: Record

    def is_in(self, text: str) -> bool:
        return any(token in text for token in (self.canary.core, self.canary.core.upper(), self.written))


def cases(provider: str, encoding: str) -> list[Case]:
    _, base, places = RECORDS[provider]
    asked = [(p, i, o) for p in places for i in p.holds.split() for o in p.outcomes.split()]
    if encoding != "plain":
        asked = [(p, i, o) for p, i, o in asked if i in ("email", "phone")]
    made = []
    for n, (place, identifier, outcome) in enumerate(asked):
        token = canary(identifier, n)
        written = ENCODINGS[encoding](token.value)
        try:
            record = place.put(base(outcome, place.word), written)
        except ValueError:
            # A number in JSON is not encoded.
            continue
        made.append(Case(place, identifier, outcome, token, written, record))
    return made


@pytest.mark.parametrize("provider", RECORDS)
def test_every_case_takes_the_way_that_it_says(provider: str) -> None:
    asked = cases(provider, "plain")
    staged = stage(RECORDS[provider][0], *[case.record for case in asked])
    became = {row["position"]: "ignored" if row["is_ignored"] else "accepted" for row in staged["records"]}
    became |= {row["position"]: "refused" for row in staged["refused"]}
    assert became == {n: {"test": "refused"}.get(case.outcome, case.outcome) for n, case in enumerate(asked)}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("provider", RECORDS)
def test_no_direct_identifier_is_staged(provider: str, encoding: str) -> None:
    asked = cases(provider, encoding)
    assert asked
    text = content(stage(RECORDS[provider][0], *[case.record for case in asked]))
    found = [
        f"{case.identifier} in {case.place.name} of a record that is {case.outcome}"
        for case in asked
        if case.is_in(text) and case.identifier not in case.place.answers.split()
    ]
    assert found == []


@pytest.mark.parametrize("provider", RECORDS)
def test_canaries_in_a_declared_field_are_told_from_others(provider: str) -> None:
    # Where the shop answers, the canary is there: the search finds what is staged.
    asked = [case for case in cases(provider, "plain") if case.place.answers and case.outcome == "accepted"]
    text = content(stage(RECORDS[provider][0], *[case.record for case in asked]))
    assert [c.place.name for c in asked if c.identifier in c.place.answers.split() and not c.is_in(text)] == []


def test_an_encoding_leaves_nothing_of_the_plain_value() -> None:
    for name, encode in ENCODINGS.items():
        if name != "plain":
            assert not re.search(r"jeanne@exemple\.fr", encode("jeanne@exemple.fr")), name

"""The gateway alone, in one process: microseconds of CPU per record from a file's bytes to staged rows, provider by
provider, this checkout against another in turn.

    python benchmarks/gateway.py --against CHECKOUT [--records 4000] [--pairs 5] [--kinds sendgrid segment ...]

A pair is one process of each; a process parses the same file ten times and its best time counts. Mapped CSV is
measured behind the reader and Spark's expressions, from their texts on.
"""

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "gateway.json"
SEED = 3
PEOPLE = 9_000
REPEATS = 10
START = 1_777_000_000
RECEIVED = (START + 5_000_000) * 1_000_000
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
Record = dict[str, Any]


def _token(rng: random.Random, n_bytes: int) -> str:
    return base64.urlsafe_b64encode(rng.randbytes(n_bytes)).decode().rstrip("=")


def _uuid(rng: random.Random) -> str:
    digits = rng.randbytes(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _who(at: int) -> str:
    return f"lea.{at % PEOPLE:06d}@gmail.example"


def _iso(at: int) -> str:
    return datetime.fromtimestamp(START + at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def sendgrid(at: int, rng: random.Random) -> Record:
    word = rng.choice(("processed", "delivered", "delivered", "open", "click"))
    record: Record = {
        "email": _who(at), "timestamp": START + at, "event": word, "sg_event_id": _token(rng, 16),
        "sg_message_id": _token(rng, 12) + ".filter0001.16648.5515E0B88.0", "smtp-id": f"<sgm{at}@boutique.example>",
        "category": ["2026-05-05-newsletter", "newsletter"], "ip": "192.0.2.7", "asm_group_id": 88,
    }  # fmt: skip
    if word == "delivered":
        record |= {"response": "250 OK", "tls": 1}
    if word in ("open", "click"):
        record |= {"useragent": AGENT, "sg_machine_open": False}
    if word == "click":
        record["url"] = f"https://boutique.example/nouveautes/robe-{at % 300}?c=3"
    return record


def mailgun(at: int, rng: random.Random) -> Record:
    word = rng.choice(("accepted", "delivered", "delivered", "opened", "clicked"))
    data: Record = {
        "event": word, "id": _token(rng, 16), "timestamp": START + at + 0.25, "recipient": _who(at), "log-level": "info",
        "message": {
            "headers": {"message-id": f"{at:014d}.1.{_token(rng, 9)}@boutique.example", "to": _who(at), "subject": "Mai"},
            "size": 1_234,
        },
        "campaigns": [{"id": "2026-05-05-newsletter"}], "tags": ["newsletter"], "flags": {"is-test-mode": False},
        "user-variables": {"topic": "news"},
    }  # fmt: skip
    if word in ("opened", "clicked"):
        data |= {
            "client-info": {"device-type": "mobile", "bot": "", "user-agent": AGENT}, "ip": "192.0.2.7",
            "geolocation": {"country": "FR", "region": "IDF", "city": "Paris"},
        }  # fmt: skip
    if word == "clicked":
        data["url"] = f"https://boutique.example/nouveautes/robe-{at % 300}?c=3"
    return {
        "signature": {"timestamp": str(START + at), "token": _token(rng, 20), "signature": "0f" * 32},
        "event-data": data,
    }


def postmark(at: int, rng: random.Random) -> Record:
    word = rng.choice(("Delivery", "Delivery", "Open", "Click"))
    record: Record = {
        "RecordType": word, "MessageID": _uuid(rng), "MessageStream": "broadcast", "Recipient": _who(at),
        "Tag": "2026-05-05-newsletter", "Metadata": {"campaign_id": "2026-05-05-newsletter", "topic": "news"},
    }  # fmt: skip
    if word == "Delivery":
        return record | {"DeliveredAt": _iso(at), "Details": "250 OK"}
    record |= {
        "ReceivedAt": _iso(at), "Platform": "Mobile", "UserAgent": AGENT, "Client": {"Name": "Mail", "Family": "Mail"},
        "Geo": {"CountryISOCode": "FR", "Region": "IDF", "City": "Paris", "IP": "192.0.2.7"},
    }  # fmt: skip
    if word == "Open":
        return record | {"FirstOpen": True, "ReadSeconds": 5}
    return record | {
        "OriginalLink": f"https://boutique.example/nouveautes/robe-{at % 300}?c=3",
        "ClickLocation": "HTML",
    }


def ses(at: int, rng: random.Random) -> Record:
    word = rng.choice(("Send", "Delivery", "Delivery", "Open", "Click"))
    mail = {
        "timestamp": _iso(at), "messageId": f"0100{rng.randbytes(8).hex()}-{_uuid(rng)}-000000", "destination": [_who(at)],
        "source": "news@boutique.example", "commonHeaders": {"subject": "Mai", "to": [_who(at)]},
        "tags": {"campaign_id": ["2026-05-05-newsletter"], "topic": ["news"], "ses:configuration-set": ["letters"]},
    }  # fmt: skip
    content: dict[str, Record] = {
        "Send": {},
        "Delivery": {"timestamp": _iso(at), "recipients": [_who(at)], "smtpResponse": "250 OK", "processingTimeMillis": 800},
        "Open": {"timestamp": _iso(at), "userAgent": AGENT, "ipAddress": "192.0.2.7"},
        "Click": {
            "timestamp": _iso(at), "userAgent": AGENT, "ipAddress": "192.0.2.7",
            "link": f"https://boutique.example/nouveautes/robe-{at % 300}?c=3",
        },
    }  # fmt: skip
    return {"eventType": word, "mail": mail, word.lower(): content[word]}


def segment(at: int, rng: random.Random) -> Record:
    return {
        "messageId": _uuid(rng), "type": "track", "event": "Product Viewed",
        "properties": {"product_id": f"p{at % 300}", "category": "robes", "duration_s": 30},
        "userId": f"{700_000_000 + 7 * (at % PEOPLE)}", "anonymousId": _uuid(random.Random(at % PEOPLE)),
        "context": {
            "ip": "198.51.100.7", "locale": "fr-FR", "userAgent": AGENT, "sessionId": f"s{at // 3}",
            "page": {"url": f"https://boutique.example/robes/{at % 300}?c=1"},
        },
        "timestamp": _iso(at), "originalTimestamp": _iso(at), "sentAt": _iso(at + 1), "receivedAt": _iso(at + 2),
    }  # fmt: skip


def shopify(at: int, rng: random.Random) -> Record:
    place = {"first_name": "Léa", "last_name": "Martin", "country_code": "FR", "zip": "75001", "city": "Paris"}
    lines = [
        {
            "id": 5_000_000_000 + 3 * at + n, "product_id": 7_000 + rng.randrange(300), "sku": f"ROBE-{rng.randrange(300)}",
            "title": f"Robe d'été n° {rng.randrange(300)}", "product_type": "robes", "quantity": 1, "price": "20.00",
            "total_discount": "0.00", "discount_allocations": [{"amount": "5.00"}],
        }
        for n in range(2)
    ]  # fmt: skip
    return {
        "id": 6_000_000_000 + at, "test": False, "email": _who(at), "contact_email": _who(at), "currency": "EUR",
        "created_at": _iso(at), "processed_at": _iso(at), "updated_at": _iso(at + 60), "cancelled_at": None,
        "financial_status": "paid", "subtotal_price": "30.00", "total_price": "36.00", "note": None,
        "customer": {"id": 700_000_000 + at % PEOPLE, "email": _who(at), "first_name": "Léa", "default_address": place},
        "shipping_address": place, "billing_address": place, "line_items": lines, "refunds": [],
    }  # fmt: skip


RECORDS: dict[str, Callable[[int, random.Random], Record]] = {
    "sendgrid": sendgrid, "mailgun": mailgun, "postmark": postmark, "ses": ses, "segment": segment, "shopify": shopify,
}  # fmt: skip
MAPPED = {
    "name": "letters", "kind": "mapped", "path": "*", "format": "csv", "time_zone": "Europe/Paris",
    "received": {"from": "record"},
    "records": [
        {
            "target": "orders", "identifier": {"kind": "email", "value": "mail"},
            "columns": {"order_id": "no", "ordered_at": "at", "amount": "total", "category": "shelf", "country": "country"},
        }
    ],
}  # fmt: skip


def mapped(at: int, rng: random.Random) -> dict[str, str]:
    """What the mapping's expressions give for a row."""
    said = datetime.fromtimestamp(START + at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "r0__id": _who(at), "r0_order_id": f"C-{_token(rng, 6)}", "r0_ordered_at": said,
        "r0_amount": f"{rng.randrange(1_000, 20_000) / 100:.2f}", "r0_category": f"robes {at % 12}", "r0_country": "FR",
    }  # fmt: skip


def measure(kind: str, records: int, profiled: bool = False) -> float:
    """Microseconds of CPU per record, the best of some."""
    with tempfile.TemporaryDirectory() as name:
        work = (_mapped_work if kind == "mapped" else _record_work)(kind, records, Path(name))
        kinds = {row["kind"]: row["rows"] for batch in work() for row in batch.to_pylist() if "rows" in row}
        assert kinds["records"] == records, f"some are refused: {kinds}"
        if profiled:
            import cProfile
            import pstats

            with cProfile.Profile() as profile:
                work()
            pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(40)
        taken = []
        for _ in range(REPEATS):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    return round(min(taken) / records * 1e6, 2)


def _record_work(kind: str, records: int, folder: Path) -> Callable[[], list[Any]]:
    from segspark.sources.gateway import parse_records
    from segspark.sources.registry import PROVIDERS
    from segspark.sources.spec import Source

    rng = random.Random(SEED)
    lines = [json.dumps(RECORDS[kind](at, rng), separators=(",", ":"), ensure_ascii=False) for at in range(records)]
    plan = _plan(PROVIDERS.find(kind), Source(name="letters", kind=kind, path="*"), folder, "\n".join(lines))
    parse = plan.provider.stage.args[0]
    return lambda: list(parse_records(parse, plan, 0))


def _mapped_work(kind: str, records: int, folder: Path) -> Callable[[], list[Any]]:
    import pyarrow as pa

    from segspark.sources.mapped import MAPPED as PROVIDER
    from segspark.sources.mapped import convert
    from segspark.sources.mapping import OF_RECORD, compile_mapping
    from segspark.sources.spec import Source

    rng = random.Random(SEED)
    rows = [mapped(at, rng) for at in range(records)]
    source = Source.model_validate(MAPPED)
    plan, mapping = _plan(PROVIDER, source, folder, "mail,no,at,total,shelf,country\n"), compile_mapping(source)
    names = [output.name for output in mapping.outputs]
    failed = [f"{o.name}__failed" for o in mapping.outputs if getattr(getattr(o, "compiled", None), "failed", None)]
    assert not failed, failed
    of_record = {"file": 0, "reasons": None, "text": "x" * 80, "raw": b"x" * 80, "flags": None}
    known = {name: [of_record.get(name)] * records for name, _ in OF_RECORD} | {"position": list(range(records))}
    texts = {name: [row[name] for row in rows] for name in names}
    schema = pa.schema([*OF_RECORD, *((name, pa.string()) for name in names)])
    batches = pa.Table.from_pydict(known | texts, schema).to_batches(5_000)
    return lambda: list(convert(plan, mapping, iter(batches)))


def _plan(provider: Any, source: Any, folder: Path, content: str) -> Any:
    from segspark.pseudonyms import Key
    from segspark.sources.files import InputFile
    from segspark.sources.plan import Arrival, GatewayPlan, Limits
    from segspark.sources.vocabulary import Context
    from segspark.store import store_at

    path = folder / "letters.txt"
    path.write_text(content)
    file = InputFile("letters", str(path), path.name, "f" * 32, path.stat().st_size, RECEIVED)
    context = Context("letters", source.time_zone, "EUR", provider.options.model_validate({}))
    key, arrival = Key(b"0123456789abcdef0123456789abcdef"), Arrival("Europe/Paris", RECEIVED)
    return GatewayPlan(provider, source, context, ((file,),), Limits(), key, arrival, store_at(folder / "staged"))


def compared(kind: str, records: int, pairs: int, against: Path) -> dict[str, Any]:
    here = Path(__file__).resolve().parents[1]
    taken: dict[str, list[float]] = {"before": [], "after": []}
    for number in range(pairs):
        order = (("before", against), ("after", here))
        for word, root in order if number % 2 == 0 else order[::-1]:
            asked = ["--records", str(records), "--kinds", kind]
            done = subprocess.run(
                [sys.executable, str(Path(__file__).resolve()), *asked], stdout=subprocess.PIPE, text=True, check=True,
                cwd=root, env=os.environ | {"PYTHONPATH": str(root.resolve())},
            )  # fmt: skip
            taken[word].append(json.loads(done.stdout)[kind])
    ratios = [after / before for before, after in zip(taken["before"], taken["after"], strict=True)]
    return {**taken, "ratio": round(statistics.median(ratios), 3), "ratios": [round(r, 3) for r in ratios]}


def results(kinds: list[str], records: int, pairs: int, against: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in kinds:
        found = compared(kind, records, pairs, against)
        before, after = (min(found[word]) for word in ("before", "after"))
        print(f"{kind}: {before:.1f} before, {after:.1f} after, ratio {found['ratio']:.3f}", file=sys.stderr)
        yield kind, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=4_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", default=[*RECORDS, "mapped"], choices=[*RECORDS, "mapped"])
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="Another checkout, the one before")
    parser.add_argument("--profile", action="store_true", help="Print where the time goes")
    given = parser.parse_args()
    if given.against is None:
        print(json.dumps({kind: measure(kind, given.records, given.profile) for kind in given.kinds}))
        return
    from features import machine

    said = {"records": given.records, "seed": SEED, "unit": "microseconds of CPU a record", "machine": machine()}
    found = dict(results(given.kinds, given.records, given.pairs, given.against))
    RESULT.write_text(json.dumps({**said, "kinds": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""What a condition knows of a value: its kind, and how it changes from day to day without a new event."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "date", "boolean"]
# still: changed only by an event; ageing: one more each day; today: the day itself; birthday: one more on
# next_birthday_date; calendar: the same for everybody at a place, known ahead; moving: unknown.
Motion = Literal["still", "ageing", "today", "birthday", "calendar", "moving"]


@dataclass(frozen=True)
class Value:
    kind: Kind
    motion: Motion = "moving"

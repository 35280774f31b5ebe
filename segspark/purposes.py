"""The purposes that a person can permit; stored words, in the order of the columns made of them."""

from typing import Literal, get_args

Purpose = Literal["email_marketing", "open_tracking", "profiling"]
PURPOSES: tuple[str, ...] = get_args(Purpose)
EMAIL_MARKETING: Purpose
OPEN_TRACKING: Purpose
PROFILING: Purpose
EMAIL_MARKETING, OPEN_TRACKING, PROFILING = get_args(Purpose)

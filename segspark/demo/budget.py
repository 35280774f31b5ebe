"""How many mails, orders and visits make up the number of records that was asked for.

A reader who gets some mails a week for two years has some 250 records of mails alone; the demo has twenty records per
person. So orders and visits go back the whole history, and mails begin late: the shop switched its providers' webhooks
on some weeks before the end (six in the usual demo), as many as the records allow. What a provider reports of a mail is
what a shop would tick: SendGrid and Postmark report the delivery and what follows, Mailgun the acceptance too.
"""

from dataclasses import dataclass

import numpy as np

from segspark.demo.people import People

# CRM and consents, records per person.
OF_EXTRACTS = 4.12
# Of the other records: what mails give, what orders give. Visits give the rest.
MAIL_SHARE, ORDER_SHARE = 0.52, 0.18
# Records of a mail, an order and a visit, and the share that replays and defects add to them.
PER_MAIL, PER_ORDER, PER_VISIT = 1.40, 1.05, 2.30
ADDED_SHARE = 0.005
# Of the mails that people asked for; the others' permission is young, withdrawn or over, or they are left out once.
SENT_SHARE = 0.86


@dataclass(frozen=True)
class Budget:
    """Weeks with mails, at the end of the history; orders and visits of the whole history."""

    mail_weeks: int
    orders: float
    visits: float


def plan(people: People, n_records: int, n_days: int) -> Budget:
    """Share the records out; a shop too small for it gets two weeks of mails."""
    rest = max(n_records - OF_EXTRACTS * len(people), n_records / 4) / (1 + ADDED_SHARE)
    of_a_week = float(np.sum(people.may_mail * people.mails_a_week)) * SENT_SHARE * PER_MAIL
    weeks = round(rest * MAIL_SHARE / max(of_a_week, 1.0))
    weeks = min(max(weeks, 2), max(n_days // 7, 1))
    orders = rest * ORDER_SHARE / PER_ORDER
    visits = max(rest * (1 - ORDER_SHARE) - weeks * of_a_week, rest / 5) / PER_VISIT
    return Budget(weeks, orders, visits)

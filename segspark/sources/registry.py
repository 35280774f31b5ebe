"""Every provider: a source's ``kind`` names one of them."""

from segspark.sockets import Socket
from segspark.sources.mailgun import MAILGUN
from segspark.sources.mapped import MAPPED
from segspark.sources.postmark import POSTMARK
from segspark.sources.segment import SEGMENT
from segspark.sources.sendgrid import SENDGRID
from segspark.sources.ses import SES
from segspark.sources.shopify import SHOPIFY

PROVIDERS = Socket("provider", SENDGRID, MAILGUN, POSTMARK, SES, SEGMENT, SHOPIFY, MAPPED)

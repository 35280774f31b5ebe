"""The socket of KPIs. Their order is that of the rows of gold.segment_profiles."""

from segspark.measure import list as of_list
from segspark.measure import mail, shop
from segspark.measure.kpi import Kpi
from segspark.sockets import Socket

KPIS: Socket[Kpi] = Socket(
    "kpi",
    shop.DAYS_SINCE_ORDER,
    shop.ORDERS_365D,
    shop.NET_SPENDING_365D,
    shop.AVERAGE_ORDER_365D,
    shop.SALE_SHARE_365D,
    mail.CLICKS_90D,
    mail.CLICK_RATE_90D,
    shop.VISIT_DAYS_90D,
    shop.DWELL_90D,
    shop.CART_ADDS_90D,
    of_list.DAYS_SINCE_ACTIVE,
    of_list.TENURE,
    of_list.ENGAGEMENT,
    of_list.CHURN,
    of_list.AGE,
    of_list.CONTACTABLE,
    of_list.FAR,
    shop.ORDERED_365D,
    shop.VISITED_90D,
    mail.CLICKED_7D,
    mail.CLICKED_30D,
    mail.CLICKED_90D,
    mail.CLICKED_365D,
    mail.DELIVERED_30D,
    mail.CLICK_RATE_30D,
    mail.CLICK_RATE_RAW_30D,
    mail.CLICK_RATE_WEIGHTED_30D,
    mail.OPEN_RATE_30D,
    mail.OPEN_RATE_RAW_30D,
    mail.OPEN_RATE_WEIGHTED_30D,
    mail.REACTIVITY_1H_30D,
    mail.REACTIVITY_4H_30D,
    mail.REACTIVITY_24H_30D,
    shop.ORDERS_30D,
    shop.REVENUE_30D,
    shop.REVENUE_PER_MAIL_30D,
    mail.BOUNCE_RATE_30D,
    mail.COMPLAINT_RATE_30D,
    mail.UNSUBSCRIBE_RATE_30D,
)

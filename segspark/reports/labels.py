"""Readers' labels of features, reasons and schemes; a name without a label is shown as it is."""

import re

from segspark.reports.data import Language
from segspark.segments.schemes.registry import SCHEMES

_WINDOW = re.compile(r"(.+)_(\d+)d")
_LIFETIME = re.compile(r"(.+)_lifetime")

# Name of a feature without its window: (French, English).
FEATURES = {
    "n_sent": ("E-mails envoyés", "E-mails sent"),
    "n_delivered": ("E-mails reçus", "E-mails delivered"),
    "n_bounce": ("Rejets", "Bounces"),
    "n_complaint": ("Plaintes", "Complaints"),
    "n_unsubscribe": ("Désinscriptions", "Unsubscriptions"),
    "n_click": ("Clics humains", "Human clicks"),
    "n_click_machine": ("Clics de robots", "Machine clicks"),
    "n_open": ("Ouvertures humaines", "Human opens"),
    "n_open_machine": ("Ouvertures de robots", "Machine opens"),
    "n_page_view": ("Pages vues", "Page views"),
    "n_product_view": ("Produits vus", "Products viewed"),
    "n_search": ("Recherches", "Searches"),
    "n_cart_add": ("Ajouts au panier", "Cart additions"),
    "n_cart_remove": ("Retraits du panier", "Cart removals"),
    "n_checkout": ("Passages en caisse", "Checkouts"),
    "n_visit_day": ("Jours de visite", "Days with a visit"),
    "dwell_s": ("Temps sur le site", "Time on site"),
    "n_order": ("Commandes", "Orders"),
    "order_cents": ("Montant commandé", "Amount ordered"),
    "net_order_cents": ("Dépense nette", "Net spending"),
    "avg_order_cents": ("Panier moyen", "Average order"),
    "n_item": ("Articles achetés", "Items bought"),
    "n_refund": ("Remboursements", "Refunds"),
    "refund_cents": ("Montant remboursé", "Amount refunded"),
    "refund_share": ("Part remboursée", "Share refunded"),
    "n_order_sale": ("Commandes en soldes", "Orders in sales"),
    "sale_share": ("Part d'achats en soldes", "Share bought in sales"),
    "n_offer_received": ("Offres reçues", "Offers received"),
    "n_offer_viewed": ("Offres vues", "Offers viewed"),
    "n_offer_completed": ("Offres utilisées", "Offers used"),
    "click_rate": ("Taux de clic", "Click rate"),
    "open_rate": ("Taux d'ouverture", "Open rate"),
    "bounce_rate": ("Taux de rejet", "Bounce rate"),
    "machine_share": ("Part de robots", "Machine share"),
    "cart_conversion": ("Paniers transformés", "Carts converted"),
    "days_since_sent": ("Jours depuis le dernier envoi", "Days since last send"),
    "days_since_delivered": ("Jours depuis le dernier e-mail reçu", "Days since last delivery"),
    "days_since_click": ("Jours depuis le dernier clic", "Days since last click"),
    "days_since_open": ("Jours depuis la dernière ouverture", "Days since last open"),
    "days_since_visit": ("Jours depuis la dernière visite", "Days since last visit"),
    "days_since_cart_add": ("Jours depuis le dernier panier", "Days since last cart"),
    "days_since_order": ("Jours depuis le dernier achat", "Days since last order"),
    "days_since_active": ("Jours depuis la dernière activité", "Days since last activity"),
    "days_since_first_order": ("Jours depuis le premier achat", "Days since first order"),
    "days_between_orders": ("Jours entre deux achats", "Days between orders"),
    "tenure_days": ("Ancienneté en jours", "Tenure in days"),
    "order_trend": ("Tendance des achats", "Order trend"),
    "visit_trend": ("Tendance des visites", "Visit trend"),
    "preferred_hour": ("Heure préférée", "Preferred hour"),
    "age_years": ("Âge", "Age"),
    "n_bounce_hard": ("Adresses inexistantes", "Hard bounces"),
    "n_bounce_soft": ("Rejets temporaires", "Soft bounces"),
    "mailbox_provider": ("Messagerie", "Mailbox provider"),
    "n_blocked": ("Refus du fournisseur", "Blocked by the mailbox provider"),
    "n_deferred": ("Remises différées", "Deferrals"),
    "delivered_rate": ("Taux de remise", "Delivery rate"),
    "complaint_rate": ("Taux de plainte", "Complaint rate"),
    "days_since_bounce": ("Jours depuis le dernier rejet", "Days since last bounce"),
    "n_click_day": ("Jours avec un clic", "Days with a click"),
    "n_campaign_clicked": ("Campagnes cliquées", "Campaigns clicked"),
    "click_trend": ("Tendance des clics", "Click trend"),
    "clicks_h30": ("Clics récents, pondérés", "Recent clicks, weighted"),
    "visits_h30": ("Visites récentes, pondérées", "Recent visits, weighted"),
    "orders_h90": ("Achats récents, pondérés", "Recent orders, weighted"),
    "order_cents_h180": ("Dépense récente, pondérée", "Recent spending, weighted"),
    "pages_per_visit": ("Pages par jour de visite", "Pages per day with a visit"),
    "has_open_cart": ("Panier en attente", "Open cart"),
    "overdue": ("Retard sur son rythme de commande", "Overdue against own rhythm of orders"),
    "overdue_ratio": ("Retard sur son rythme d'achat", "Overdue against own rhythm"),
    "is_repeat_buyer": ("A commandé plusieurs jours", "Has ordered on several days"),
    "offer_view_rate": ("Taux d'offres vues", "Offer view rate"),
    "offer_use_rate": ("Taux d'offres utilisées", "Offer use rate"),
    "n_category_seen": ("Catégories vues", "Categories looked at"),
    "n_category_ordered": ("Catégories achetées", "Categories ordered from"),
    "n_product_seen": ("Produits différents vus", "Distinct products looked at"),
    "n_product_ordered": ("Produits différents achetés", "Distinct products ordered"),
    "top_category": ("Catégorie préférée", "Top category"),
    "top_category_share": ("Part de la catégorie préférée", "Share of the top category"),
    "latest_category": ("Dernière catégorie vue", "Category looked at last"),
    "top_category_ordered": ("Catégorie la plus achetée", "Category with most orders"),
    "latest_category_ordered": ("Dernière catégorie achetée", "Category ordered from last"),
    "days_since_top_category": ("Jours depuis la catégorie préférée", "Days since the top category"),
    "n_active": ("Actes humains", "Human acts"),
    "n_active_day": ("Jours d'activité", "Active days"),
    "preferred_weekday": ("Jour de semaine préféré", "Preferred weekday"),
    "preferred_device": ("Appareil préféré", "Preferred device"),
    "weekend_share": ("Part du week-end", "Weekend share"),
    "mobile_share": ("Part du mobile", "Mobile share"),
    "evening_share": ("Part du soir", "Evening share"),
    "gift_share": ("Part de novembre et décembre", "Share of November and December"),
    "summer_share": ("Part de juillet et août", "Share of July and August"),
    "preferred_order_month": ("Mois d'achat préféré", "Month of most orders"),
    "age_band": ("Tranche d'âge", "Age band"),
    "signup_age_days": ("Jours depuis l'inscription", "Days since signing up"),
    "profile_share": ("Profil renseigné", "Profile filled in"),
    "engagement": ("Score d'engagement", "Engagement score"),
    "is_far": ("Loin de tout groupe", "Far from every group"),
    "n_suppressed": ("E-mails retenus par le prestataire", "E-mails withheld by the provider"),
    "n_order_day": ("Jours de commande", "Days with an order"),
    "n_order_gift": ("Commandes de fin d'année", "Orders in November and December"),
    "n_order_summer": ("Commandes d'été", "Orders in July and August"),
    "top_product": ("Produit préféré", "Top product"),
    "unsubscribe_rate": ("Taux de désinscription", "Unsubscription rate"),
    "clicks_per_campaign": ("Clics par campagne cliquée", "Clicks per campaign clicked"),
    "sent_trend": ("Tendance des envois", "Trend of mails sent"),
    "soft_bounce_rate": ("Taux de rejet temporaire", "Soft bounce rate"),
    "deferral_rate": ("Taux de remise différée", "Deferral rate"),
    "has_bounced_since_delivery": ("Rejet depuis le dernier e-mail reçu", "Bounced since the last delivery"),
    "dwell_per_visit_s": ("Temps par jour de visite", "Time per day with a visit"),
    "cart_rate": ("Ajouts au panier par produit vu", "Cart additions per product viewed"),
    "cart_removal_rate": ("Part des articles retirés du panier", "Share removed from the cart"),
    "checkout_rate": ("Passages en caisse par panier", "Checkouts per cart"),
    "search_rate": ("Recherches par page vue", "Searches per page viewed"),
    "days_since_first_visit": ("Jours depuis la première visite", "Days since first visit"),
    "items_per_order": ("Articles par commande", "Items per order"),
    "avg_item_cents": ("Prix moyen d'un article", "Average price of an item"),
    "days_since_refund": ("Jours depuis le dernier remboursement", "Days since last refund"),
    "refund_cents_share": ("Part du montant remboursé", "Share of the amount refunded"),
    "visits_per_order": ("Jours de visite par commande", "Days with a visit per order"),
    "order_cents_trend": ("Tendance de la dépense", "Spending trend"),
    "offer_order_share": ("Part de commandes avec une offre", "Share of orders with an offer"),
    "days_since_offer_viewed": ("Jours depuis la dernière offre vue", "Days since last offer viewed"),
    "days_since_offer_completed": ("Jours depuis la dernière offre utilisée", "Days since last offer used"),
    "sale_cents_share": ("Part du montant dépensé en soldes", "Share of spending in sales"),
    "sale_act_share": ("Part d'activité pendant les soldes", "Share of acts in sales"),
    "morning_share": ("Part du matin", "Morning share"),
    "afternoon_share": ("Part de l'après-midi", "Afternoon share"),
    "night_share": ("Part de la nuit", "Night share"),
    "acts_per_day": ("Actes par jour d'activité", "Acts per active day"),
    "active_trend": ("Tendance de l'activité", "Trend of acts"),
    "order_month_share": ("Part du mois d'achat préféré", "Share of the month of most orders"),
    "is_order_month": ("A déjà acheté ce mois de l'année", "Has ordered in this month of some year"),
    "is_browsing_other_category": ("Regarde une autre catégorie", "Is looking at another category"),
    "is_adult": ("Est majeur", "Is an adult"),
    "is_birthday_soon": ("Anniversaire proche", "Birthday soon"),
    "has_gender": ("Genre renseigné", "Gender is known"),
    "has_birth_date": ("Date de naissance renseignée", "Birth date is known"),
    "has_city": ("Ville renseignée", "City is known"),
    "signup_cohort": ("Mois d'inscription", "Month of signing up"),
    "days_signup_to_order": (
        "Jours entre l'inscription et le premier achat",
        "Days from signing up to the first order",
    ),
    "recency": ("Quintile de récence", "Recency quintile"),
    "frequency": ("Quintile de fréquence", "Frequency quintile"),
    "monetary": ("Quintile de dépense", "Spending quintile"),
    "rfm_cell": ("Groupe RFM", "Group by RFM"),
    "engagement_tier": ("Niveau d'engagement", "Engagement tier"),
    "churn_band": ("Niveau de probabilité de ne pas commander", "Band of the probability of no order"),
    "engagement_churn_band": ("Niveau de probabilité de ne rien faire", "Band of the probability of no act"),
    "sale_days_ahead": ("Jours de soldes à venir", "Sales days ahead"),
    "sale_days_behind": ("Jours de soldes passés", "Sales days behind"),
    "bgnbd": ("Rythme d'achat (BG/NBD)", "Pace of orders (BG/NBD)"),
    "cluster": ("Groupe de comportement", "Behaviour group"),
    "not_contactable_reason": ("Raison de ne pas écrire", "Reason not to write"),
    "is_contactable": ("Peut recevoir nos e-mails", "May be written to"),
    "country": ("Pays", "Country"),
    "region": ("Région", "Region"),
    "city": ("Ville", "City"),
    "language": ("Langue", "Language"),
    "gender": ("Genre", "Gender"),
    "signup_date": ("Date d'inscription", "Date of signing up"),
    "days_to_birthday": ("Jours avant l'anniversaire", "Days to the birthday"),
    "month": ("Mois", "Month"),
    "weekday": ("Jour de la semaine", "Day of the week"),
    "season": ("Saison", "Season"),
    "holiday": ("Jour férié", "Public holiday"),
    "is_holiday": ("Est un jour férié", "Is a public holiday"),
    "sales_period": ("Période de soldes", "Sales period"),
    "days_to_sales_period": ("Jours avant les soldes", "Days to the sales"),
    "promotion": ("Promotion", "Promotion"),
    "weather": ("Temps qu'il fait", "Weather"),
    "temperature_c": ("Température en °C", "Temperature in °C"),
}
# The column of a model bears its name, which stands in no table.
FEATURES.update(
    churn=("Probabilité de ne pas commander", "Probability of no order"),
    engagement_churn=("Probabilité de ne rien faire", "Probability of no act"),
    p_alive=("Probabilité d'être encore client", "Probability of being a customer still"),
    alive_band=("Niveau de probabilité d'être encore client", "Band of the probability of being a customer still"),
    expected_orders=("Jours de commande attendus", "Order days expected"),
    value_cents=("Valeur attendue", "Expected value"),
    send_hour=("Heure d'envoi", "Send hour"),
    days_to_order=("Jours jusqu'à la prochaine commande", "Days to the next order"),
    days_to_order_low=("Jours jusqu'à la prochaine commande, au plus tôt", "Days to the next order, at the soonest"),
    days_to_order_high=("Jours jusqu'à la prochaine commande, au plus tard", "Days to the next order, at the latest"),
)

NOT_CONTACTABLE = {
    "no_consent": ("Pas de consentement à l'e-mail", "No consent to e-mail"),
    "unsubscribed": ("Désinscrits", "Unsubscribed"),
    "hard_bounced": ("Adresse en erreur définitive", "Address bounced for good"),
    "complained": ("Ont signalé un courrier indésirable", "Reported spam"),
    "no_address": ("Pas d'adresse e-mail", "No e-mail address"),
}


def pick(pair: tuple[str, str], language: Language) -> str:
    """The French or the English of a (French, English) pair."""
    return pair[0] if language == "fr" else pair[1]


def feature_label(name: str, language: Language) -> str:
    """``n_click_90d`` -> ``Clics humains, 90 j``; unknown names are returned as they are."""
    if name in FEATURES:
        return pick(FEATURES[name], language)
    if (match := _WINDOW.fullmatch(name)) and match[1] in FEATURES:
        return f"{pick(FEATURES[match[1]], language)}, {match[2]}\u00a0{'j' if language == 'fr' else 'd'}"
    if (match := _LIFETIME.fullmatch(name)) and match[1] in FEATURES:
        return f"{pick(FEATURES[match[1]], language)}, {'en tout' if language == 'fr' else 'ever'}"
    return name


def scheme_label(key: str, language: Language) -> str:
    """``behaviour`` -> ``Comportements``; unknown keys are returned as they are."""
    return next((scheme.titles[language] for scheme in SCHEMES.all() if scheme.name == key), key)


def not_contactable_label(reason: str, language: Language) -> str:
    """``no_consent`` -> ``Pas de consentement à l'e-mail``; unknown reasons are returned as they are."""
    return pick(NOT_CONTACTABLE[reason], language) if reason in NOT_CONTACTABLE else reason

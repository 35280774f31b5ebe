"""The texts of the sections about levels and RFM, in both languages; included by texts.py."""

# Of a low frequency.
RARELY = "rare"
# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    # Levels
    "levels_intro": (
        "La liste en groupes emboîtés, du plus général au plus précis. Touchez une ligne pour l'ouvrir.",
        "The list as nested groups, from the general to the precise. Tap a line to open it.",
    ),
    "levels_order": ("Ordre des niveaux : {names}.", "Order of the levels: {names}."),
    "level_rest": ("Autres, groupes trop petits", "Others, groups too small"),
    # RFM
    "rfm_intro": (
        "Acheteurs des {days} derniers jours. Récence {n} : achat le plus récent ; fréquence {n} : achats les plus "
        "nombreux. Chaque case donne le nombre de personnes et leur dépense moyenne nette.",
        "Buyers of the last {days} days. Recency {n}: bought most recently; frequency {n}: bought most often. "
        "Each square gives the number of people and their mean net spending.",
    ),
    "rfm_map": ("Personnes par récence et fréquence", "People by recency and frequency"),
    "rfm_cells": ("Familles de clients", "Families of customers"),
    "recency": ("Récence", "Recency"),
    "frequency": ("Fréquence", "Frequency"),
    "most_recent": ("récents", "recent"),
    "least_recent": ("anciens", "long ago"),
    "rarest": ("rares", RARELY),
    "most_often": ("fréquents", "frequent"),
    "mean_spending": ("Dépense moyenne", "Mean spending"),
    "scale_people": ("Peu de personnes", "Few people"),
    "scale_people_end": ("beaucoup", "many"),
}

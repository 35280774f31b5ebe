"""The texts of a card's frame, in both languages; included by texts.py. What a card says is data with its models."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "card_title": ("Carte du modèle : {title}", "Model card: {title}"),
    "card_lead": ("{name}, version {number}, entraînée le {day}", "{name}, version {number}, trained on {day}"),
    "card_chance": ("ce que le hasard seul permet (95 %)", "what chance alone allows (95%)"),
    "card_small": (
        "Les nombres de personnes et de lignes sont arrondis à {base} près ; en dessous de {k} ils sont cachés.",
        "Counts of people and of rows are rounded to {base}; below {k} they are hidden.",
    ),
    "card_footer": (
        "Écrite par segspark pour {workspace}. Une carte par version ; ce qui a changé depuis se voit avec « segspark models "
        "show ».",
        "Written by segspark for {workspace}. One card for each version; what has changed since is shown by “segspark models "
        "show”.",
    ),
}

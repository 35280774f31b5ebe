"""The shop, its goods, and the devices of its visitors."""

import numpy as np

SITE = "https://www.boutique.example"
# By device: mobile, desktop, tablet.
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15",
)
CATEGORIES = ("mode/robes", "mode/manteaux", "mode/denim", "chaussures", "accessoires", "maison")
CATEGORY_SHARES = (0.27, 0.12, 0.18, 0.18, 0.15, 0.10)
PRICES = (7990, 14990, 6990, 8990, 2990, 3990)
N_PRODUCTS = 400
SALES_PRICE_SHARE = 0.6


def draw_categories(n: int, rng: np.random.Generator) -> np.ndarray:
    """The categories of ``n`` orders or visits, drawn by the shares of the categories."""
    drawn: np.ndarray = rng.choice(len(CATEGORIES), n, p=CATEGORY_SHARES)
    return drawn

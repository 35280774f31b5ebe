"""Uplift: on whom a mail has more effect than on others, from a randomised send."""

"""Keys of the stored and the YAML form of conditions that are words of other things too."""

MEMBER = "segment"
DAYS = "days"

"""Questions that bitmaps answer: sizes at every threshold, windows of any length, overlaps of segments."""

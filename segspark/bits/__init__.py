"""Bitmaps of people: the values of a day as bit slices, and who did what on which day, for windows nobody declared."""

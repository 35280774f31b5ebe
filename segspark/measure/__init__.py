"""What is measured of a segment: KPIs as values, their sums over people, and how sure they are."""

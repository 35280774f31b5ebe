"""Disclosure control for counts of people: which numbers may leave the lake.

Every count of people is rounded to the nearest multiple of twice the floor k, whichever table it stands in, and a
count that rounds to nothing is only known to be below k. This is conventional rounding to a base (Willenborg and de
Waal 2001, Elements of Statistical Disclosure Control, chapter 9; Hundepool et al. 2012, Statistical Disclosure
Control, chapter 5). The rule looks at one count alone, so the choice of what is rounded tells nothing, equal counts
are printed alike in every table and on every day, and whoever knows the rule learns an interval from each number:
``[m - k, m + k)`` from a multiple m, ``[0, k)`` from nothing.

The base is 2k and not k for the sake of sums. In ``total = hidden + parts`` the greatest possible hidden count is the
upper end of the total less the lower ends of the parts, which is ``k - 1`` modulo k: never below ``k - 1``, so a
subtraction does not narrow a hidden count from above. From below it gains one per part at most, and only if every
part lies at the upper end of its interval. Suppression of cells instead of rounding would have to find a partner for
each hidden cell in every table and on every other day (complementary suppression), and would leave differences
between two days exact.
"""

# A floor of one person hides nobody.
NO_FLOOR = 1


def base_of(least: int) -> int:
    """The step that counts of people are rounded to; 1 without a floor."""
    return 2 * least if least > NO_FLOOR else 1


def rounded(n: int, least: int) -> int:
    """The nearest multiple of the base, halves upwards; 0 stands for every count below ``least``."""
    base = base_of(least)
    return (n + base // 2) // base * base

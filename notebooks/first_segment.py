# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
# %% [markdown]
# # A first segment, from an idea to its YAML
# Who has bought several times and is about to be lost? This notebook reads a workspace's lake and writes nothing into it.
# `SEGSPARK_WORKSPACE` names the workspace (default: the one around the current folder). No Java is started.
#
# What is shown here is rounded, and hides groups below `segments.min_size`, because notebooks are passed on. Attributes
# such as `rule.people`, and tables by `to_polars()`, are exact.

# %%
import tempfile
from pathlib import Path

import segspark

ws = segspark.open()
segments = ws.segments()
segments

# %% [markdown]
# ## The named segments of the day

# %%
ws.segments(scheme="rules").plot()

# %% [markdown]
# ## The idea as a condition
# Two orders or more in a year, and none for sixty days.

# %%
rule = ws.preview("n_order_365d >= 2 and days_since_order > 60")
rule

# %% [markdown]
# ## Is 60 the right number of days?
# The condition on `days_since_order` is the one that moves; every other part of the rule stays. The curve has the size for
# every threshold, from one pass over the people.

# %%
curve = rule.curve("days_since_order")
curve.plot()

# %% [markdown]
# `curve.at(90)` has the exact numbers of a threshold, and `curve.between` what moving it changes. More
# than 60 days are at least 61. As a share:

# %%
change = curve.between(61, 91).people / rule.people if rule.people else 0.0
print(f"from 60 to 90 days: {change:+.0%} people")

# %% [markdown]
# ## Whom does it share with the segments that are there?

# %%
shared = [(overlap.scheme, overlap.segment) for overlap in rule.overlaps[:5]]
shared

# %% [markdown]
# ## Why somebody is in it
# A person is a pseudonym; an e-mail address would be looked up, and be shown nowhere.

# %%
reasons = ws.explain(rule.sample[0]) if rule.sample else None
reasons

# %% [markdown]
# ## The rule as YAML
# This text goes into the workspace's `segments/`; `segspark segments plan` then says whom it would move, and the next daily
# run publishes it. Here it goes into a folder of its own, to see that the file gives the same people.

# %%
text = rule.to_yaml("about_to_be_lost", fr="Bientôt perdus", en="About to be lost")
print(text)

# %%
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "about_to_be_lost.yaml"
    file.write_text(text, "utf-8")
    from_file = ws.preview(file)
from_file

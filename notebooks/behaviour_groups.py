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
# # Behaviour groups: how many, what they are called, what a merge would make, what moved
# Groups are found by a model, not written by hand. This notebook reads MLflow and the lake, and writes nothing.

# %%
import itertools

import segspark
from segspark.errors import ConfigError

ws = segspark.open()
groups = ws.groups()
groups

# %% [markdown]
# ## How many groups?
# The silhouette says how much nearer people are to their own group than to the next (1 is clear, 0 is none). More groups cut
# the list finer until the smallest is too small for a mail of its own.

# %%
groups.plot()

# %%
print(groups.reason)
tried = [(row.k, round(row.silhouette, 3), ", ".join(row.failed) or "passed") for row in groups.tried]
tried

# %% [markdown]
# ## What sets each group apart
# The three features whose mean is furthest from everybody's, in standard deviations.

# %%
for group in groups:
    furthest = sorted(group.z_scores.items(), key=lambda one: -abs(one[1]))[:3]
    print(group.name, *(f"{name} {z:+.1f}" for name, z in furthest), sep="; ")

# %% [markdown]
# Names are made of such differences. `models.behaviour.names` in `segspark.yaml` gives a group another name, by its id.

# %%
ids = {group.name: group.segment_id for group in groups}
ids

# %% [markdown]
# ## Which groups may be merged?
# Groups merge along the hierarchy in which they were found: two join if no third lies between them. A merge is tried here;
# `segspark segments merge NAME NAME` stores it, and the next daily run applies it.

# %%
merges = []
for one, other in itertools.combinations(groups, 2):
    try:
        merges.append(groups.if_merged(one.segment_id, other.segment_id).name)
    except ConfigError:
        # Others lie between them.
        continue
merges

# %% [markdown]
# ## What moved since the day before

# %%
sizes = ws.segments(scheme="behaviour")
sizes

# %%
largest = ws.segment(sizes.sizes[0].segment_id)
movement = largest.changes() if sizes.since else None
movement

# %% [markdown]
# ## What the people of the largest group are like

# %%
profile = largest.profile()
profile

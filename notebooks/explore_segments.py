# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---
# %% [markdown]
# # The segments of a day
# Reads a workspace's lake and writes nothing. `SEGSPARK_WORKSPACE` names the workspace (default: the demo's).

# %%
import os
from pathlib import Path

import polars as pl

from segspark.app.workspace import open_workspace
from segspark.query.look import segment_sizes
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

workspace = open_workspace(Path(os.environ.get("SEGSPARK_WORKSPACE", "demo-workspace")))
lake = Lake(workspace.lake)

# %% [markdown]
# ## Sizes, and how many may be written to

# %%
sizes = pl.DataFrame(segment_sizes(workspace, None))
sizes.sort("people", descending=True)

# %% [markdown]
# ## What sets the groups apart: distance from the list in standard deviations

# %%
profiles = pl.read_delta(lake.path(gold.SEGMENT_PROFILES))
newest = profiles.filter(pl.col("segment_date") == profiles["segment_date"].max())
newest.filter(pl.col("z_score").is_not_null()).pivot(
    "measure", index=["scheme", "segment_name"], values="z_score", aggregate_function="first"
)

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
# # A training set for a model of your own, and what leakage would look like
# Who does not order within 90 days? A model learns it from people at past days (cuts): what was known of them **on that day**,
# and what they did **afterwards**. The set is stored in the lake by a flow, with the permission of each person: whoever
# withdraws leaves it with the next daily run. This is the only thing that this notebook writes, and only if the same set is
# not stored yet; then Java starts.

# %%
from datetime import timedelta

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

import segspark

ws = segspark.open()
newest = ws.segments().as_of

# %% [markdown]
# ## Three cuts, each with a label that is observed
# The newest one judges. The others are learnt from, because their 90 days are over when it begins.

# %%
cuts = [newest - timedelta(days=days) for days in (270, 180, 90)]
training = ws.training_set("no_order_90d", cuts=cuts, make=True)
training

# %% [markdown]
# ## The columns, and what each means
# `training.card` has the population, the tables with their versions, and the hash of the definitions.

# %%
meanings = [(column.name, column.unit, column.meaning) for column in training.columns[:8]]
meanings

# %% [markdown]
# ## A model of one's own
# Rows are split by **time**, not at random: a random split would judge people on days that the model has learnt from.

# %%
rows = training.to_arrow()
names = [column.name for column in training.columns]
label, role = np.array(rows["label"]), np.array(rows["role"])
values = np.column_stack([np.array(rows[name], dtype=float) for name in names])
is_learnt, is_judged = role == "train", role == "validate"
# A column that nobody has a value of teaches nothing.
values = values[:, ~np.isnan(values[is_learnt]).all(axis=0)]

model = HistGradientBoostingClassifier(max_iter=100, learning_rate=0.05, random_state=0)
model.fit(values[is_learnt], label[is_learnt])
auc = roc_auc_score(label[is_judged], model.predict_proba(values[is_judged])[:, 1])
print(f"ROC-AUC on the newest cut: {auc:.2f}")

# %% [markdown]
# ## What leakage would look like
# The same columns, taken **today** instead of at the cut: they know what the label was to predict. Whoever joins features
# without a day gets these numbers, is proud of them, and has a model that is worth nothing tomorrow.

# %%
leakage = training.leakage()
leakage.plot()

# %%
leakage

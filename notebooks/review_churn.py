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
# # Review a churn model before anybody relies on it
# The model announces for each customer the probability of no order in the next days. It was trained on past days, and
# judged on a later one that it had not seen. This notebook reads MLflow and the lake, and writes nothing.

# %%
import segspark

ws = segspark.open()
churn = ws.model("churn")
churn

# %% [markdown]
# ## What was it judged by?
# Each gate has a bound that was set before the training. A version that fails one does not become champion by itself.

# %%
closed = [gate.code for gate in churn.gates if not gate.is_open]
print("every gate is passed" if not closed else f"failed: {', '.join(closed)}")

# %% [markdown]
# ## Can the probabilities be taken at their word, and do they find more than recency alone?
# On the left each point is a tenth of the people: on the diagonal an announced 70 % comes true 70 times in 100. On the right
# the lift of each tenth, beside days since the last act alone. A panel that would tell of a few people is left out.

# %%
churn.plot()

# %% [markdown]
# ## Figures
# ROC-AUC is the chance that somebody who leaves has a higher probability than somebody who stays. The Brier score is the mean
# squared distance from what happened: lower is better.

# %%
figures = {name: churn.metrics[name] for name in ("roc_auc", "brier", "log_loss") if name in churn.metrics}
figures

# %% [markdown]
# ## What does it look at?

# %%
strongest = list(churn.importances)[:5]
strongest

# %% [markdown]
# ## Why one person has its probability
# The reasons of a score are the inputs that moved it most.

# %%
person = ws.preview("churn >= 0.5").sample[0]
scores = [reason for reason in ws.explain(person) if reason.scheme == "scores"]
for reason in scores:
    print(reason)

# %% [markdown]
# ## The card
# Everything on one page: of whom it speaks, the cuts in time, slices, limits. `segspark models card churn` writes it.

# %%
card = churn.card()
card

# %% [markdown]
# Whoever disagrees takes it out of use by `segspark models rollback`, with a reason that is kept.

"""Churn: who will not buy again soon."""

"""Everything that is fitted: preparation, clusters, churn; tracked in MLflow."""

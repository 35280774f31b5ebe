"""Where MLflow keeps its runs and files: what it understands itself, and what segspark has a store for."""

from pathlib import Path

from segspark.config.url import STORE_SCHEMES, Url, scheme_of, why_no_store

# Databases name their driver after a plus.
_TRACKED = ("", "file", "http", "https", "sqlite", "postgresql", "mysql", "mssql", "databricks", "databricks-uc", "uc")
_SERVED = "mlflow-artifacts"


def why_no_tracking(uri: str) -> str | None:
    """Why MLflow cannot keep its runs at an address; None if it can."""
    scheme = uri.partition(":")[0].partition("+")[0] if ":/" in uri else ""
    if scheme in _TRACKED:
        return None
    return (
        f"MLflow keeps its runs in a database or on a server, not in {scheme}:; give sqlite:///FILE, postgresql://… or "
        "http://…, and the bucket as artifact_location"
    )


def why_no_artifacts(place: str, tracking_uri: str) -> str | None:
    """Why the files of models cannot be kept at a place."""
    scheme = scheme_of(place)
    if scheme == _SERVED:
        if tracking_uri.startswith("http"):
            return None
        return "mlflow-artifacts: is kept by a server; tracking_uri must be its address, http://…"
    if scheme == "dbfs" and tracking_uri.startswith("databricks"):
        return None
    return why_no_store(place)


def artifacts_at(place: str, folder: Path) -> str:
    """The place as MLflow gets it: a whole path, or an address."""
    scheme = scheme_of(place)
    if scheme in (*STORE_SCHEMES, _SERVED, "dbfs"):
        # The name that other programs with MLflow know.
        return f"s3:{place.partition(':')[2]}" if scheme == "s3a" else place
    return Url(place).below(folder).text

"""Events about runs for catalogues of data, by OpenLineage; only where it is configured."""

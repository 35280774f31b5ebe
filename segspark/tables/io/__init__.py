"""Reading and writing Delta tables; used by the pipeline only."""

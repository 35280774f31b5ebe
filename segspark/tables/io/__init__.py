"""Reading and writing of Delta tables; only the pipeline comes here."""

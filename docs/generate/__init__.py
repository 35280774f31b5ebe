"""The reference pages and the files like them, made from the code; docs/generate/__main__.py lists them."""

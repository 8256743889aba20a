"""The theorems, one file each, found by name: a file has `theorem() -> Theorem`."""

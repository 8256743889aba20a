"""Readers, one folder for each format: text or bytes in, a shaped Network out."""

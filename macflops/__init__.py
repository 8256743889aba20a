"""macflops says why a neural network is slow and what to write instead, recounted."""

__version__ = "0.1.0"

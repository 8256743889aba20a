"""The fast primitives: the same networks, laid out once for an image size as a list of NumPy calls on fixed buffers.

Four ideas, each in its file:
- maps are channels-last, so that a pointwise convolution is one matrix product and a depthwise one is one einsum over
  shifted views, whose inner loop runs along a whole row of pixels and channels (buffers.py, kernels.py);
- a batch norm is folded into the convolution before it, and that of a depthwise convolution, which has no ReLU, into
  the pointwise one behind it (fold.py);
- the shuffle of V2 never happens: a channel is written once, where the unit that convolves it reads it (routes.py);
- the stem works in bands of rows that fit the cache (stem.py).
No map is allocated while a network runs, and the images of a batch go through one after the other.
"""

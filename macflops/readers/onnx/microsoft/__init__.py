"""Operators of com.microsoft, which ONNX Runtime's optimizer writes: those that are ONNX's own in another form.

Functions as in `operators`. Source: onnxruntime/docs/ContribOperators.md.
"""

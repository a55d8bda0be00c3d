"""Measuring and retraining models on sets of photographs.

By the published protocols (`evaluate`, `finetune`).

Knows: sets of photographs as people keep them, and reports. Does not know: a library.
"""

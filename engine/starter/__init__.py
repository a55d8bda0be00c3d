"""How the built-in model is made.

Corpus, captions, and the stages of its training (`python -m engine pretrain`).

Nothing here runs in the product. Does not know: a library.
"""

"""From what a person types to photos in order.

Knows: the query language, names, embeddings in memory, what the model in use says about the photos
(`recognition`). Gives `search` and `recognition` to the library. Does not know: how labels are
learned, or how photos come in.
"""

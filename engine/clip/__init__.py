"""CLIP and CoOp, written here: the model, its tokenizer, its weights, prompts that are learned,
zero-shot decisions.

Knows: arXiv:2103.00020 and arXiv:2109.01134, where weights come from, how they are checked. Gives
`model`, `tokenizer`, `weights`, `coop` and `zero_shot` to every room above. Does not know: a
library, a database, a folder of photos.
"""

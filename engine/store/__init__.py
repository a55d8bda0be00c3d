"""The library's database and the files beside it. The only SQL of the program stands here.

Knows: schema, migrations, transactions, the lock, backups of a person's words. Gives `store`: one
open library, with a part for each thing that it keeps: `folders`, `photos` (as a person sees them),
`files` (as the disk has them), `embeddings`, `labels`, `corrections`, `tags`, `versions`,
`keywords`. `database` is for this room alone. Does not know: what is on a photo, or what a model
is.
"""

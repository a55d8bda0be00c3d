"""The library's database and the files beside it. The only SQL of the program stands here.

Knows: schema, migrations, transactions, the lock, backups of a person's words. Gives `database`
(folders, photos, vectors), `labels` (labels, tags, corrections, versions). Does not know: what is
on a photo, or what a model is.
"""

"""From a person's corrections to a better label; and an honest judgement of whether it is better.

Knows: Tier A (`fewshot`), Tier B (`prompt_tuning`), acceptance, and which photo to ask about next
(`review`). Works on tensors and records only. Does not know: a database, a library, a file.
"""

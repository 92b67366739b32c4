"""The ledger as a log that others can check: its tree, signed checkpoints, proofs and bundles.

`merkle` and `tiles` are the tree, `notes` and `checkpoints` what is signed and its form,
`checkpoint_log` and `signing` who signs and where it is kept; `stored`, `inspection`, `bundles` and
`examination` check what there is, `public_log` and `answering` hand it out.
"""

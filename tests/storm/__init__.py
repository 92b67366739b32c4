"""The storm: many dossiers live while processes are killed and frozen, all from one seed.

`lives` says what happens to each dossier, `load` plays it, `journal` remembers what was sent and
what was acknowledged, `blows` says who is hit when, `verdict` judges what is left.
"""

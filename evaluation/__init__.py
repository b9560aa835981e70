"""How well Carelog understands what is said: cases of our own, real visits, and the table of `make eval`."""

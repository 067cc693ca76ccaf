"""Controllers that can't be had as packages, written from what is known of them: Seldon's operator and PrimeHub's.

They make the same objects with the same names, labels and defaults and report the same status; whatever they leave
out is said where it would be. They are for tests alone.
"""

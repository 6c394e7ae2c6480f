"""Backwards: the numbers of layers, or of their input, that give an output."""

"""Training of the reference models: recipes, data, the loop, and what a run leaves."""

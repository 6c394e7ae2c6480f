"""Pictures for slides and papers, drawn with matplotlib: networks, steps of a convolution, receptive fields, costs, comparisons."""

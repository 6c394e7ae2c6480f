"""All that needs torch beside a layer's own `module`: the modules that torch lacks, the check, the random sampler."""

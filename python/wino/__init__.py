"""Tools around Wino's compiler: test models, random weights, comparison."""

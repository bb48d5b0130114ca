"""How a classifier is made: recipe, dataset, loop, evaluation, baselines."""

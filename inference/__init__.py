"""How a corpus is scored: predictor, runner with its journal, sinks."""

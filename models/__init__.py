"""What a classifier is: base encoders, inputs, calibration, the model folder, metrics."""

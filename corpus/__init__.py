"""What is read and what the labels mean: records, readers, extraction, codebook, coded data."""

extension TokenBatches: BatchSource {}

// Filled by the first commits that need it.

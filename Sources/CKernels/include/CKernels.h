#ifndef TRIPTYCH_CKERNELS_H
#define TRIPTYCH_CKERNELS_H

// The C loops under `Kernels`. One table of functions per instruction set; the Swift side chooses the table, splits the
// work into chunks and hands the chunks to the thread pool. Counts and strides are in elements unless a name says bytes.
// No pointer needs an alignment.

#include "pool.h"
#include "table.h"

#endif

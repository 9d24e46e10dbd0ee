"""Fits the polynomial of the normal distribution's tail in Sources/CKernels/shared/functions.h (needs numpy, mpmath).

0.5 erfc(y) = exp(-y^2) t P(t), t = 1 / (1 + 0.43 y), y in 0...9.5; P minimises the largest relative error (Lawson's
iteratively reweighted least squares on Chebyshev points).
"""

import numpy
from mpmath import erfc, exp, mp, mpf

mp.dps = 40
slope, degree, largest = 0.43, 7, 9.5
smallest_t = 1 / (1 + slope * largest)
points = numpy.cos(numpy.pi * (numpy.arange(4000) + 0.5) / 4000)
t = (1 + smallest_t) / 2 + (1 - smallest_t) / 2 * points
target = numpy.array([float(erfc(mpf(y)) * exp(mpf(y) ** 2) / 2) for y in (1 / t - 1) / slope]) / t
basis = numpy.vander(t, degree + 1) / target[:, None]
weights = numpy.ones_like(t)
for _ in range(300):
    root = numpy.sqrt(weights)
    coefficients = numpy.linalg.lstsq(basis * root[:, None], root, rcond=None)[0]
    errors = abs(basis @ coefficients - 1)
    weights *= errors + 1e-15
    weights /= weights.sum()
print("largest relative error", errors.max())
print("from the highest power:", [float("%.9g" % c) for c in coefficients])

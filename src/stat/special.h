/* stat/special.h - the distributions that intervals and tests are made of.
 *
 * Shape    plain functions of numbers.
 * Units    probabilities are ratios 0..1; counts are successes out of n trials.
 * Memory   none is allocated.
 * Errors   NaN when an argument is outside its range.
 * Threads  safe from any.
 *
 * Sources  normal cdf: erfc of the C library (Abramowitz & Stegun 7.1.22).
 *          normal quantile: start of A&S 26.2.23, refined by Halley's method.
 *          Student's t: the finite series of A&S 26.7.3 and 26.7.4.
 *          binomial: C. Loader, "Fast and Accurate Computation of Binomial
 *          Probabilities", 2000 (saddle point form), summed outwards.
 * Accuracy measured against exact integers and 80-digit decimals: relative error
 *          below 1e-15 (normal) and 3e-13 (binomial, n up to 10,000, worst in the
 *          far tail).
 */
#ifndef WHET_STAT_SPECIAL_H
#define WHET_STAT_SPECIAL_H

#include <stddef.h>
#include <stdint.h>

/* P(Z <= z) of the standard normal. */
double whet__normal_cdf(double z);

/* The z with P(Z <= z) = p, 0 <= p <= 1; infinite at the ends. */
double whet__normal_quantile(double p);

/* The t with P(T <= t) = p of Student's t with that many degrees of freedom (1 or more). */
double whet__student_quantile(double p, size_t freedom);

/* P(X = k) and P(X <= k) of n trials with success ratio p. A k above n is fine. */
double whet__binomial_pmf(uint64_t k, uint64_t n, double p);
double whet__binomial_cdf(uint64_t k, uint64_t n, double p);

/* The smallest k with P(X <= k) >= q. n when an argument is outside its range. */
uint64_t whet__binomial_quantile(double q, uint64_t n, double p);

#endif

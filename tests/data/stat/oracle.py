#!/usr/bin/env python3
"""Writes the tables that tests/unit/stat compares with, next to itself.

Everything is computed with exact integers, fractions or 80-digit decimals and
rounded once, so the tables are right to the last bit. Run it again only to change
the cases: it is deterministic.

    python3 tests/data/stat/oracle.py
"""
import decimal
import math
import os
import random
import statistics
from decimal import Decimal
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
decimal.getcontext().prec = 80


def write(name, columns, rows):
    with open(os.path.join(HERE, name), "w", encoding="ascii") as out:
        out.write("# " + columns + "\n")
        for row in rows:
            out.write(" ".join(x.hex() if isinstance(x, float) else str(x) for x in row) + "\n")


def decimal_pi():
    """Machin's formula."""
    def arctan_of_inverse(n):
        total, term, k = Decimal(0), Decimal(1) / n, 1
        while abs(term) > Decimal(10) ** -90:
            total += term / k if k % 4 == 1 else -term / k
            term, k = term / (n * n), k + 2
        return total
    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))


PI = decimal_pi()


def normal_cdf(z):
    """1/2 + density * (z + z^3/3 + z^5/15 + ...), enough digits to survive the tail."""
    z = Decimal(z)
    with decimal.localcontext() as context:
        context.prec = 400
        term, total, k = z, z, 1
        while abs(term) > Decimal(10) ** -390:
            term = term * z * z / (k + 2)
            total, k = total + term, k + 2
        density = (-z * z / 2).exp() / (2 * Decimal(PI)).sqrt()
        return Decimal("0.5") + density * total


def normal_rows():
    for i in range(-64, 65):
        z = i / 8
        yield ["cdf", z, float(normal_cdf(z))]
    oracle = statistics.NormalDist()
    for i in range(1, 400):
        yield ["quantile", i / 400, oracle.inv_cdf(i / 400)]
    for e in range(3, 300, 7):
        p = 10.0 ** -e
        yield ["quantile", p, oracle.inv_cdf(p)]


def binomial_rows():
    cases = [(1, 0.5), (5, 0.5), (8, 0.5), (17, 0.25), (18, 0.7), (19, 0.7), (20, 0.5),
             (50, 0.01), (100, 0.5), (101, 0.375), (1000, 0.5), (1000, 0.03125), (10000, 0.5),
             (10000, 0.9375)]
    for n, p in cases:
        exact = Fraction(p)
        a, b, d = exact.numerator, exact.denominator - exact.numerator, exact.denominator
        mean, sd = n * p, math.sqrt(n * p * (1 - p))
        wanted = sorted({k for k in [0, 1, n // 2, n - 1, n] +
                         [round(mean + x * sd) for x in (-8, -4, -2, -1, -.1, 0, .1, 1, 2, 4, 8)]
                         if 0 <= k <= n})
        below = 0
        for k in range(n + 1):
            here = math.comb(n, k) * a ** k * b ** (n - k)
            below += here
            if k in wanted:
                scale = d ** n
                pmf, cdf = Fraction(here, scale), Fraction(below, scale)
                if pmf > Fraction(1, 10 ** 300):
                    yield [k, n, p, float(pmf), float(cdf)]


def quantile_8(values, q):
    v, n, q = sorted(map(Fraction, values)), len(values), Fraction(q)
    h = (n + Fraction(1, 3)) * q + Fraction(1, 3)
    h = min(max(h, 1), n)
    below = math.floor(h)
    if below == n:
        return v[-1]
    return v[below - 1] + (h - below) * (v[below] - v[below - 1])


def quantile_7(values, q):
    v, n = sorted(map(Fraction, values)), len(values)
    h = (n - 1) * Fraction(q)
    below = math.floor(h)
    if below == n - 1:
        return v[-1]
    return v[below] + (h - below) * (v[below + 1] - v[below])


def samples():
    rng = random.Random(20)
    yield [3.5]
    yield [2.0, 1.0]
    yield [1.0, 1.0, 1.0, 1.0]
    yield [5.0, 1.0, 4.0, 2.0, 3.0]
    yield [1e15 + x for x in (1, 2, 4, 8, 16, 32)]
    yield [-1.5, 2.25, 0.0, -3.0, 1e-9, 7.5, 2.25]
    for n in (9, 10, 31, 32, 33, 100, 257):
        yield [rng.lognormvariate(2, 1) for _ in range(n)]


def summary_rows():
    """n, mean, sd (nan for 1), median, mad_raw, q1, q3, p95, q1 and p95 of type 8, then values.
    The middle three quantiles agree with statistics.quantiles(method='inclusive')."""
    for v in samples():
        n, exact = len(v), [Fraction(x) for x in v]
        median = statistics.median(exact)
        sd = statistics.stdev(exact) if n > 1 else "nan"
        q1, q3 = quantile_7(v, 0.25), quantile_7(v, 0.75)
        if n > 1:
            theirs = statistics.quantiles(exact, n=4, method="inclusive")
            assert [q1, median, q3] == theirs
        yield [n, float(statistics.mean(exact)), float(sd) if n > 1 else sd, float(median),
               float(statistics.median([abs(x - median) for x in exact])), float(q1), float(q3),
               float(quantile_7(v, 0.95)), float(quantile_8(v, 0.25)),
               float(quantile_8(v, 0.95))] + v


def median_interval_rows():
    """For n values and a level: the rank k (from 1) of the lower bound, the real coverage."""
    for level in (0.5, 0.9, 0.95, 0.99, 0.999):
        for n in list(range(1, 41)) + [100, 101, 500, 1000, 5000]:
            best, below = None, 0
            for k in range(1, n // 2 + 2):
                below += math.comb(n, k - 1)
                coverage = 1 - Fraction(2 * below, 2 ** n)
                if k == 1 or (coverage >= Fraction(level) and 2 * k <= n + 1):
                    best = (k, coverage)
                else:
                    break
            yield [n, level, best[0], float(best[1])]


def sign_rows():
    """below, above, two-sided p, p that the median is not above, p that it is not below."""
    for n in list(range(0, 13)) + [20, 57, 300, 1000]:
        for below in sorted({0, 1, n // 4, n // 2, n - n // 4, n} & set(range(n + 1))):
            total = 2 ** n
            upto = lambda k: Fraction(sum(math.comb(n, i) for i in range(k + 1)), total)
            few = upto(min(below, n - below))
            yield [below, n - below, float(min(Fraction(1), 2 * few)), float(upto(below)),
                   float(upto(n - below))]


write("normal.txt", "function argument value", normal_rows())
write("binomial.txt", "k n p pmf cdf", binomial_rows())
write("summary.txt", "n mean sd median mad_raw q1 q3 p95 q1_type8 p95_type8 values...",
      summary_rows())
write("median_interval.txt", "n level rank coverage", median_interval_rows())
write("sign_test.txt", "below above p_two p_above p_below", sign_rows())

// exp, log and pow of packs: our own, so that a lane has the same bits in every pack and on every machine.
//
// Polynomials are minimax fits of the remainder after the leading terms, evaluated with explicit fused multiply-adds.
// Relative errors are below 4e-16 for exp, log and the quotient, and 4e-16 (1 + |y log x|) for pow.
#pragma once

#include <limits>

#include "pack.hpp"

namespace ascent {

// Adding and taking away 1.5 * 2^52 rounds to a whole number, which then stands in the lowest bits.
constexpr double ROUNDING = 6755399441055744.0;
constexpr double LOG2_E = 0x1.71547652b82fep+0;
// log 2 in two parts; the first has 20 trailing zeros, so that its products with exponents are exact.
constexpr double LOG_2_HIGH = 0x1.62e42fef00000p-1;
constexpr double LOG_2_LOW = 0x1.473de6af278edp-34;

// e^x. Saturates: e^-708 below -708, e^709.78 above 709.78. NaN stays NaN.
template <class V>
ASCENT_INLINE V vexp(V x) {
    using Doubles = typename V::Doubles;
    using Integers = typename V::Integers;
    x = vmin(V(709.78), vmax(V(-708.0), x));
    const V shifted = vfma(x, V(LOG2_E), V(ROUNDING));
    const V n = shifted - V(ROUNDING);
    V r = vfma(n, V(-LOG_2_HIGH), x);
    r = vfma(n, V(-LOG_2_LOW), r);
    // e^r = 1 + r + r^2 q(r) for |r| <= log(2) / 2, q of degree 9 by Estrin's scheme
    const V r2 = r * r;
    const V r4 = r2 * r2;
    const V q01 = vfma(V(0.16666666666666674), r, V(0.5000000000000001));
    const V q23 = vfma(V(0.008333333333322207), r, V(0.04166666666662412));
    const V q45 = vfma(V(0.00019841269886591), r, V(0.0013888888917217381));
    const V q67 = vfma(V(2.7557242336680357e-06), r, V(2.480152129105733e-05));
    const V q89 = vfma(V(2.5110049895858716e-08), r, V(2.7620090487429893e-07));
    const V low = vfma(q23, r2, q01);
    const V high = vfma(vfma(q89, r2, q67), r2, q45);
    const V p = V(1.0) + vfma(vfma(high, r4, low), r2, r);
    // times 2^n: added to the exponent, which stays that of a normal number
    return (Doubles)((Integers)p.x + ((Integers)shifted.x << 52));
}

constexpr double EXPM1_NEAR = 0.0625;

// (e^x - 1) / x for |x| < EXPM1_NEAR.
template <class V>
ASCENT_INLINE V vexpm1_quotient_near(V x) {
    const V x2 = x * x;
    const V q01 = vfma(V(0.16666666666668464), x, V(0.5));
    const V q23 = vfma(V(0.008333333296538131), x, V(0.0416666666666731));
    const V q45 = vfma(V(0.00019843153730212315), x, V(0.001388888882051704));
    const V q456 = vfma(V(2.4804009613448307e-05), x2, q45);
    return vfma(vfma(vfma(q456, x2, q23), x2, q01), x, V(1.0));
}

// Natural logarithm; -inf at 0, NaN below.
template <class V>
ASCENT_INLINE V vlog(V x) {
    using Doubles = typename V::Doubles;
    using Integers = typename V::Integers;
    const double infinity = std::numeric_limits<double>::infinity();
    const auto is_subnormal = x < V(std::numeric_limits<double>::min());
    const V scaled = select(is_subnormal, x * V(0x1p54), x);
    // scaled = m 2^e with m in [1 / sqrt 2, sqrt 2)
    const Integers bits = (Integers)scaled.x + (0x3ff0000000000000 - 0x3fe6a09e667f3bcc);
    const Integers exponent = (bits >> 52) - 1023;
    const V m = (Doubles)((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcc);
    const V whole = __builtin_convertvector(exponent, Doubles);
    const V e = select(is_subnormal, whole - V(54.0), whole);
    // log m = 2 s + s z q(z) with s = f / (2 + f), z = s^2; 2 s = f - s f keeps the rounding of s small
    const V f = m - V(1.0);
    const V s = f / (V(2.0) + f);
    const V z = s * s;
    const V z2 = z * z;
    const V q01 = vfma(V(0.3999999999989824), z, V(0.666666666666667));
    const V q23 = vfma(V(0.222222110577374), z, V(0.2857142862649164));
    const V q45 = vfma(V(0.15331560389783988), z, V(0.18182894319364112));
    const V q456 = vfma(V(0.14618324403912838), z2, q45);
    const V q = vfma(vfma(q456, z2, q23), z2, q01);
    const V correction = vfma(e, V(LOG_2_LOW), s * (z * q - f));
    V result = vfma(e, V(LOG_2_HIGH), f + correction);
    result = select(x == V(infinity), x, result);
    result = select(x == V(0.0), V(-infinity), result);
    return select(x < V(0.0), V(std::numeric_limits<double>::quiet_NaN()), select(x != x, x, result));
}

// x^y for x >= 0 (NaN for negative x; whole constant exponents are multiplied out by the generator).
template <class V>
ASCENT_INLINE V vpow(V x, V y) {
    const double infinity = std::numeric_limits<double>::infinity();
    const V log_x = vlog(x);
    const V t = y * log_x;
    const V rest = vfma(y, log_x, -t);
    V result = vexp(t);
    result = vfma(result, rest, result);
    result = select(x == V(0.0), select(y < V(0.0), V(infinity), V(0.0)), result);
    return select(y == V(0.0), V(1.0), result);
}

}  // namespace ascent

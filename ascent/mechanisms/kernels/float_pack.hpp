// Packs of single precision numbers: the interface of pack.hpp and vector_math.hpp with twice the lanes.
//
// As there, operations are element-wise and the bits of a lane do not depend on W. Numbers come and go as doubles.
#pragma once

#include "pack.hpp"
#include "vector_math.hpp"

namespace ascent {

template <int W>
struct FloatPackTypes {
    typedef float Floats __attribute__((vector_size(4 * W)));
    typedef std::int32_t Integers __attribute__((vector_size(4 * W)));
};

template <int W>
struct FloatMask {
    typename FloatPackTypes<W>::Integers bits;

    friend ASCENT_INLINE FloatMask operator&(FloatMask a, FloatMask b) { return {a.bits & b.bits}; }
    friend ASCENT_INLINE FloatMask operator|(FloatMask a, FloatMask b) { return {a.bits | b.bits}; }
    friend ASCENT_INLINE FloatMask operator!(FloatMask a) { return {~a.bits}; }
};

template <int W>
struct FloatPack {
    static constexpr int width = W;
    using Floats = typename FloatPackTypes<W>::Floats;
    using Integers = typename FloatPackTypes<W>::Integers;

    Floats x;

    FloatPack() = default;
    ASCENT_INLINE FloatPack(Floats values) : x(values) {}
    ASCENT_INLINE FloatPack(double value) : x(float(value) - Floats{}) {}

    static ASCENT_INLINE FloatPack load(const float* from) {
        FloatPack pack;
        std::memcpy(&pack.x, from, sizeof pack.x);
        return pack;
    }
    ASCENT_INLINE double operator[](int lane) const { return x[lane]; }
    ASCENT_INLINE void set(int lane, double value) { x[lane] = float(value); }

    friend ASCENT_INLINE FloatPack operator+(FloatPack a, FloatPack b) { return a.x + b.x; }
    friend ASCENT_INLINE FloatPack operator-(FloatPack a, FloatPack b) { return a.x - b.x; }
    friend ASCENT_INLINE FloatPack operator*(FloatPack a, FloatPack b) { return a.x * b.x; }
    friend ASCENT_INLINE FloatPack operator/(FloatPack a, FloatPack b) { return a.x / b.x; }
    friend ASCENT_INLINE FloatPack operator-(FloatPack a) { return -a.x; }
    ASCENT_INLINE FloatPack& operator+=(FloatPack other) { return *this = *this + other; }
    ASCENT_INLINE FloatPack& operator-=(FloatPack other) { return *this = *this - other; }
    ASCENT_INLINE FloatPack& operator*=(FloatPack other) { return *this = *this * other; }

    friend ASCENT_INLINE FloatMask<W> operator<(FloatPack a, FloatPack b) { return {(Integers)(a.x < b.x)}; }
    friend ASCENT_INLINE FloatMask<W> operator<=(FloatPack a, FloatPack b) { return {(Integers)(a.x <= b.x)}; }
    friend ASCENT_INLINE FloatMask<W> operator>(FloatPack a, FloatPack b) { return {(Integers)(a.x > b.x)}; }
    friend ASCENT_INLINE FloatMask<W> operator>=(FloatPack a, FloatPack b) { return {(Integers)(a.x >= b.x)}; }
    friend ASCENT_INLINE FloatMask<W> operator==(FloatPack a, FloatPack b) { return {(Integers)(a.x == b.x)}; }
    friend ASCENT_INLINE FloatMask<W> operator!=(FloatPack a, FloatPack b) { return {(Integers)(a.x != b.x)}; }
};

template <int W>
ASCENT_INLINE FloatPack<W> select(FloatMask<W> mask, FloatPack<W> a, FloatPack<W> b) {
    return mask.bits ? a.x : b.x;
}

template <int W>
ASCENT_INLINE unsigned lanes_of(FloatMask<W> mask) {
    unsigned all = 0;
    for (int lane = 0; lane < W; ++lane) all |= unsigned(mask.bits[lane] & 1) << lane;
    return all;
}

template <int W>
ASCENT_INLINE bool any(FloatMask<W> mask) {
    return lanes_of(mask) != 0;
}

template <int W>
ASCENT_INLINE FloatPack<W> vfabs(FloatPack<W> a) {
    using Integers = typename FloatPack<W>::Integers;
    return (typename FloatPack<W>::Floats)((Integers)a.x & (INT32_MAX - Integers{}));
}

template <int W>
ASCENT_INLINE FloatPack<W> vfma(FloatPack<W> a, FloatPack<W> b, FloatPack<W> c) {
    FloatPack<W> result;
    for (int lane = 0; lane < W; ++lane) result.x[lane] = __builtin_fmaf(a.x[lane], b.x[lane], c.x[lane]);
    return result;
}

template <int W>
ASCENT_INLINE FloatPack<W> vsqrt(FloatPack<W> a) {
    FloatPack<W> result;
    for (int lane = 0; lane < W; ++lane) result.x[lane] = __builtin_sqrtf(a.x[lane]);
    return result;
}

template <int W>
ASCENT_INLINE FloatPack<W> vmax(FloatPack<W> a, FloatPack<W> b) {
    return select(a > b, a, b);
}
template <int W>
ASCENT_INLINE FloatPack<W> vmin(FloatPack<W> a, FloatPack<W> b) {
    return select(a < b, a, b);
}

#if defined(__AVX2__) && defined(__FMA__)
template <>
ASCENT_INLINE FloatPack<8> vfma(FloatPack<8> a, FloatPack<8> b, FloatPack<8> c) {
    return (FloatPack<8>::Floats)_mm256_fmadd_ps(a.x, b.x, c.x);
}
template <>
ASCENT_INLINE unsigned lanes_of(FloatMask<8> mask) {
    return unsigned(_mm256_movemask_ps(_mm256_castsi256_ps((__m256i)mask.bits)));
}
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__)
template <>
ASCENT_INLINE FloatPack<16> vfma(FloatPack<16> a, FloatPack<16> b, FloatPack<16> c) {
    return (FloatPack<16>::Floats)_mm512_fmadd_ps(a.x, b.x, c.x);
}
template <>
ASCENT_INLINE unsigned lanes_of(FloatMask<16> mask) {
    return _mm512_movepi32_mask((__m512i)mask.bits);
}
#endif

// Adding and taking away 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
constexpr float FLOAT_ROUNDING = 12582912.0f;

// e^x to 1e-7. Saturates: e^-87 below -87, e^88 above 88. NaN stays NaN.
template <int W>
ASCENT_INLINE FloatPack<W> vexp(FloatPack<W> x) {
    using V = FloatPack<W>;
    using Integers = typename V::Integers;
    x = vmin(V(88.0), vmax(V(-87.0), x));
    const V shifted = vfma(x, V(LOG2_E), V(FLOAT_ROUNDING));
    const V n = shifted - V(FLOAT_ROUNDING);
    // log 2 in two parts; the first has trailing zeros, so that its products with exponents are exact
    V r = vfma(n, V(-0.693359375), x);
    r = vfma(n, V(2.12194440e-4), r);
    // Taylor's series of (e^r - 1 - r) / r^2 for |r| <= log(2) / 2
    V q = vfma(V(1.0 / 5040), r, V(1.0 / 720));
    q = vfma(q, r, V(1.0 / 120));
    q = vfma(q, r, V(1.0 / 24));
    q = vfma(q, r, V(1.0 / 6));
    q = vfma(q, r, V(0.5));
    const V p = V(1.0) + vfma(q, r * r, r);
    return (typename V::Floats)((Integers)p.x + ((Integers)shifted.x << 23));
}

// Natural logarithm to 1e-7, through double precision: only ions need it.
template <int W>
ASCENT_INLINE FloatPack<W> vlog(FloatPack<W> x) {
    FloatPack<W> result;
    for (int lane = 0; lane < W; ++lane) result.set(lane, vlog(Pack<1>(x[lane]))[0]);
    return result;
}

}  // namespace ascent

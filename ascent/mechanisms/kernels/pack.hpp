// Packs of doubles: W lanes that every operation treats alike, in the registers of the machine.
//
// Operations are IEEE and element-wise, and fused multiply-adds happen only where they are written, so the bits of a
// lane do not depend on W. Compile with -ffp-contract=off and without -ffast-math.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

#define ASCENT_INLINE inline __attribute__((always_inline))
// What runs once: not worth a compiler's time.
#define ASCENT_COLD __attribute__((cold))

namespace ascent {

template <int W>
struct PackTypes {
    typedef double Doubles __attribute__((vector_size(8 * W)));
    typedef std::int64_t Integers __attribute__((vector_size(8 * W)));
};

// Result of a comparison: all bits of a lane set, or none.
template <int W>
struct Mask {
    typename PackTypes<W>::Integers bits;

    friend ASCENT_INLINE Mask operator&(Mask a, Mask b) { return {a.bits & b.bits}; }
    friend ASCENT_INLINE Mask operator|(Mask a, Mask b) { return {a.bits | b.bits}; }
    friend ASCENT_INLINE Mask operator!(Mask a) { return {~a.bits}; }
};

template <int W>
struct Pack {
    static constexpr int width = W;
    using Doubles = typename PackTypes<W>::Doubles;
    using Integers = typename PackTypes<W>::Integers;

    Doubles x;

    Pack() = default;
    ASCENT_INLINE Pack(Doubles values) : x(values) {}
    ASCENT_INLINE Pack(double value) : x(value - Doubles{}) {}

    static ASCENT_INLINE Pack load(const double* from) {
        Pack pack;
        std::memcpy(&pack.x, from, sizeof pack.x);
        return pack;
    }
    ASCENT_INLINE void store(double* to) const { std::memcpy(to, &x, sizeof x); }
    ASCENT_INLINE double operator[](int lane) const { return x[lane]; }
    ASCENT_INLINE void set(int lane, double value) { x[lane] = value; }

    friend ASCENT_INLINE Pack operator+(Pack a, Pack b) { return a.x + b.x; }
    friend ASCENT_INLINE Pack operator-(Pack a, Pack b) { return a.x - b.x; }
    friend ASCENT_INLINE Pack operator*(Pack a, Pack b) { return a.x * b.x; }
    friend ASCENT_INLINE Pack operator/(Pack a, Pack b) { return a.x / b.x; }
    friend ASCENT_INLINE Pack operator-(Pack a) { return -a.x; }
    ASCENT_INLINE Pack& operator+=(Pack other) { return *this = *this + other; }
    ASCENT_INLINE Pack& operator-=(Pack other) { return *this = *this - other; }
    ASCENT_INLINE Pack& operator*=(Pack other) { return *this = *this * other; }

    friend ASCENT_INLINE Mask<W> operator<(Pack a, Pack b) { return {(Integers)(a.x < b.x)}; }
    friend ASCENT_INLINE Mask<W> operator<=(Pack a, Pack b) { return {(Integers)(a.x <= b.x)}; }
    friend ASCENT_INLINE Mask<W> operator>(Pack a, Pack b) { return {(Integers)(a.x > b.x)}; }
    friend ASCENT_INLINE Mask<W> operator>=(Pack a, Pack b) { return {(Integers)(a.x >= b.x)}; }
    friend ASCENT_INLINE Mask<W> operator==(Pack a, Pack b) { return {(Integers)(a.x == b.x)}; }
    friend ASCENT_INLINE Mask<W> operator!=(Pack a, Pack b) { return {(Integers)(a.x != b.x)}; }
};

// mask ? a : b in every lane.
template <int W>
ASCENT_INLINE Pack<W> select(Mask<W> mask, Pack<W> a, Pack<W> b) {
    return mask.bits ? a.x : b.x;
}

template <int W>
ASCENT_INLINE bool any(Mask<W> mask) {
    std::int64_t all = 0;
    for (int lane = 0; lane < W; ++lane) all |= mask.bits[lane];
    return all != 0;
}

// One bit a lane, the first lane's lowest.
template <int W>
ASCENT_INLINE unsigned lanes_of(Mask<W> mask) {
    unsigned all = 0;
    for (int lane = 0; lane < W; ++lane) all |= unsigned(mask.bits[lane] & 1) << lane;
    return all;
}

template <int W>
ASCENT_INLINE Pack<W> vfabs(Pack<W> a) {
    using Integers = typename Pack<W>::Integers;
    return (typename Pack<W>::Doubles)((Integers)a.x & (INT64_MAX - Integers{}));
}

// a * b + c with one rounding.
template <int W>
ASCENT_INLINE Pack<W> vfma(Pack<W> a, Pack<W> b, Pack<W> c) {
    Pack<W> result;
    for (int lane = 0; lane < W; ++lane) result.x[lane] = __builtin_fma(a.x[lane], b.x[lane], c.x[lane]);
    return result;
}

template <int W>
ASCENT_INLINE Pack<W> vsqrt(Pack<W> a) {
    Pack<W> result;
    for (int lane = 0; lane < W; ++lane) result.x[lane] = __builtin_sqrt(a.x[lane]);
    return result;
}

// The larger and the smaller; b where one is NaN.
template <int W>
ASCENT_INLINE Pack<W> vmax(Pack<W> a, Pack<W> b) {
    return select(a > b, a, b);
}
template <int W>
ASCENT_INLINE Pack<W> vmin(Pack<W> a, Pack<W> b) {
    return select(a < b, a, b);
}

#if defined(__AVX2__) && defined(__FMA__)
template <>
ASCENT_INLINE Pack<4> vmax(Pack<4> a, Pack<4> b) {
    return (Pack<4>::Doubles)_mm256_max_pd(a.x, b.x);
}
template <>
ASCENT_INLINE Pack<4> vmin(Pack<4> a, Pack<4> b) {
    return (Pack<4>::Doubles)_mm256_min_pd(a.x, b.x);
}
template <>
ASCENT_INLINE Pack<4> vfma(Pack<4> a, Pack<4> b, Pack<4> c) {
    return (Pack<4>::Doubles)_mm256_fmadd_pd(a.x, b.x, c.x);
}
template <>
ASCENT_INLINE Pack<4> vsqrt(Pack<4> a) {
    return (Pack<4>::Doubles)_mm256_sqrt_pd(a.x);
}
template <>
ASCENT_INLINE unsigned lanes_of(Mask<4> mask) {
    return unsigned(_mm256_movemask_pd(_mm256_castsi256_pd((__m256i)mask.bits)));
}
template <>
ASCENT_INLINE bool any(Mask<4> mask) {
    return _mm256_movemask_pd(_mm256_castsi256_pd((__m256i)mask.bits)) != 0;
}
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__)
// The forms with a mask of all lanes: g++ 12 warns about the headers of the others.
template <>
ASCENT_INLINE Pack<8> vmax(Pack<8> a, Pack<8> b) {
    return (Pack<8>::Doubles)_mm512_maskz_max_pd(0xff, a.x, b.x);
}
template <>
ASCENT_INLINE Pack<8> vmin(Pack<8> a, Pack<8> b) {
    return (Pack<8>::Doubles)_mm512_maskz_min_pd(0xff, a.x, b.x);
}
template <>
ASCENT_INLINE Pack<8> vfma(Pack<8> a, Pack<8> b, Pack<8> c) {
    return (Pack<8>::Doubles)_mm512_fmadd_pd(a.x, b.x, c.x);
}
template <>
ASCENT_INLINE Pack<8> vsqrt(Pack<8> a) {
    return (Pack<8>::Doubles)_mm512_sqrt_pd(a.x);
}
template <>
ASCENT_INLINE unsigned lanes_of(Mask<8> mask) {
    return unsigned(_mm512_movepi64_mask((__m512i)mask.bits));
}
template <>
ASCENT_INLINE bool any(Mask<8> mask) {
    return _mm512_movepi64_mask((__m512i)mask.bits) != 0;
}
#endif

}  // namespace ascent

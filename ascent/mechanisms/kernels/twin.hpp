// Two packs side by side, as one pack of twice the lanes: two nodes of a cable at a time.
//
// What a membrane needs for one node is a long chain of operations that wait for each other; those of two nodes fill
// each other's gaps. Every operation is that of the packs, so the bits are those of one node after the other.
#pragma once

#include "kernel_interface.hpp"

namespace ascent {

template <class M>
struct TwinMask {
    M first, second;

    friend ASCENT_INLINE TwinMask operator&(TwinMask a, TwinMask b) { return {a.first & b.first, a.second & b.second}; }
    friend ASCENT_INLINE TwinMask operator|(TwinMask a, TwinMask b) { return {a.first | b.first, a.second | b.second}; }
    friend ASCENT_INLINE TwinMask operator!(TwinMask a) { return {!a.first, !a.second}; }
};

template <class V>
struct Twin {
    V first, second;

    Twin() = default;
    ASCENT_INLINE Twin(V a, V b) : first(a), second(b) {}
    ASCENT_INLINE Twin(V both) : first(both), second(both) {}
    ASCENT_INLINE explicit Twin(double value) : first(value), second(value) {}

    friend ASCENT_INLINE Twin operator+(Twin a, Twin b) { return {a.first + b.first, a.second + b.second}; }
    friend ASCENT_INLINE Twin operator-(Twin a, Twin b) { return {a.first - b.first, a.second - b.second}; }
    friend ASCENT_INLINE Twin operator*(Twin a, Twin b) { return {a.first * b.first, a.second * b.second}; }
    friend ASCENT_INLINE Twin operator/(Twin a, Twin b) { return {a.first / b.first, a.second / b.second}; }
    friend ASCENT_INLINE Twin operator-(Twin a) { return {-a.first, -a.second}; }
    ASCENT_INLINE Twin& operator+=(Twin other) { return *this = *this + other; }
    ASCENT_INLINE Twin& operator-=(Twin other) { return *this = *this - other; }
    ASCENT_INLINE Twin& operator*=(Twin other) { return *this = *this * other; }
};

template <class M>
ASCENT_INLINE TwinMask<M> twin_mask(M first, M second) {
    return {first, second};
}
template <class V>
ASCENT_INLINE auto operator<(Twin<V> a, Twin<V> b) {
    return twin_mask(a.first < b.first, a.second < b.second);
}
template <class V>
ASCENT_INLINE auto operator<=(Twin<V> a, Twin<V> b) {
    return twin_mask(a.first <= b.first, a.second <= b.second);
}
template <class V>
ASCENT_INLINE auto operator>(Twin<V> a, Twin<V> b) {
    return twin_mask(a.first > b.first, a.second > b.second);
}
template <class V>
ASCENT_INLINE auto operator>=(Twin<V> a, Twin<V> b) {
    return twin_mask(a.first >= b.first, a.second >= b.second);
}
template <class V>
ASCENT_INLINE auto operator==(Twin<V> a, Twin<V> b) {
    return twin_mask(a.first == b.first, a.second == b.second);
}
template <class V>
ASCENT_INLINE auto operator!=(Twin<V> a, Twin<V> b) {
    return twin_mask(a.first != b.first, a.second != b.second);
}

template <class M, class V>
ASCENT_INLINE Twin<V> select(TwinMask<M> mask, Twin<V> a, Twin<V> b) {
    return {select(mask.first, a.first, b.first), select(mask.second, a.second, b.second)};
}
template <class M>
ASCENT_INLINE bool any(TwinMask<M> mask) {
    return any(mask.first | mask.second);
}
template <class V>
ASCENT_INLINE Twin<V> vfabs(Twin<V> a) {
    return {vfabs(a.first), vfabs(a.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vfma(Twin<V> a, Twin<V> b, Twin<V> c) {
    return {vfma(a.first, b.first, c.first), vfma(a.second, b.second, c.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vsqrt(Twin<V> a) {
    return {vsqrt(a.first), vsqrt(a.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vmax(Twin<V> a, Twin<V> b) {
    return {vmax(a.first, b.first), vmax(a.second, b.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vmin(Twin<V> a, Twin<V> b) {
    return {vmin(a.first, b.first), vmin(a.second, b.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vexp(Twin<V> a) {
    return {vexp(a.first), vexp(a.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vexpm1_quotient_near(Twin<V> a) {
    return {vexpm1_quotient_near(a.first), vexpm1_quotient_near(a.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vlog(Twin<V> a) {
    return {vlog(a.first), vlog(a.second)};
}
template <class V>
ASCENT_INLINE Twin<V> vpow(Twin<V> x, Twin<V> y) {
    return {vpow(x.first, y.first), vpow(x.second, y.second)};
}

}  // namespace ascent

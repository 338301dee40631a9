// Two packs side by side, as one pack of twice the lanes: two nodes of a cable at a time.
//
// What a membrane needs for one node is a long chain of operations that wait for each other; those of two nodes fill
// each other's gaps. Every operation is that of the packs, so the bits are those of one node after the other.
#pragma once

#include "kernel_interface.hpp"

namespace ascent {

template <class M>
struct PairMask {
    M first, second;

    friend ASCENT_INLINE PairMask operator&(PairMask a, PairMask b) { return {a.first & b.first, a.second & b.second}; }
    friend ASCENT_INLINE PairMask operator|(PairMask a, PairMask b) { return {a.first | b.first, a.second | b.second}; }
    friend ASCENT_INLINE PairMask operator!(PairMask a) { return {!a.first, !a.second}; }
};

template <class V>
struct Pair {
    V first, second;

    Pair() = default;
    ASCENT_INLINE Pair(V a, V b) : first(a), second(b) {}
    ASCENT_INLINE Pair(V both) : first(both), second(both) {}
    ASCENT_INLINE explicit Pair(double value) : first(value), second(value) {}

    friend ASCENT_INLINE Pair operator+(Pair a, Pair b) { return {a.first + b.first, a.second + b.second}; }
    friend ASCENT_INLINE Pair operator-(Pair a, Pair b) { return {a.first - b.first, a.second - b.second}; }
    friend ASCENT_INLINE Pair operator*(Pair a, Pair b) { return {a.first * b.first, a.second * b.second}; }
    friend ASCENT_INLINE Pair operator/(Pair a, Pair b) { return {a.first / b.first, a.second / b.second}; }
    friend ASCENT_INLINE Pair operator-(Pair a) { return {-a.first, -a.second}; }
    ASCENT_INLINE Pair& operator+=(Pair other) { return *this = *this + other; }
    ASCENT_INLINE Pair& operator-=(Pair other) { return *this = *this - other; }
    ASCENT_INLINE Pair& operator*=(Pair other) { return *this = *this * other; }
};

template <class M>
ASCENT_INLINE PairMask<M> pair_mask(M first, M second) {
    return {first, second};
}
template <class V>
ASCENT_INLINE auto operator<(Pair<V> a, Pair<V> b) {
    return pair_mask(a.first < b.first, a.second < b.second);
}
template <class V>
ASCENT_INLINE auto operator<=(Pair<V> a, Pair<V> b) {
    return pair_mask(a.first <= b.first, a.second <= b.second);
}
template <class V>
ASCENT_INLINE auto operator>(Pair<V> a, Pair<V> b) {
    return pair_mask(a.first > b.first, a.second > b.second);
}
template <class V>
ASCENT_INLINE auto operator>=(Pair<V> a, Pair<V> b) {
    return pair_mask(a.first >= b.first, a.second >= b.second);
}
template <class V>
ASCENT_INLINE auto operator==(Pair<V> a, Pair<V> b) {
    return pair_mask(a.first == b.first, a.second == b.second);
}
template <class V>
ASCENT_INLINE auto operator!=(Pair<V> a, Pair<V> b) {
    return pair_mask(a.first != b.first, a.second != b.second);
}

template <class M, class V>
ASCENT_INLINE Pair<V> select(PairMask<M> mask, Pair<V> a, Pair<V> b) {
    return {select(mask.first, a.first, b.first), select(mask.second, a.second, b.second)};
}
template <class M>
ASCENT_INLINE bool any(PairMask<M> mask) {
    return any(mask.first | mask.second);
}
template <class V>
ASCENT_INLINE Pair<V> vfabs(Pair<V> a) {
    return {vfabs(a.first), vfabs(a.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vfma(Pair<V> a, Pair<V> b, Pair<V> c) {
    return {vfma(a.first, b.first, c.first), vfma(a.second, b.second, c.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vsqrt(Pair<V> a) {
    return {vsqrt(a.first), vsqrt(a.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vmax(Pair<V> a, Pair<V> b) {
    return {vmax(a.first, b.first), vmax(a.second, b.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vmin(Pair<V> a, Pair<V> b) {
    return {vmin(a.first, b.first), vmin(a.second, b.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vexp(Pair<V> a) {
    return {vexp(a.first), vexp(a.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vexpm1_quotient_near(Pair<V> a) {
    return {vexpm1_quotient_near(a.first), vexpm1_quotient_near(a.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vlog(Pair<V> a) {
    return {vlog(a.first), vlog(a.second)};
}
template <class V>
ASCENT_INLINE Pair<V> vpow(Pair<V> x, Pair<V> y) {
    return {vpow(x.first, y.first), vpow(x.second, y.second)};
}

}  // namespace ascent

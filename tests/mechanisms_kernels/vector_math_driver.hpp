// The functions of vector_math.hpp on arrays whose length is a multiple of 8.
#pragma once

#include "kernel_interface.hpp"

#define ONE(W, NAME)                                                                                \
    extern "C" void NAME##_##W(int n, const double* x, const double*, double* out) {                \
        using V = ascent::Pack<W>;                                                                  \
        for (int k = 0; k < n; k += W) ascent::NAME(V::load(x + k)).store(out + k);                 \
    }
#define TWO(W, NAME)                                                                                \
    extern "C" void NAME##_##W(int n, const double* x, const double* y, double* out) {              \
        using V = ascent::Pack<W>;                                                                  \
        for (int k = 0; k < n; k += W) ascent::NAME(V::load(x + k), V::load(y + k)).store(out + k); \
    }
namespace ascent {
template <class V>
V relax_lanes(V rate) {
    return relax(V(0.2), V(1.0), -rate, rate * (V(0.7) - V(0.2)), V(0.7), V(1.0));
}
}  // namespace ascent

extern "C" void relax_to_8(int, const double* x, const double*, double* out) {
    using V = ascent::Pack<8>;
    const V start(x[0]), target(x[1]), rate(x[2]);
    ascent::relax(start, V(1.0), -rate, rate * (target - start), target, V(1.0)).store(out);
}

#define ALL(W) ONE(W, vexp) ONE(W, vexpm1_quotient_near) ONE(W, relax_lanes) ONE(W, vlog) ONE(W, vsqrt) ONE(W, vfabs) TWO(W, vpow)
ALL(1)
ALL(4)
ALL(8)

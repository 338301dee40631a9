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
#define ALL(W) ONE(W, vexp) ONE(W, vexpm1) ONE(W, vlog) ONE(W, vsqrt) ONE(W, vfabs) TWO(W, vpow)
ALL(1)
ALL(4)
ALL(8)

// What generated kernels are made of and what they look like from outside; see README.md.
#pragma once

#include "pack.hpp"
#include "vector_math.hpp"

namespace ascent {

// What stays the same during a run and does not come from the mechanism: degC, um, um2 of the section.
template <class V>
struct Surroundings {
    V celsius;
    V diam;
    V area;
};

// Nernst potential (mV) at inside and outside concentrations (mM); valence_factor = 1000 R T / (z F), mV.
// Without one of the concentrations it is +-1e6 mV, as in NEURON.
template <class V>
ASCENT_INLINE V nernst(V inside, V outside, V valence_factor) {
    V potential = valence_factor * vlog(outside / inside);
    potential = select(outside <= V(0.0), V(-1e6), potential);
    return select(inside <= V(0.0), V(1e6), potential);
}

// A state x (ms later by dt) of x' = b x + a; change = b x + a at the old x, and target = -a / b in two parts.
// As NEURON's cnexp, target + (x - target) exp(b dt), but without the division where b dt is small in all lanes.
template <class V>
ASCENT_INLINE V relax(V x, V dt, V b, V change, V target_over, V target_under) {
    const V z = b * dt;
    const V near = vfma(dt * change, vexpm1_quotient_near(z), x);
    const auto is_near = vfabs(z) < V(EXPM1_NEAR);
    if (!any(!is_near)) return near;
    const V far = vfma(vexp(z) - V(1.0), x - target_over / target_under, x);
    return select(is_near, near, far);
}

// The same for a state whose b depends on v only, in two parts that can be tabulated: a step makes of x
// x + gain - loss x. `drive` is a. Both parts keep their relative accuracy however short the step is.
template <class V>
ASCENT_INLINE V loss(V b, V dt) {
    const V z = b * dt;
    const V near = -(z * vexpm1_quotient_near(z));
    const auto is_near = vfabs(z) < V(EXPM1_NEAR);
    if (!any(!is_near)) return near;
    return select(is_near, near, V(1.0) - vexp(z));
}

template <class V>
ASCENT_INLINE V gain(V loss, V b, V dt, V drive, V target_over, V target_under) {
    const V z = b * dt;
    const V near = dt * drive * vexpm1_quotient_near(z);
    const auto is_near = vfabs(z) < V(EXPM1_NEAR);
    if (!any(!is_near)) return near;
    return select(is_near, near, loss * (target_over / target_under));
}

}  // namespace ascent

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

}  // namespace ascent

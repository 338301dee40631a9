// Conductances of synapses on a compartment, and blocks that depend on the membrane potential.
#pragma once

#include "kernel_interface.hpp"

namespace ascent {

constexpr double VOLTAGE_STEP = 0.001;  // mV by which NEURON moves v for the derivative of a current

// A conductance of synapses: the difference of two exponentials, which one event raises alike.
template <class V>
struct Pair {
    V slow, fast;
};

// How far a conductance of synapses is open at v, 1 / (1 + q) with q = n exp(-gamma v), and the slope of that as
// NEURON takes it, from 1 / (1 + q) at v + h; h = 0.001 mV.
template <class V>
struct Block {
    V open, slope;
};

// What of a block stays the same: n, gamma, exp(-gamma h), and (1 - exp(-gamma h)) / h.
constexpr int BLOCK_CONSTANTS = 4;

// The rates of a membrane's gates, then blocks as if they were further gates with gain `open` and loss `slope`, so that
// they can be read from the same tables. The blocks' constants come after the membrane's.
template <class Membrane, int N_BLOCKED>
struct RatesAndBlocks {
    static constexpr int n_gates = Membrane::n_gates + N_BLOCKED;
    static constexpr int n_constants = Membrane::n_constants + BLOCK_CONSTANTS * N_BLOCKED;
    static constexpr int n_rate_constants = Membrane::n_rate_constants;
    static constexpr const int* rate_constants = Membrane::rate_constants;

    template <class V, class C>
    static ASCENT_INLINE void rates(V v, V dt, const C* constants, V* gains, V* losses) {
        Membrane::template rates<V>(v, dt, constants, gains, losses);
        for (int k = 0; k < N_BLOCKED; ++k) {
            const Block<V> found = block(v, constants, k);
            gains[Membrane::n_gates + k] = found.open;
            losses[Membrane::n_gates + k] = found.slope;
        }
    }

    template <class V, class C>
    static ASCENT_INLINE Block<V> block(V v, const C* constants, int k) {
        const C* own = constants + Membrane::n_constants + BLOCK_CONSTANTS * k;
        const V q = V(own[0]) * vexp(-V(own[1]) * v);
        const V ahead = q * V(own[2]);
        const V under = V(1.0) / ((V(1.0) + q) * (V(1.0) + ahead));
        return {(V(1.0) + ahead) * under, q * V(own[3]) * under};
    }
};

}  // namespace ascent

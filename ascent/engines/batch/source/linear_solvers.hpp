// Implicit Euler on an unbranched cable: one linear solve advances the potentials by a step.
//
// Units: mV, ms, nA, uS, nF. A solver holds arrays of packs, one lane an instance: coefficients (what the cable is
// made of), drive (from the potentials outside for 1 mA) and state. Their values come as flat arrays from Python
// (ascent/engines/batch/cables.py), section by section, so that loading a lane is one strided copy.
//
// What a solver is given for node n, with v the membrane potential before the step:
//   conductance[n] = dI/dv, source[n] = conductance * v - I, injected[n]: current into the inside (null for none).
// A solver may take BLOCK steps for a unit: lanes get another run, and `begin` is called, only between blocks.
// A solver that has SECTIONS tells the net current (nA) out of each: what comes along the cable, inside and under the
// myelin, and from an electrode, since implicit Euler balances currents at the end of the step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel_interface.hpp"

namespace ascent {

template <class V>
struct Membranes {
    const V* conductance;
    const V* source;
    const V* injected;
    V* potential;  // in: before the step; out: after it
};

// Stimulus amplitude times waveform in this step, in the step before, and how that differs from the one before it.
template <class V>
struct Applied {
    V now, before, change;
};

// Sections with nothing but a membrane between inside and outside, the outside being at the applied potential.
template <class V>
struct SingleCable {
    // of a section: C/dt, passive conductance g, g*E, axial conductance to the next section
    enum { CAPACITANCE, LEAK, LEAK_SOURCE, AXIAL, N_COEFFICIENTS };
    enum { OUTSIDE, N_DRIVE };
    static constexpr int N_STATE = 0, BLOCK = 1;
    static constexpr bool SECTIONS = true;

    explicit SingleCable(int n_nodes, int)
        : coefficients(std::size_t(n_nodes) * N_COEFFICIENTS), drive(std::size_t(n_nodes) * N_DRIVE), state(),
          slope_(n_nodes), value_(n_nodes) {}

    // Sections that are inside in every lane and all alike, as those of an unmyelinated fiber, are read from one place.
    void arrange(const std::int64_t* n_nodes) {
        std::int64_t shortest = n_nodes[0];
        for (int lane = 1; lane < V::width; ++lane) shortest = n_nodes[lane] < shortest ? n_nodes[lane] : shortest;
        alike_ = 1;
        const V* first = coefficients.data() + N_COEFFICIENTS;
        while (alike_ < shortest - 1 && is_same(first, coefficients.data() + alike_ * N_COEFFICIENTS)) ++alike_;
    }

    void begin(int) {}

    void solve(int n_nodes, const Applied<V>& stimulus, const Membranes<V>& nodes) {
        const V* e = drive.data();
        const V now = stimulus.now;
        const bool driven = any(now != V(0.0));
        V zero = V(0.0), axial_before = zero, flow_before = zero, carried = zero, carried_value = zero;
        for (int i = 0; i < n_nodes; ++i) {
            const V* c = coefficients.data() + (i > 0 && i < alike_ ? 1 : i) * N_COEFFICIENTS;
            const V axial = c[AXIAL];
            // flow of the applied field from this section's inside to the next one's
            const V flow = driven && i + 1 < n_nodes ? axial * ((e[i + 1] - e[i]) * now) : zero;
            const V membrane = c[CAPACITANCE] + c[LEAK] + nodes.conductance[i];
            const V diagonal = membrane + axial + axial_before - carried;
            V value = vfma(c[CAPACITANCE], nodes.potential[i], c[LEAK_SOURCE] + nodes.source[i]);
            if (nodes.injected) value = value + nodes.injected[i];
            value = value + (flow - flow_before) + carried_value;
            const V inverse = V(1.0) / diagonal;
            slope_[i] = axial * inverse;
            value_[i] = value * inverse;
            carried = axial * slope_[i];
            carried_value = axial * value_[i];
            axial_before = axial;
            flow_before = flow;
        }
        V next = zero;
        for (int i = n_nodes - 1; i >= 0; --i) {
            next = vfma(slope_[i], next, value_[i]);
            nodes.potential[i] = next;
        }
    }

    std::size_t sections(int n_nodes) const { return std::size_t(n_nodes); }

    void outflow(int n_nodes, V now, const Membranes<V>& nodes, V* out) const {
        V flow_before = V(0.0);
        for (int i = 0; i < n_nodes; ++i) {
            V flow = V(0.0);
            if (i + 1 < n_nodes) {
                const V applied = (drive[i] - drive[i + 1]) * now;
                flow = coefficients[i * N_COEFFICIENTS + AXIAL] * (nodes.potential[i] - nodes.potential[i + 1] + applied);
            }
            out[i] = flow_before - flow;
            if (nodes.injected) out[i] = out[i] + nodes.injected[i];
            flow_before = flow;
        }
    }

    std::vector<V> coefficients, drive, state;

  private:
    static bool is_same(const V* a, const V* b) {
        for (int k = 0; k < N_COEFFICIENTS; ++k)
            if (any(a[k] != b[k])) return false;
        return true;
    }

    std::vector<V> slope_, value_;
    std::int64_t alike_ = 1;
};

// Sections whose outside is a second cable under the myelin; unknown are the potentials inside and just outside
// of each. Where the outside is the applied potential its conductance `XG` to it is huge, as in NEURON.
template <class V>
struct DoubleCable {
    enum { CAPACITANCE, LEAK, LEAK_SOURCE, AXIAL, XC, XG, XAXIAL, N_COEFFICIENTS };
    enum { OUTSIDE, N_DRIVE };
    // membrane potential and potential just outside
    enum { MEMBRANE, PERIAXONAL, N_STATE };
    static constexpr int BLOCK = 1;
    static constexpr bool SECTIONS = true;

    DoubleCable(int n_nodes, int sections_per_node)
        : stride_(sections_per_node), n_sections_((n_nodes - 1) * sections_per_node + 1),
          coefficients(std::size_t(n_sections_) * N_COEFFICIENTS), drive(std::size_t(n_sections_) * N_DRIVE),
          state(std::size_t(n_sections_) * N_STATE), work_(n_sections_) {}

    void arrange(const std::int64_t*) {}
    void begin(int) {}

    void solve(int n_nodes, const Applied<V>& stimulus, const Membranes<V>& nodes) {
        const V now = stimulus.now, before = stimulus.before;
        const int n_sections = (n_nodes - 1) * stride_ + 1;
        const V zero = V(0.0);
        V axial_before = zero, xaxial_before = zero;
        V s11 = zero, s12 = zero, s22 = zero, y1 = zero, y2 = zero;  // what elimination so far leaves at a section
        const V* c = coefficients.data();
        const V* u = state.data();
        int node = 0;
        for (int i = 0; i < n_sections; ++i, c += N_COEFFICIENTS, u += N_STATE) {
            V conductance = c[LEAK] + c[CAPACITANCE];
            V current = vfma(c[CAPACITANCE], u[MEMBRANE], c[LEAK_SOURCE]);
            V injected = zero;
            if (i == node * stride_) {
                conductance = conductance + nodes.conductance[node];
                current = current + nodes.source[node];
                if (nodes.injected) injected = nodes.injected[node];
                ++node;
            }
            const V applied = drive[i] * now;
            const V storage = c[XC] * vfma(-drive[i], before, u[PERIAXONAL]);
            const V outside = c[XC] + c[XG];
            const V a11 = conductance + c[AXIAL] + axial_before - s11;
            const V a12 = -conductance - s12;
            const V a22 = conductance + outside + c[XAXIAL] + xaxial_before - s22;
            const V r1 = current + injected + y1;
            const V r2 = vfma(outside, applied, storage) - current + y2;
            const V inverse = V(1.0) / vfma(a11, a22, -(a12 * a12));
            Row& row = work_[i];
            const V i11 = a22 * inverse, i12 = -a12 * inverse, i22 = a11 * inverse;
            const V x1 = vfma(i11, r1, i12 * r2), x2 = vfma(i12, r1, i22 * r2);
            row.b11 = i11 * c[AXIAL];
            row.b12 = i12 * c[XAXIAL];
            row.b21 = i12 * c[AXIAL];
            row.b22 = i22 * c[XAXIAL];
            row.x1 = x1;
            row.x2 = x2;
            s11 = c[AXIAL] * row.b11;
            s12 = c[AXIAL] * row.b12;
            s22 = c[XAXIAL] * row.b22;
            y1 = c[AXIAL] * x1;
            y2 = c[XAXIAL] * x2;
            axial_before = c[AXIAL];
            xaxial_before = c[XAXIAL];
        }
        V inside = zero, periaxonal = zero;
        V* out = state.data() + std::size_t(n_sections - 1) * N_STATE;
        node = n_nodes - 1;
        for (int i = n_sections - 1; i >= 0; --i, out -= N_STATE) {
            const Row& row = work_[i];
            const V next1 = vfma(row.b11, inside, vfma(row.b12, periaxonal, row.x1));
            const V next2 = vfma(row.b21, inside, vfma(row.b22, periaxonal, row.x2));
            inside = next1;
            periaxonal = next2;
            out[MEMBRANE] = inside - periaxonal;
            out[PERIAXONAL] = periaxonal;
            if (i == node * stride_) nodes.potential[node--] = out[MEMBRANE];
        }
    }

    std::size_t sections(int n_nodes) const { return std::size_t(n_nodes - 1) * stride_ + 1; }

    void outflow(int n_nodes, V, const Membranes<V>& nodes, V* out) const {
        const int n_sections = int(sections(n_nodes));
        V flow_before = V(0.0);
        for (int i = 0; i < n_sections; ++i) {
            V flow = V(0.0);
            if (i + 1 < n_sections) {
                const V* c = coefficients.data() + std::size_t(i) * N_COEFFICIENTS;
                const V* u = state.data() + std::size_t(i) * N_STATE;
                const V around = u[PERIAXONAL] - u[N_STATE + PERIAXONAL];
                const V along = u[MEMBRANE] - u[N_STATE + MEMBRANE] + around;
                flow = vfma(c[AXIAL], along, c[XAXIAL] * around);
            }
            out[i] = flow_before - flow;
            if (nodes.injected && i % stride_ == 0) out[i] = out[i] + nodes.injected[i / stride_];
            flow_before = flow;
        }
    }

  private:
    struct Row { V b11, b12, b21, b22, x1, x2; };
    int stride_, n_sections_;

  public:
    std::vector<V> coefficients, drive, state;

  private:
    std::vector<Row> work_;
};

}  // namespace ascent
